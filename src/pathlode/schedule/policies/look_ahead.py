"""Base of the policies that look ahead."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pathlode.schedule.decisions import Decision, LookAheadConfig
from pathlode.schedule.learners import Learner, Past
from pathlode.schedule.policies.contract import Training, adamw
from pathlode.schedule.run_model import RunModel
from pathlode.schedule.runs import Runs
from pathlode.schedule.scheduler import LatentODELR


@dataclass(frozen=True)
class Learnt:
    """The setting that a policy that looks ahead has learnt from past runs.

    Attributes:
        model: a model fitted to the past runs.
        runs: the past runs.
        config: settings of the decisions; a training uses its own seed.
    """

    model: RunModel
    runs: Runs
    config: LookAheadConfig


class LookAhead(Learner):
    """AdamW with a scheduler that looks ahead.

    Args:
        training: the training.
        learnt: setting learnt from past runs.
    """

    def __init__(self, training: Training, learnt: Learnt) -> None:
        self.optimizer = adamw(training, 1.0)
        own = replace(learnt, config=replace(learnt.config, seed=training.seed))
        self.scheduler: LatentODELR = self._scheduler(training, own)

    @abstractmethod
    def _scheduler(self, training: Training, learnt: Learnt) -> LatentODELR:
        """The scheduler of the policy's optimiser."""

    @property
    def decisions(self) -> Sequence[Decision]:
        return self.scheduler.decisions

    def step(self, loss: float, metric: float | None) -> None:
        self.scheduler.step(loss=loss, metric=metric)

    @staticmethod
    def candidates(past: Past) -> Mapping[str, Any]:
        """One setting, with the model and the past runs."""
        return {"learnt": Learnt(past.model, past.runs, LookAheadConfig(**past.look_ahead))}
