"""The utterances of Japanese vowels, from files in the ``.ts`` format of timeseriesclassification.com."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from pathlode.errors import DataError
from pathlode.real.data_set import MeasuredDataSet, Reading
from pathlode.real.measured import MeasuredSeries

COEFFICIENTS = 12
"""Features of a frame: coefficients of the cepstrum of a linear prediction."""
SPEAKERS = 9
"""Classes."""


@dataclass(frozen=True)
class Vowels(MeasuredDataSet):
    """Two Japanese vowels, uttered by nine speakers: frames of 12 cepstral coefficients, in series of different lengths.

    Source: Kudo et al. 1999, Multidimensional curve classification using passing-through regions
    (https://archive.ics.uci.edu/dataset/128/japanese+vowels).
    """

    folder: ClassVar[str] = "japanese_vowels"
    files: ClassVar[tuple[str, ...]] = ("JapaneseVowels_TRAIN.ts", "JapaneseVowels_TEST.ts")
    has_test: ClassVar[bool] = True
    fewest: ClassVar[int] = 4

    def read(self, files: Sequence[Path], source: str) -> Reading:
        """All utterances, those of the published training part first; times count the frames from 0."""
        parts = [(path, *_utterances(path)) for path in files]
        utterances = [each for _, own, _ in parts for each in own]
        speakers = [each for _, _, own in parts for each in own]
        names = [f"{path.stem} {number}" for path, own, _ in parts for number in range(1, len(own) + 1)]
        classes = sorted(set(speakers))
        counts = np.array([len(each) for each in utterances])
        measured = MeasuredSeries(
            data="vowels",
            source=source,
            time_unit="frames",
            features=[f"coefficient {number}" for number in range(1, COEFFICIENTS + 1)],
            units=["1"] * COEFFICIENTS,
            target="speaker",
            classes=classes,
            described=[],
            names=np.array(names),
            counts=counts,
            times=np.concatenate([np.arange(count, dtype=float) for count in counts]),
            values=np.concatenate(utterances),
            labels=np.array([classes.index(name) for name in speakers]),
            descriptors=np.zeros((len(counts), 0), np.float32),
            given_test=np.arange(len(counts)) >= len(parts[0][1]),
        )
        return Reading(measured)

    @staticmethod
    def invent(folder: Path, number: int, rng: np.random.Generator) -> list[Path]:
        written = [folder / name for name in Vowels.files]
        for file in written:
            lines = [_invented_utterance(speaker, rng) for speaker in range(SPEAKERS) for _ in range(number)]
            file.write_text("\n".join(["@problemName JapaneseVowels", "@data", *lines]) + "\n")
        return written


def _invented_utterance(speaker: int, rng: np.random.Generator) -> str:
    """A line of an utterance: a wave for each coefficient, whose phase and level are the speaker's."""
    times = np.arange(rng.integers(7, 20))
    phases = 0.7 * speaker * np.arange(COEFFICIENTS)
    waves = np.sin(times / 3 + phases[:, None]) + np.cos(phases)[:, None] + 0.1 * rng.normal(size=(COEFFICIENTS, 1))
    return ":".join([*(",".join(f"{value:.4f}" for value in wave) for wave in waves), str(speaker + 1)])


def _utterances(path: Path) -> tuple[list[NDArray[np.float32]], list[str]]:
    """Values (frame, coefficient) and speaker of every utterance of a file."""
    try:
        lines = path.read_text().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = "it does not exist" if isinstance(error, FileNotFoundError) else "it is damaged"
        raise DataError(f"{path} cannot be read as a file of series ({reason}): fetch it again") from error
    starts = [number for number, line in enumerate(lines, start=1) if line.strip().lower() == "@data"]
    if not starts:
        raise DataError(f"{path} lacks the line '@data', after which its series begin: fetch it again")
    values, speakers = [], []
    for number, line in enumerate(lines[starts[0] :], start=starts[0] + 1):
        if line.strip():
            *features, speaker = line.strip().split(":")
            values.append(_frames(path, number, features))
            speakers.append(speaker)
    if not values:
        raise DataError(f"{path} has no series after the line '@data': fetch it again")
    return values, speakers


def _frames(path: Path, number: int, features: Sequence[str]) -> NDArray[np.float32]:
    """Values (frame, coefficient) of a line of a file."""
    try:
        columns = [np.array(feature.split(","), np.float32) for feature in features]
        if len(columns) != COEFFICIENTS or len({len(column) for column in columns}) != 1:
            raise ValueError(f"it has {len(columns)} features of {sorted({len(column) for column in columns})} values")
        values = np.stack(columns, axis=-1)
        if not np.isfinite(values).all():
            raise ValueError("a value is not finite")
    except ValueError as error:
        raise DataError(
            f"{path}, line {number}: expected {COEFFICIENTS} features of equally many numbers and a class, separated by "
            f"colons, but {error}: fetch it again"
        ) from None
    return values
