"""Series that no parameters of the prior make: what a check of misspecification should find."""

from collections.abc import Mapping, Sequence

import numpy as np

from pathlode.arrays import Array
from pathlode.core.series import TimeSeries
from pathlode.dynamics.systems.contract import System
from pathlode.inference.designs import ObservationConfig

FAR = (1.5, 2.0)
"""Distance of one parameter from the middle of its prior, in halves of the prior's width."""
DRIFT = 0.5
"""Share by which all rates are below their mean at first, and above it at last."""


def unlike(
    system: System, design: ObservationConfig, outside: Sequence[float], count: int, seed: int
) -> Mapping[str, TimeSeries]:
    """Three kinds of such series, ``count`` of each, by name.

    ``one system outside`` is always the same system, each time with other observations. ``a parameter outside`` has one
    parameter, at random, that is as far from the prior's middle as :data:`FAR` says; the others are from the prior. ``drifting
    rates`` has parameters from the prior, but its clock speeds up: its state at t is the system's at
    ``t + DRIFT (t² / T - t)``, with T the last observation.

    Args:
        system: the simulated system, whose prior is uniform in a box.
        design: how it is observed.
        outside: parameters of the one system.
        count: number of series of each kind.
        seed: number of the replicate; decides parameters and observations.
    """
    rng = np.random.default_rng([seed, 3])
    usual, far = system.draw(count, rng), parameters_outside(system, count, rng)
    kinds = {
        "one system outside": (system, np.tile(outside, (count, 1))),
        "a parameter outside": (system, far),
        "drifting rates": (_Drifting(system), usual),
    }
    return {name: design.observe(*kind, [seed, 4, place]) for place, (name, kind) in enumerate(kinds.items())}


def parameters_outside(system: System, count: int, rng: np.random.Generator) -> Array:
    """Parameters, (count, parameter), of which one, at random, lies outside the prior, on either side."""
    parameters = system.draw(count, rng)
    low, high = np.array(system.low), np.array(system.high)
    row, column = np.arange(count), rng.integers(len(low), size=count)
    far = rng.choice([-1.0, 1.0], size=count) * rng.uniform(*FAR, size=count)
    parameters[row, column] = ((low + high) / 2 + far[:, None] * (high - low) / 2)[row, column]
    return parameters


class _Drifting(System):
    """A system whose clock speeds up."""

    def __init__(self, system: System) -> None:
        self.system, self.features, self.parameters = system, system.features, system.parameters  # type: ignore[misc]

    def draw(self, n: int, rng: np.random.Generator) -> Array:
        return self.system.draw(n, rng)

    def solution(self, parameters: Array, times: Array) -> Array:
        return self.system.solution(parameters, times + DRIFT * (times**2 / times[:, -1:] - times))
