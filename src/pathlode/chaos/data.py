"""Data sets of chaotic flows: what is observed, the truth that follows, and what the true equations give in a model's place."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from pathlode.arrays import Array
from pathlode.artefacts import ArrayFile, JsonFile, axes
from pathlode.core.observed import Observed
from pathlode.core.series import TimeSeries


@dataclass(frozen=True)
class ChaosData(ArrayFile):
    """Windows of orbits of several flows and replicates, the members, in standard deviations and periods of each flow.

    Times of observations begin with the window; those of ``ahead`` and ``moments`` count from a test window's last observation.

    Attributes:
        flows: name of each member's flow.
        replicates: number of its replicate.
        exponents: largest Lyapunov exponent of its flow, per period.
        train_times: of the noisy observations that are fitted; with ``train_values``.
        validation_times: of those that choose the best weights; with ``validation_values``.
        test_times: of the windows from which forecasts begin; with ``test_values``.
        ahead: regular times of a forecast.
        truth: the noise-free orbit at these times.
        from_noisy: orbit of the true equations from the last observation with its noise.
        from_nudged: the same from a point :data:`pathlode.chaos.forecasts.NUDGE` farther in each quantity.
        moments: regular times at which an attractor is compared, the same for all members.
        orbits: a noise-free orbit at these times, from the same state.
        other_orbits: orbits that are independent of them.
    """

    flows: Sequence[str]
    replicates: Sequence[int]
    exponents: Sequence[float]
    train_times: Array = axes("member", "trained", "point")
    train_values: Array = axes("member", "trained", "point", "feature")
    validation_times: Array = axes("member", "validated", "point")
    validation_values: Array = axes("member", "validated", "point", "feature")
    test_times: Array = axes("member", "window", "point")
    test_values: Array = axes("member", "window", "point", "feature")
    ahead: Array = axes("member", "step")
    truth: Array = axes("member", "window", "step", "feature")
    from_noisy: Array = axes("member", "window", "step", "feature")
    from_nudged: Array = axes("member", "window", "step", "feature")
    moments: Array = axes("moment")
    orbits: Array = axes("member", "window", "moment", "feature")
    other_orbits: Array = axes("member", "window", "moment", "feature")

    @property
    def observed(self) -> Observed:
        """The noisy observations that models are trained on, a set for each member."""
        return Observed(self._series("train"), self._series("validation"))

    def _series(self, split: str) -> TimeSeries:
        times, values = (torch.from_numpy(getattr(self, f"{split}_{part}")) for part in ("times", "values"))
        return TimeSeries(times, values, f"{split} windows of chaotic flows")

    @classmethod
    def joined(cls, parts: Sequence["ChaosData"]) -> "ChaosData":
        """The members of several data sets of the same sampling, one after another."""
        of_members = ("flows", "replicates", "exponents")
        given: dict[str, Any] = {name: [each for part in parts for each in getattr(part, name)] for name in of_members}
        given |= {
            name: np.concatenate([getattr(part, name) for part in parts])
            for name in cls.__dataclass_fields__
            if name not in (*of_members, "moments")
        }
        return cls(**given, moments=parts[0].moments)


@dataclass(frozen=True)
class Diverged(JsonFile):
    """Which members of a stack never had a finite validation error.

    Their models are as they were before training.

    Attributes:
        members: for each member, whether it diverged.
    """

    members: Sequence[bool]
