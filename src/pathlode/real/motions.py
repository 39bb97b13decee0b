"""Motions of a hand, recorded by a watch."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from pathlode.errors import DataError
from pathlode.real.data_set import MeasuredDataSet, Reading
from pathlode.real.ts_files import labelled_series

DIRECTIONS = ("x", "y", "z")
SENSED = [*(f"acceleration {axis}" for axis in DIRECTIONS), *(f"rotation {axis}" for axis in DIRECTIONS)]
"""Three of an accelerometer and three of a gyroscope, in units that the source does not state."""
LENGTH = 100
"""Times of a recording."""
INTERVAL = 0.1
"""Seconds from one time to the next."""
ACTIVITIES = ("Badminton", "Running", "Standing", "Walking")
"""Classes."""
STEPS = {"Badminton": (1.0, 0.5), "Running": (6.0, 2.6), "Standing": (0.1, 0.2), "Walking": (1.5, 1.8)}
"""Invented recordings: swing and frequency, in 1/s, of an activity."""


@dataclass(frozen=True)
class Motions(MeasuredDataSet):
    """A watch on the wrist of people who walk, run, stand or play badminton: ten seconds of acceleration and rotation.

    The arm of somebody who walks or runs is a driven pendulum, whose swing is measured here. Sampled ten times a second.

    Source: BasicMotions of Bagnall et al. 2018, The UEA multivariate time series classification archive
    (https://arxiv.org/abs/1811.00075).
    """

    folder: ClassVar[str] = "basic_motions"
    files: ClassVar[tuple[str, ...]] = ("BasicMotions_TRAIN.ts", "BasicMotions_TEST.ts")
    has_test: ClassVar[bool] = True
    fewest: ClassVar[int] = 4

    @property
    def length(self) -> int:
        return LENGTH

    def read(self, files: Sequence[Path], source: str) -> Reading:
        """All recordings, those of the published training part first; times are seconds from the first value."""
        measured = labelled_series(
            files,
            data="motions",
            source=source,
            time_unit="seconds",
            interval=INTERVAL,
            features=SENSED,
            units=["unit not stated"] * len(SENSED),
            target="activity",
        )
        for name, count in zip(measured.names, measured.counts, strict=True):
            if count != LENGTH:
                raise DataError(f"recording {name} has {count} times, expected {LENGTH}: fetch its file again")
        return Reading(measured)

    @staticmethod
    def invent(folder: Path, number: int, rng: np.random.Generator) -> list[Path]:
        written = [folder / name for name in Motions.files]
        for file in written:
            lines = [_invented_recording(activity, rng) for activity in ACTIVITIES for _ in range(number)]
            file.write_text("\n".join(["@problemName BasicMotions", "@data", *lines]) + "\n")
        return written


def _invented_recording(activity: str, rng: np.random.Generator) -> str:
    """A line of a recording: a noisy wave for each feature, of the activity's swing and frequency."""
    swing, frequency = STEPS[activity]
    phases = rng.uniform(0, 2 * np.pi, (len(SENSED), 1))
    waves = swing * np.sin(2 * np.pi * frequency * INTERVAL * np.arange(LENGTH) + phases)
    waves += 0.1 * rng.normal(size=waves.shape)
    return ":".join([*(",".join(f"{value:.4f}" for value in wave) for wave in waves), activity])
