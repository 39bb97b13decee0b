"""Data sets drawn from a simulated system."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray

from pathlode.arrays import Array
from pathlode.core.series import Observed, TimeSeries
from pathlode.errors import ConfigError, DataError
from pathlode.files import writing

if TYPE_CHECKING:
    from pathlode.dynamics.systems.contract import System  # only for types: most jobs read data without simulating

Indices = NDArray[np.int64]
AnySplit = TypeVar("AnySplit", bound="Split")


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

    @property
    def horizon(self) -> float:
        """Time from the last observation to the end of the truth."""
        return self.windows_beyond * sum(self.window) / 2


GRID_POINTS = 100
"""Number of regular times per trajectory at which the truth is kept, in the observed window and in each window beyond it."""


FEW = 10


def _few(points: int) -> Indices:
    return np.linspace(0, points - 1, FEW).round().astype(int)


def _gapped(points: int) -> Indices:
    return np.r_[: points // 3, points - points // 3 : points]


def _late(points: int) -> Indices:
    return np.arange(points // 3, points)


VIEWS: dict[str, Callable[[int], Indices]] = {"few": _few, "gapped": _gapped, "late": _late}
"""Subsets of the test trajectories' observations that the encoder also sees: ten, spread evenly; all but the middle third;
all but the first third."""


@dataclass(frozen=True)
class Split:
    """One part of a data set. With replicates, all arrays have them as first axis.

    Attributes:
        observed: irregular noisy observations, (n, points).
        parameters: the varied parameters and initial states, (n, parameter).
    """

    observed: TimeSeries
    parameters: torch.Tensor

    def arrays(self) -> dict[str, Array]:
        """All arrays by name."""
        found: dict[str, Array] = {}
        for field in fields(self):
            part = getattr(self, field.name)
            if isinstance(part, TimeSeries):
                found |= {f"{field.name}_times": part.times.numpy(), f"{field.name}_values": part.values.numpy()}
            else:
                found[field.name] = part.numpy()
        return found

    def owned(self, owners: Sequence[int]) -> Self:
        """Each member's replicate, by index, (member, n, ...)."""
        return self.of({name: array[list(owners)] for name, array in self.arrays().items()}, "replicates")

    @classmethod
    def of(cls, arrays: Mapping[str, Array], name: str) -> Self:
        """The split from :meth:`arrays`; the name stands in messages about faulty series."""
        given = {key: torch.from_numpy(array) for key, array in arrays.items()}
        made: dict[str, Any] = {}
        for part in (field.name for field in fields(cls)):
            if part in given:
                made[part] = given[part]
            else:
                made[part] = TimeSeries(given[f"{part}_times"], given[f"{part}_values"], f"{name}, {part}")
        return cls(**made)


@dataclass(frozen=True)
class ScoredSplit(Split):
    """A part of a data set with the truth at regular times for scoring.

    Attributes:
        inside: noise-free truth at regular times from the first to the last observation.
        beyond: noise-free truth at regular times from the last observation to ``horizon`` after it, with the same number of
            times per window length.
        counted: whether the truth counts in scores, at the times of ``inside`` and then of ``beyond``, booleans, (n, time).
    """

    inside: TimeSeries
    beyond: TimeSeries
    counted: torch.Tensor


SPLITS = ("train", "validation", "test")
SAME_IN_VIEWS = ("beyond_times", "beyond_values", "parameters")
"""Arrays that the views of the test split share with it."""


