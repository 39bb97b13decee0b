"""Invented images, for tests. Results on them say nothing about real ones."""

from pathlib import Path

import numpy as np
import torch

from pathlode.schedule.tasks.data import SEED, Data, DataSet, Examples

_CLASSES = 4
SIDE = 8
"""Side of an image, in pixels."""


class InventedImages(DataSet):
    """Images (1, 8, 8) with one random pattern per class and noise of the same amplitude.

    Source: ours.
    """

    def read(self, folder: Path) -> Data:
        rng = np.random.default_rng(SEED)
        patterns = rng.standard_normal((_CLASSES, 1, SIDE, SIDE))

        def examples(count: int) -> Examples:
            targets = rng.integers(_CLASSES, size=count)
            images = patterns[targets] + rng.standard_normal((count, 1, SIDE, SIDE))
            return Examples(torch.from_numpy(images).float(), torch.from_numpy(targets))

        return Data(examples(self.train), examples(self.validation), examples(self.test), classes=_CLASSES)
