"""Trajectories simulated with draws from a posterior."""

from dataclasses import dataclass

import numpy as np

from pathlode.arrays import Array
from pathlode.dynamics.systems.contract import System
from pathlode.inference.reference_posteriors import References

GRID_TIMES = 200
"""Number of times of the simulated trajectories."""
BEYOND = 1.5
"""Last of these times, in units of the last observation's."""


@dataclass(frozen=True)
class PosteriorTrajectories:
    """What was observed of some systems, and their trajectories without noise.

    Attributes:
        times: common grid, (time,).
        truth: trajectories of the true parameters, (system, time, feature).
        draws: trajectories of draws from the posteriors, (draw, system, time, feature).
        seen: times of the observations, (system, point).
        values: observed values, (system, point, feature).
    """

    times: Array
    truth: Array
    draws: Array
    seen: Array
    values: Array

    @classmethod
    def of(cls, system: System, observed: References, draws: Array) -> "PosteriorTrajectories":
        """Simulates the first systems again.

        Args:
            system: the system.
            observed: systems with their observations and true parameters.
            draws: of the parameters of as many of them as are simulated, (draw, system, parameter).
        """
        count, number, parameters = draws.shape
        seen = observed.times[:number]
        times = np.linspace(0, BEYOND * seen.max(), GRID_TIMES)
        grid = np.broadcast_to(times, (count * number, GRID_TIMES))
        again = system.solution(draws.reshape(-1, parameters).astype(float), grid)
        truth = system.solution(observed.truth[:number], grid[:number])
        return cls(times, truth, again.reshape(count, number, *again.shape[1:]), seen, observed.values[:number])
