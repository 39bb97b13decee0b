"""Marked beats of a recording, and the classes of their symbols."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pathlode.ecg.records import AAMI, CLASSES
from pathlode.errors import DataError

FURTHER_SYMBOLS = {"B": "N", "n": "S", "r": "V", "?": "Q"}
"""Classes of symbols that the MIT-BIH Arrhythmia Database does not use, for bundle branch block of an unspecified side,
supraventricular escape beat, R-on-T ventricular beat, and a beat without a class. The symbols are those of PhysioNet's
annotation files (https://archive.physionet.org/physiobank/annotations.shtml); the classes follow the definitions of
ANSI/AAMI EC57."""
NO_CLASS = -1
"""In place of a class, for marks that are no beats."""


@dataclass(frozen=True)
class Annotations:
    """Marks of a recording.

    Attributes:
        samples: position of each mark in the signal, increasing, (mark,).
        symbols: its symbol, (mark,).
    """

    samples: NDArray[np.int64]
    symbols: Sequence[str]

    @property
    def classes(self) -> NDArray[np.int8]:
        """Index in :data:`pathlode.ecg.records.CLASSES` of each mark's class, :data:`NO_CLASS` for marks that are no beats."""
        of = {symbol: CLASSES.index(name) for name, symbols in AAMI.items() for symbol in symbols}
        of |= {symbol: CLASSES.index(name) for symbol, name in FURTHER_SYMBOLS.items()}
        return np.array([of.get(symbol, NO_CLASS) for symbol in self.symbols], np.int8)

    def beats(self) -> tuple[NDArray[np.int64], NDArray[np.int8]]:
        """Samples and classes of the marks that are beats, each sample once."""
        classes = self.classes
        samples, first = np.unique(self.samples[classes != NO_CLASS], return_index=True)
        return samples, classes[classes != NO_CLASS][first]

    def no_beats(self) -> dict[str, int]:
        """Number of the marks that are no beats, by symbol."""
        marks = zip(self.symbols, self.classes, strict=True)
        return dict(Counter(symbol for symbol, label in marks if label == NO_CLASS))

    def moved(self, positions: NDArray[np.int64]) -> "Annotations":
        """The marks in a signal whose former samples lie at these positions. Marks beyond them keep their distance."""
        inside = self.samples.clip(0, len(positions) - 1)
        return replace(self, samples=positions[inside] + (self.samples - inside))

    def refuse_beyond(self, length: int, name: str) -> None:
        """Refuses beats outside a signal of this length. Other marks may lie there, such as that of the last rhythm's end.

        Raises:
            DataError: naming the first one.
        """
        outside = np.flatnonzero(((self.samples < 0) | (self.samples >= length)) & (self.classes != NO_CLASS))
        if len(outside):
            raise DataError(
                f"{name} has the beat {self.symbols[outside[0]]!r} at sample {self.samples[outside[0]]}, but its signal has "
                f"{length} samples: give the annotations of this very signal"
            )
