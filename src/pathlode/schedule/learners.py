"""Policies that learn their settings from past runs."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pathlode.schedule.policies.contract import Policy

if TYPE_CHECKING:
    from pathlode.schedule.run_model import RunModel
    from pathlode.schedule.runs import Runs


@dataclass(frozen=True)
class Past:
    """Past runs, and a model and settings for learning from them.

    Attributes:
        runs: past runs.
        model: a model fitted to them.
        seed: seed of the coming training.
        look_ahead: settings of :class:`pathlode.schedule.decisions.LookAheadConfig`, for policies that look ahead.
        mixes: number of mixes, for the policy that mixes schedules.
    """

    runs: "Runs"
    model: "RunModel"
    seed: int
    look_ahead: Mapping[str, Any] = field(default_factory=dict)
    mixes: int = 0


class Learner(Policy):
    """A policy whose settings are learnt from past runs."""

    @staticmethod
    @abstractmethod
    def candidates(past: Past) -> Mapping[str, Any]:
        """The settings to try, by name."""
