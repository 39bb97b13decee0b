"""The utterances of Japanese vowels, from files in the ``.ts`` format of timeseriesclassification.com."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from pathlode.real.data_set import MeasuredDataSet, Reading
from pathlode.real.ts_files import labelled_series

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
        measured = labelled_series(
            files,
            data="vowels",
            source=source,
            time_unit="frames",
            interval=1.0,
            features=[f"coefficient {number}" for number in range(1, COEFFICIENTS + 1)],
            units=["1"] * COEFFICIENTS,
            target="speaker",
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
