"""Base of the data sets of images."""

from abc import abstractmethod
from pathlib import Path
from typing import ClassVar

import numpy as np
import torch
from numpy.typing import NDArray

from pathlode.errors import DataError
from pathlode.schedule.tasks.data import Data, DataSet, Examples, chosen

Pixels = NDArray[np.uint8]
Labels = NDArray[np.uint8]


class Images(DataSet):
    """A data set of images. Its validation images come from the files' training images, apart from those that are trained on.

    Every channel is standardised by mean and standard deviation over all pixels of the training examples.
    """

    classes: ClassVar[int]

    @abstractmethod
    def images(self, folder: Path, part: str) -> tuple[Pixels, Labels]:
        """Images (image, channel, height, width) and their classes of the part ``train`` or ``test``."""

    def read(self, folder: Path) -> Data:
        pixels, labels = self._checked(folder, "train")
        order = chosen("train + validation", self.train + self.validation, len(labels))
        parts = {
            "train": (pixels, labels, order[self.validation :]),
            "validation": (pixels, labels, order[: self.validation]),
        }
        pixels, labels = self._checked(folder, "test")
        parts["test"] = pixels, labels, chosen("test", self.test, len(labels))
        floats = {name: pixels[taken].astype(np.float32) for name, (pixels, _, taken) in parts.items()}
        mean = floats["train"].mean(axis=(0, 2, 3), keepdims=True, dtype=np.float64)
        # Standard deviation in grey levels of 256, at least one, for a channel that never varies.
        std = floats["train"].std(axis=(0, 2, 3), keepdims=True, dtype=np.float64).clip(min=1.0)
        examples = {
            name: Examples(
                torch.from_numpy(((floats[name] - mean) / std).astype(np.float32)),
                torch.from_numpy(labels[taken].astype(np.int64)),
            )
            for name, (_, labels, taken) in parts.items()
        }
        return Data(**examples, classes=self.classes)

    def _checked(self, folder: Path, part: str) -> tuple[Pixels, Labels]:
        pixels, labels = self.images(folder, part)
        if len(pixels) != len(labels):
            raise DataError(
                f"{folder} has {len(pixels)} {part} images and {len(labels)} labels, expected equally many: download both again"
            )
        if labels.size and labels.max() >= self.classes:
            raise DataError(
                f"{folder} has a {part} label {labels.max()}, expected 0 to {self.classes - 1}: download it again"
            )
        return pixels, labels
