"""Simulation of data sets: irregular noisy observations of drawn trajectories, and their truth at regular times."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from pathlode.arrays import Array
from pathlode.core.series import TimeSeries
from pathlode.dynamics.data import FEW, GRID_POINTS, SPLITS, VIEWS, AnySplit, Indices, ScoredSplit, SimulatedData, Split
from pathlode.errors import ConfigError

if TYPE_CHECKING:
    from pathlode.dynamics.systems.contract import System

NOISE_KINDS: dict[str, Callable[[Array, Array], Array]] = {
    "added": lambda values, errors: values + errors,
    "log": lambda values, errors: values * np.exp(errors),
}
"""How errors act on values: they are added, or added to the values' logarithm, so an error is a share of the value."""


@dataclass(frozen=True)
class SimulationConfig:
    """Settings of a simulated data set.

    Args:
        train: number of training trajectories.
        validation: number of trajectories that choose the best weights, the learning rate and the penalty's weight.
        test: number of held-out trajectories.
        points: observations per trajectory.
        window: range (low, high) of the observed window's end T, uniform; observations lie in [0, T].
        noise: standard deviation of the Gaussian noise on every observed value, in the data's unit.
        noise_kind: name in :data:`NOISE_KINDS`; with ``log`` the noise is on the values' logarithm and has no unit.
        windows_beyond: time span after the last observation for which the truth is kept for scoring, in mean window lengths.
        seed: seed of the data set; that of a replicate's data is (seed, replicate).
    """

    train: int
    validation: int
    test: int
    points: int
    window: tuple[float, float]
    noise: float
    windows_beyond: int
    seed: int
    noise_kind: str = "added"

    def __post_init__(self) -> None:
        low, high = self.window
        if not 0 < low <= high:
            raise ConfigError(f"simulate.window is {list(self.window)}, expected 0 < low <= high")
        for name in ("train", "validation", "test", "points"):
            if getattr(self, name) < 2:
                raise ConfigError(f"simulate.{name} is {getattr(self, name)}, expected at least 2")
        if self.points < FEW:
            raise ConfigError(f"simulate.points is {self.points}, expected at least {FEW}")
        if self.windows_beyond < 2:
            raise ConfigError(f"simulate.windows_beyond is {self.windows_beyond}, expected at least 2")
        if not self.noise >= 0:
            raise ConfigError(f"simulate.noise is {self.noise}, expected at least 0")
        if self.noise_kind not in NOISE_KINDS:
            raise ConfigError(f"simulate.noise_kind is {self.noise_kind!r}, expected one of {', '.join(NOISE_KINDS)}")

    @property
    def horizon(self) -> float:
        """Time from the last observation to the end of the truth."""
        return self.windows_beyond * sum(self.window) / 2


def simulate(system: System, config: SimulationConfig, replicate: int = 0) -> SimulatedData:
    """Draws the three splits, each from its own random stream, so the size of one does not change another.

    Args:
        system: what to simulate.
        config: how.
        replicate: number of an independent data set with the same settings.
    """
    streams = np.random.SeedSequence([config.seed, replicate]).spawn(len(SPLITS))
    random = {name: np.random.default_rng(stream) for name, stream in zip(SPLITS, streams, strict=True)}
    drawn = {name: _draw(system, config, getattr(config, name), random[name], name) for name in SPLITS}
    scored = {name: _scored(system, config, drawn[name], name) for name in ("validation", "test")}
    scored |= {name: _view(system, scored["test"], chosen(config.points), name) for name, chosen in VIEWS.items()}
    return SimulatedData(system.features, system.parameters, system.time, _single(drawn["train"]), scored)


