"""Policies that learn from past runs while a training goes on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from torch.optim import AdamW, Optimizer

from pathlode.schedule.model import RunModel
from pathlode.schedule.nearest import NearestRunsLR
from pathlode.schedule.policies import WEIGHT_DECAY, Policy, Training
from pathlode.schedule.runs import Runs
from pathlode.schedule.scheduler import Decision, LatentODELR, LookAheadConfig


@dataclass(frozen=True)
class Learnt:
    """What has been learnt from past runs.

    Attributes:
        models: fitted to them, by the seed of the training that each is for.
        runs: themselves.
        config: how futures are drawn and chosen; the seed is each training's own.
    """

    models: Mapping[int, RunModel]
    runs: Runs
    config: LookAheadConfig


class LookAhead(Policy):
    """AdamW with a scheduler that looks ahead."""

    def __init__(self, training: Training, scheduler: Callable[[Optimizer], LatentODELR]) -> None:
        self.optimizer = AdamW(training.parameters, lr=1.0, weight_decay=WEIGHT_DECAY, fused=True)
        self.scheduler: LatentODELR = scheduler(self.optimizer)

    @property
    def decisions(self) -> Sequence[Decision]:
        return self.scheduler.decisions

    def step(self, loss: float, metric: float | None) -> None:
        self.scheduler.step(loss=loss, metric=metric)


def lode(training: Training, learnt: Learnt) -> Policy:
    """The rates of the futures that a latent ODE of past runs predicts to end best."""
    model, config = learnt.models[training.seed], replace(learnt.config, seed=training.seed)
    return LookAhead(training, lambda optimizer: LatentODELR(optimizer, model, training.steps, config))


def nearest(training: Training, learnt: Learnt) -> Policy:
    """The same with the most similar past runs in place of predicted futures; of the model only its clock is used."""
    model = learnt.models[training.seed]
    return LookAhead(
        training, lambda optimizer: NearestRunsLR(optimizer, model, training.steps, learnt.config, runs=learnt.runs)
    )
