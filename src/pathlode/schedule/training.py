"""One training run of a task under a policy, logged in the format of past runs."""

import copy
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import torch
from torch import nn

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
    examples, generator = task.data.train, torch.Generator().manual_seed(seed)
    network = task.network(seed).to(examples.inputs.device)
    clock = time.process_time if examples.inputs.device.type == "cpu" else time.monotonic
    batches = len(examples.inputs) // config.batch
    steps = config.epochs * batches
    parameters, vector = list(network.parameters()), as_one_vector(network)
    policy = policy_of(Training([vector], steps, seed))
    rows: list[dict[str, float]] = []
    losses: list[float] = []
    order = torch.empty(0, dtype=torch.long)
    best_metric, best_weights, seconds, validating, first = -1.0, network.state_dict(), 0.0, 0.0, 1
    interim = Interim(kept)
    if state := interim.read():
        network.load_state_dict(state["network"])
        policy.load_state_dict(state["policy"])
        generator.set_state(state["generator"])
        rows, losses, order, best_metric = (state[name] for name in ("rows", "losses", "order", "best_metric"))
        best_weights, first = state["best_weights"], state["step"] + 1
        seconds, validating = state["seconds"], state["validating"]
    for step in range(first, steps + 1):
        number = (step - 1) % batches
        if number == 0:
            order = torch.randperm(len(examples.inputs), generator=generator)[: batches * config.batch]
        chosen, rate, started = order.view(batches, config.batch)[number], policy.rate, clock()
        loss = task.loss(network(examples.inputs[chosen]), examples.targets[chosen])
        vector.grad = torch.cat([gradient.flatten() for gradient in torch.autograd.grad(loss, parameters)])
        policy.optimizer.step()
        losses.append(loss.item())
        stepped, metric = clock(), None
        seconds += stepped - started
        if step % config.log_every == 0 or step == steps:
            with policy.evaluating():  # also without a validation: schedule-free weights are rounded here
                if logged or step == steps:
                    val_loss, metric = loss_and_accuracy(task, network, task.data.validation)
                    if metric > best_metric:
                        best_metric, best_weights = metric, copy.deepcopy(network.state_dict())
                    row = {"step": step, "epoch": step / batches, "lr": rate, "train_loss": sum(losses) / len(losses)}
                    rows.append(row | {"val_loss": val_loss, "val_metric": metric, "seconds": seconds})
            losses = []
        started = clock()
        validating += started - stepped
        policy.step(loss.item(), metric)
        seconds += clock() - started
        if interim.due:
            state = {"step": step, "rows": rows, "losses": losses, "order": order}
            state |= {"seconds": seconds, "validating": validating}
            state |= {"network": network.state_dict(), "policy": policy.state_dict()}
            state |= {"best_metric": best_metric, "best_weights": best_weights, "generator": generator.get_state()}
            interim.write(state)
    with policy.evaluating():
        last = copy.deepcopy(network.state_dict())
    accuracies = []
    for weights in (best_weights, last):  # the network then keeps its last weights
        network.load_state_dict(weights)
        accuracies.append(loss_and_accuracy(task, network, task.data.test)[1] if tested else math.nan)
    logs = pd.DataFrame(rows), pd.DataFrame(policy.decisions)
    return Run(*logs, network, accuracies[1], accuracies[0], seconds, validating)


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