def simulate_replicates(system: System, config: SimulationConfig, replicates: Sequence[int]) -> SimulatedData:
    """Draws an independent data set for each replicate, and stacks them."""
    made = [simulate(system, config, replicate) for replicate in replicates]

    def stacked(splits: Sequence[AnySplit]) -> AnySplit:
        each = [split.arrays() for split in splits]
        return splits[0].of({name: np.stack([arrays[name] for arrays in each]) for name in each[0]}, "simulated")

    scored = {name: stacked([data[name] for data in made]) for name in made[0].scored}
    return SimulatedData(
        system.features, system.parameters, system.time, stacked([data.train for data in made]), scored
    )


def observe(
    system: System,
    parameters: Array,
    times: Array,
    noise: float | Array,
    rng: np.random.Generator,
    name: str,
    noise_kind: str = "added",
) -> TimeSeries:
    """Trajectories of parameters (n, parameter), each at its own times, (n, time), with Gaussian noise.

    Args:
        system: what to simulate.
        parameters: (n, parameter).
        times: (n, time).
        noise: standard deviation of the noise, one number or of a shape that broadcasts to (n, time, feature).
        rng: draws the noise.
        name: name of the series, for messages.
        noise_kind: name in :data:`NOISE_KINDS`.
    """
    errors = noise * rng.standard_normal((*times.shape, len(system.features)))
    values = NOISE_KINDS[noise_kind](system.solution(parameters, times), errors)
    return TimeSeries(torch.from_numpy(times), torch.from_numpy(values), name)


def irregular_times(n: int, points: int, end: Array, rng: np.random.Generator) -> Array:
    """Sorted uniform times in [0, end], (n, points), no two closer than 1e-5 of the end."""
    gap = 1e-5
    uniform = np.sort(rng.uniform(size=(n, points)), axis=1)
    return (uniform * (1 - gap * (points - 1)) + gap * np.arange(points)) * end[:, None]


def _draw(system: System, config: SimulationConfig, n: int, rng: np.random.Generator, name: str) -> Split:
    parameters = system.draw(n, rng)
    times = irregular_times(n, config.points, rng.uniform(*config.window, size=n), rng)
    title = f"simulated {name} data, observed"
    observed = observe(system, parameters, times, config.noise, rng, title, config.noise_kind)
    return Split(observed, torch.from_numpy(parameters))


def _single(split: Split) -> Split:
    """The split with its observations in single precision."""
    return Split(split.observed.to(torch.float32), split.parameters)


def _scored(system: System, config: SimulationConfig, drawn: Split, name: str) -> ScoredSplit:
    parameters, times = drawn.parameters.numpy(), drawn.observed.times.numpy()
    steps = config.windows_beyond * GRID_POINTS
    beyond = times[:, -1:] + config.horizon * (1 + np.arange(steps)) / steps
    return _with_truth(
        system,
        drawn,
        inside=_inside(system, parameters, times, name),
        beyond=_series(system, parameters, beyond, f"simulated {name} data, beyond"),
    )


def _with_truth(system: System, drawn: Split, inside: TimeSeries, beyond: TimeSeries) -> ScoredSplit:
    truth = torch.cat([inside.values, beyond.values], dim=1)
    counted = torch.from_numpy(system.counted(truth.numpy()))
    return ScoredSplit(drawn.observed, drawn.parameters, inside, beyond, counted)


def _view(system: System, whole: ScoredSplit, chosen: Indices, name: str) -> ScoredSplit:
    """The same trajectories with a subset of their observations."""
    observed = TimeSeries(whole.observed.times[:, chosen], whole.observed.values[:, chosen], name)
    inside = _inside(system, whole.parameters.numpy(), observed.times.numpy(), name)
    return _with_truth(system, Split(observed, whole.parameters), inside, whole.beyond)


def _inside(system: System, parameters: Array, observed: Array, name: str) -> TimeSeries:
    first, last = observed[:, :1], observed[:, -1:]
    times = first + (last - first) * np.linspace(0, 1, GRID_POINTS)
    return _series(system, parameters, times, f"simulated {name} data, inside")


def _series(system: System, parameters: Array, times: Array, name: str) -> TimeSeries:
    return TimeSeries(torch.from_numpy(times), torch.from_numpy(system.solution(parameters, times)), name)
