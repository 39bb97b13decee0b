"""One training run of a task under a policy, logged in the format of past runs."""

import copy
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import torch
from torch import Tensor, nn

from pathlode.errors import refuse_unless
from pathlode.schedule.policies.contract import Policy, Training
from pathlode.schedule.tasks.contract import Task
from pathlode.schedule.tasks.data import Examples
from pathlode.training.resume import Interim

_AT_ONCE = 1000
"""Examples that are evaluated at once: bounds the memory."""


@dataclass(frozen=True)
class RunConfig:
    """Length and logging of a training run.

    Args:
        epochs: passes over all examples.
        batch: examples per optimiser step; an incomplete batch at the end of an epoch is left out.
        log_every: optimiser steps between two rows of the log, each with a validation; the last step has a row too.
    """

    epochs: int
    batch: int
    log_every: int

    def __post_init__(self) -> None:
        refuse_unless(
            self, *((name, getattr(self, name) >= 1, "at least 1") for name in ("epochs", "batch", "log_every"))
        )


@dataclass(frozen=True)
class Run:
    """The result of a training run.

    Attributes:
        log: one row per validation: step, epoch, lr, train_loss, val_loss, val_metric, seconds.
        decisions: one row per decision of the policy (:class:`pathlode.schedule.decisions.Decision`); empty for most policies.
        network: the network with its last weights.
        test_last: accuracy on the test examples with the last weights; NaN if it was not asked for.
        test_best_val: the same with the weights of the best validation.
        seconds: duration of the optimiser steps and the policy, without validations, in CPU time, or elapsed time on another
            device.
        seconds_validating: duration of the validations, in the same time.
    """

    log: pd.DataFrame
    decisions: pd.DataFrame
    network: nn.Module
    test_last: float
    test_best_val: float
    seconds: float
    seconds_validating: float


def train(
    task: Task,
    policy_of: Callable[[Training], Policy],
    seed: int,
    config: RunConfig,
    kept: Path | None = None,
    tested: bool = True,
    logged: bool = True,
) -> Run:
    """Trains a task's network. Runs with the same seed start from the same weights and see the same batches.

    Args:
        task: the task.
        policy_of: makes the policy.
        seed: seed of the weights, the batches and the policy's random draws.
        config: settings.
        kept: file of the run's checkpoint, as in :class:`pathlode.training.resume.Interim`.
        tested: whether the network is tested at the end.
        logged: whether every row of the log is made, or the last one alone, which is the same. A run whose curve nobody reads
            is spared its validations. Policies that take a metric need them all.

    Raises:
        CheckpointError: if the checkpoint cannot be read.
    """
    under_way = _RunUnderWay(task, policy_of, seed, config, logged)
    interim = Interim(kept)
    if state := interim.read():
        under_way.load_state_dict(state)
    while under_way.step < under_way.steps:
        under_way.advance()
        if interim.due:
            interim.write(under_way.state_dict())
    return under_way.result(tested)


