"""An invented text, for tests. Results on it say nothing about real ones."""

from pathlib import Path

import numpy as np
import torch

from pathlode.schedule.tasks.data import SEED, Data, DataSet, Examples

_CLASSES = 4


class InventedText(DataSet):
    """Windows of characters. The next character is mostly the next one in the alphabet.

    Args:
        train: number of training windows.
        validation: number of validation windows.
        test: number of test windows.
        context: characters of a window.

    Source: ours.
    """

    def __init__(self, train: int, validation: int, test: int, context: int = 12) -> None:
        super().__init__(train, validation, test)
        self.context = context

    def read(self, folder: Path) -> Data:
        rng = np.random.default_rng(SEED)

        def examples(count: int) -> Examples:
            shape = count, self.context + 1
            steps = np.where(rng.random(shape) < 0.8, 1, rng.integers(_CLASSES, size=shape))
            text = torch.from_numpy(steps.cumsum(axis=1) % _CLASSES)
            return Examples(text[:, :-1].contiguous(), text[:, 1:].contiguous())

        return Data(examples(self.train), examples(self.validation), examples(self.test), classes=_CLASSES)
