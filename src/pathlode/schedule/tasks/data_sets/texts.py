"""Base of the data sets of text, read character by character."""

from pathlib import Path
from typing import ClassVar

import numpy as np
import torch
from numpy.typing import NDArray

from pathlode.errors import ConfigError, DataError
from pathlode.schedule.tasks.data import Data, DataSet, Examples, chosen, existing

ENDS = {"train": (0.0, 0.8), "validation": (0.8, 0.9), "test": (0.9, 1.0)}
"""Begin and end of each part of a text, as shares of its length; the parts share no text."""
CHUNK = 2**24
"""Bytes whose occurrences are counted at a time."""


class TextData(DataSet):
    """Windows of a text that do not overlap. At each position the next character is the class.

    Characters are the text's bytes, numbered in increasing order; in these texts nearly all are ASCII.

    Args:
        train: number of training windows.
        validation: number of validation windows.
        test: number of test windows.
        context: characters of a window.

    Raises:
        ConfigError: if a number is below 1.
    """

    file: ClassVar[str]

    def __init__(self, train: int, validation: int, test: int, context: int = 64) -> None:
        super().__init__(train, validation, test)
        if context < 1:
            raise ConfigError(f"context is {context}, expected at least 1")
        self.context = context

    def read(self, folder: Path) -> Data:
        path = existing(folder / self.file)
        try:
            text: NDArray[np.uint8] = np.memmap(path, np.uint8, "r")
        except (OSError, ValueError) as error:
            raise DataError(f"{path} cannot be read ({error}), expected a text: download it again") from error
        occurring = np.flatnonzero(_occurrences(text))
        number_of = np.zeros(256, np.int64)
        number_of[occurring] = np.arange(len(occurring))
        examples = {
            name: _windows(
                text[int(begin * len(text)) : int(end * len(text))], name, getattr(self, name), self.context, number_of
            )
            for name, (begin, end) in ENDS.items()
        }
        return Data(**examples, classes=len(occurring))


def _occurrences(text: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Number of occurrences of each byte, (256,), in a text that may be larger than memory."""
    counts = np.zeros(256, np.int64)
    for start in range(0, len(text), CHUNK):
        counts += np.bincount(text[start : start + CHUNK], minlength=256)
    return counts


def _windows(part: NDArray[np.uint8], name: str, wanted: int, context: int, number_of: NDArray[np.int64]) -> Examples:
    available = len(part) // (context + 1)
    windows = part[: available * (context + 1)].reshape(available, context + 1)
    characters = torch.from_numpy(number_of[windows[chosen(name, wanted, available)]])
    return Examples(characters[:, :-1].contiguous(), characters[:, 1:].contiguous())
