"""Alarms about series unlike the simulations that a flow was trained on, where the system can be simulated again exactly."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from pathlode.core.series import TimeSeries
from pathlode.dynamics.systems.contract import System
from pathlode.inference.designs import ObservationConfig
from pathlode.inference.flows.contract import Flow
from pathlode.inference.flows.mixture import FlowMixture
from pathlode.inference.misspecification import Misspecification
from pathlode.inference.neighbours import SURPRISING, p_values, summary_p_values

KNOWN = 500
"""Simulations among which the neighbours of a summary are found."""
COMPARED = 300
"""Further simulations, among which p-values are shares."""
PREDICTED = 10
"""Draws from each posterior with which the system is simulated again."""


ALARM_LEVEL = 0.05
"""Level of the alarms: at most this share of the training's own simulations sets off one."""


def alarm_shares(found: Misspecification) -> dict[str, float]:
    """Shares of the series that set off an alarm, at :data:`ALARM_LEVEL`: by their summary alone (``summary_alarms``), by what
    their posterior predicts alone (``predictive_alarms``), and by either at half the level (``alarms``).
    """
    shares = {
        "summary_alarms": found.summary_p <= ALARM_LEVEL,
        "predictive_alarms": found.predictive_p <= ALARM_LEVEL,
        "alarms": found.alarms(ALARM_LEVEL),
    }
    return {name: float(set_off.double().mean()) for name, set_off in shares.items()}


@dataclass(frozen=True)
class Likeness:
    """How like observed series are to simulations from the prior under one observation design.

    A series is compared in two ways: by the distance of its summary from the nearest among simulated ones, and by the mean
    squared distance of its values from the trajectory, of :data:`PREDICTED` draws from its posterior, that is nearest to them.
    The second sees what the summary leaves out.

    Args:
        flow: the posterior.
        summarise: computes what it is given of a series, from the flow's seed and the standard deviation of the noise.
        system: the system.
        design: the design.
        seed: number of the replicate, which decides the simulations. No flow was trained on them.
    """

    flow: Flow | FlowMixture
    summarise: Callable[[TimeSeries, int, float], Tensor]
    system: System
    design: ObservationConfig
    seed: int

    def __call__(self, series: TimeSeries) -> Misspecification:
        """p-values of n series, all of the same length and without missing values."""
        given, (known, others, misfits) = self._given(series), self._simulated
        return Misspecification(
            summary_p_values(self.flow, known, others, given),
            p_values(self._misfits(series, given), misfits),
            len(others),
        )

    @cached_property
    def _simulated(self) -> tuple[Tensor, Tensor, Tensor]:
        """Summaries of simulations for neighbours, and summaries and misfits of those for p-values."""
        known, others = (
            self.design.simulate(self.system, count, self.seed, SURPRISING, place).observed
            for place, count in enumerate((KNOWN, COMPARED))
        )
        given = self._given(others)
        return self._given(known), given, self._misfits(others, given)

    def _given(self, series: TimeSeries) -> Tensor:
        return self.summarise(series, self.flow.seed, self.design.noise)

    def _misfits(self, series: TimeSeries, given: Tensor) -> Tensor:
        theta = self.flow.sample(PREDICTED, given, self.flow.seed).flatten(0, 1).double().numpy()
        predicted = self.system.solution(theta, np.tile(series.times.numpy(), (PREDICTED, 1)))
        off = torch.from_numpy(predicted).unflatten(0, (PREDICTED, len(series))) - series.values
        return off.square().mean(dim=(2, 3)).amin(dim=0)
