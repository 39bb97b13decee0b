"""Data sets of simulated trajectories, and their files."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Self, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray

from pathlode.arrays import Array
from pathlode.core.checks import check_values
from pathlode.core.observed import Observed
from pathlode.core.series import TimeSeries
from pathlode.errors import DataError
from pathlode.files import writing

Indices = NDArray[np.int64]
AnySplit = TypeVar("AnySplit", bound="Split")

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

    def first(self, points: int | None) -> Self:
        """The split with the first observations of each trajectory only, so many of them, or with all of them for None. What
        is scored stays the same."""
        seen = TimeSeries(self.observed.times[..., :points], self.observed.values[..., :points, :], self.observed.name)
        return replace(self, observed=seen)

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
                made[part] = _complete(TimeSeries(given[f"{part}_times"], given[f"{part}_values"], f"{name}, {part}"))
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


def _complete(series: TimeSeries) -> TimeSeries:
    """The series, if no value is missing: none of a simulation is."""
    try:
        check_values(series.values)
    except DataError as error:
        raise DataError(f"{series.name}: {error}") from None
    return series