class _RunUnderWay:
    """A run under way, one optimiser step after the other. Arguments as in :func:`train`."""

    def __init__(
        self, task: Task, policy_of: Callable[[Training], Policy], seed: int, config: RunConfig, logged: bool
    ) -> None:
        self._task, self._config, self._logged, self._examples = task, config, logged, task.data.train
        device = self._examples.inputs.device
        self._network = task.network(seed).to(device)
        self._clock = time.process_time if device.type == "cpu" else time.monotonic
        self._batches = len(self._examples.inputs) // config.batch
        self.step, self.steps = 0, config.epochs * self._batches
        self._weights, self._vector = list(self._network.parameters()), as_one_vector(self._network)
        self._policy = policy_of(Training([self._vector], self.steps, seed))
        self._generator, self._order = torch.Generator().manual_seed(seed), torch.empty(0, dtype=torch.long)
        self._rows: list[dict[str, float]] = []
        self._losses: list[float] = []
        self._best_metric, self._best_weights = -1.0, self._network.state_dict()
        self._seconds = self._validating = 0.0

    def advance(self) -> None:
        """Takes the next step, adds a row to the log if one is due, and lets the policy choose the next rate."""
        self.step += 1
        chosen, rate, started = self._batch(), self._policy.rate, self._clock()
        loss = self._optimise(chosen)
        stepped = self._clock()
        self._seconds += stepped - started
        metric = self._log(rate)
        started = self._clock()
        self._validating += started - stepped
        self._policy.step(loss, metric)
        self._seconds += self._clock() - started

    def _batch(self) -> Tensor:
        """The examples of this step; each pass over all of them has an order of its own."""
        number, size = (self.step - 1) % self._batches, self._config.batch
        if number == 0:
            order = torch.randperm(len(self._examples.inputs), generator=self._generator)
            self._order = order[: self._batches * size]
        return self._order.view(self._batches, size)[number]

    def _optimise(self, chosen: Tensor) -> float:
        """Takes an optimiser step on these examples, and returns their loss before it."""
        loss = self._task.loss(self._network(self._examples.inputs[chosen]), self._examples.targets[chosen])
        gradients = torch.autograd.grad(loss, self._weights)
        self._vector.grad = torch.cat([gradient.flatten() for gradient in gradients])
        self._policy.optimizer.step()
        self._losses.append(loss.item())
        return self._losses[-1]

    def _log(self, rate: float) -> float | None:
        """Validates and adds a row to the log if one is due; returns the metric of the validation, if there was one."""
        last = self.step == self.steps
        if self.step % self._config.log_every and not last:
            return None
        losses, self._losses, metric = self._losses, [], None
        with self._policy.evaluating():  # also without a validation: schedule-free weights are rounded here
            if self._logged or last:
                val_loss, metric = loss_and_accuracy(self._task, self._network, self._task.data.validation)
                if metric > self._best_metric:
                    self._best_metric, self._best_weights = metric, copy.deepcopy(self._network.state_dict())
                row = {"step": self.step, "epoch": self.step / self._batches, "lr": rate}
                row |= {"train_loss": sum(losses) / len(losses), "val_loss": val_loss, "val_metric": metric}
                self._rows.append(row | {"seconds": self._seconds})
        return metric

    def state_dict(self) -> dict[str, Any]:
        """What :meth:`load_state_dict` needs to go on from here."""
        parts: dict[str, Any] = {"network": self._network.state_dict(), "policy": self._policy.state_dict()}
        parts["generator"] = self._generator.get_state()
        return parts | {name.strip("_"): getattr(self, name) for name in _CHANGED}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Goes on from a state."""
        self._network.load_state_dict(state["network"])
        self._policy.load_state_dict(state["policy"])
        self._generator.set_state(state["generator"])
        for name in _CHANGED:
            setattr(self, name, state[name.strip("_")])

    def result(self, tested: bool) -> Run:
        """The finished run; the network keeps its last weights."""
        with self._policy.evaluating():
            last = copy.deepcopy(self._network.state_dict())
        accuracies = []
        for weights in (self._best_weights, last):
            self._network.load_state_dict(weights)
            known = loss_and_accuracy(self._task, self._network, self._task.data.test) if tested else (0.0, math.nan)
            accuracies.append(known[1])
        logs = pd.DataFrame(self._rows), pd.DataFrame(self._policy.decisions)
        return Run(*logs, self._network, accuracies[1], accuracies[0], self._seconds, self._validating)


_CHANGED = ("step", "_order", "_rows", "_losses", "_best_metric", "_best_weights", "_seconds", "_validating")
"""Attributes that a step changes, besides the state of network, policy and generator."""


def as_one_vector(network: nn.Module) -> nn.Parameter:
    """All weights of a network, one after the other, in one tensor, of which the network's parameters become parts.

    With small networks, an optimiser's step takes time in proportion to the number of tensors.
    """
    parameters = list(network.parameters())
    vector = nn.Parameter(torch.cat([parameter.detach().flatten() for parameter in parameters]))
    for parameter, part in zip(parameters, vector.detach().split([each.numel() for each in parameters]), strict=True):
        parameter.data = part.view(parameter.shape)
    return vector


@torch.no_grad()
def loss_and_accuracy(task: Task, network: nn.Module, examples: Examples) -> tuple[float, float]:
    """Mean loss and accuracy on some examples, with the network as in evaluation; afterwards it is in training mode."""
    network.eval()
    logits = torch.cat([network(inputs) for inputs in examples.inputs.split(_AT_ONCE)])
    network.train()
    return float(task.loss(logits, examples.targets)), task.accuracy(logits, examples.targets)