@dataclass(frozen=True)
class SimulatedData:
    """A simulated data set: training trajectories, and the splits ``validation``, ``test`` and the test split in each of
    :data:`VIEWS`, which are scored. It holds one replicate, or several with a common first axis in all arrays.

    On disk it is one ``.npz`` file without pickled objects: ``{split}_{observed|inside|beyond}_{times|values}``,
    ``{split}_parameters``, and ``names``, a JSON text with the names of features, parameters and time. The training
    observations are in single precision, as models read them; the truth that scores need is in double precision. A replicate
    with 5,000 training trajectories, 40 observations and two features takes 8 MB.
    """

    features: tuple[str, ...]
    parameters: tuple[str, ...]
    time: str
    train: Split
    scored: dict[str, ScoredSplit]

    def __getitem__(self, split: str) -> ScoredSplit:
        return self.scored[split]

    @property
    def replicates(self) -> int | None:
        """Number of replicates; None for a data set without that axis."""
        return self.train.observed.sets

    @property
    def observed(self) -> Observed:
        """The noisy observations that models are trained on."""
        return Observed(self.train.observed, self["validation"].observed)

    def replicate(self, index: int) -> SimulatedData:
        """One of several replicates."""

        def alone(split: AnySplit) -> AnySplit:
            return split.of({name: array[index] for name, array in split.arrays().items()}, "replicate")

        scored = {name: alone(split) for name, split in self.scored.items()}
        return SimulatedData(self.features, self.parameters, self.time, alone(self.train), scored)

    def save(self, path: Path) -> None:
        """Writes the file, whole or not at all."""
        splits = {"train": self.train, **self.scored}
        arrays = {
            f"{name}_{key}": array
            for name, split in splits.items()
            for key, array in split.arrays().items()
            if name not in VIEWS or key not in SAME_IN_VIEWS
        }
        names = json.dumps({"features": self.features, "parameters": self.parameters, "time": self.time})
        with writing(path) as temporary:
            np.savez(temporary, allow_pickle=False, names=np.array(names), **arrays)

    @classmethod
    def load(cls, path: Path) -> SimulatedData:
        """Reads a file that :meth:`save` wrote.

        Raises:
            DataError: if the file is unreadable, incomplete, or holds times or values that cannot be used.
        """
        try:
            with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
                arrays = {key: file[key] for key in file.files if key != "names"}
                names = json.loads(str(file["names"]))
            splits = {}
            for name in (*SPLITS, *VIEWS):
                same = {f"{name}_{key}": arrays[f"test_{key}"] for key in SAME_IN_VIEWS if name in VIEWS}
                own = {
                    key.removeprefix(f"{name}_"): each
                    for key, each in (arrays | same).items()
                    if key.startswith(f"{name}_")
                }
                splits[name] = (Split if name == "train" else ScoredSplit).of(own, f"{path} ({name})")
        except DataError:
            raise
        except Exception as error:
            raise DataError(
                f"{path} is not a complete data file of pathlode ({error}): delete it and simulate again"
            ) from error
        scored = {name: split for name, split in splits.items() if isinstance(split, ScoredSplit)}
        return cls(tuple(names["features"]), tuple(names["parameters"]), names["time"], splits["train"], scored)


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
    system: System, parameters: Array, times: Array, noise: float, rng: np.random.Generator, name: str
) -> TimeSeries:
    """Trajectories of parameters (n, parameter), each at its own times, (n, time), with Gaussian noise."""
    added = noise * rng.standard_normal((*times.shape, len(system.features)))
    return _series(system, parameters, times, name, added)


def irregular_times(n: int, points: int, end: Array, rng: np.random.Generator) -> Array:
    """Sorted uniform times in [0, end], (n, points), no two closer than 1e-5 of the end."""
    gap = 1e-5
    uniform = np.sort(rng.uniform(size=(n, points)), axis=1)
    return (uniform * (1 - gap * (points - 1)) + gap * np.arange(points)) * end[:, None]


def _draw(system: System, config: SimulationConfig, n: int, rng: np.random.Generator, name: str) -> Split:
    parameters = system.draw(n, rng)
    times = irregular_times(n, config.points, rng.uniform(*config.window, size=n), rng)
    observed = observe(system, parameters, times, config.noise, rng, f"simulated {name} data, observed")
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


def _series(system: System, parameters: Array, times: Array, name: str, added: Array | float = 0.0) -> TimeSeries:
    values = system.solution(parameters, times) + added
    return TimeSeries(torch.from_numpy(times), torch.from_numpy(values), name)
