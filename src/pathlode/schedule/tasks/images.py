"""Data sets of images: Fashion-MNIST and CIFAR-100."""

import gzip
import tarfile
import zlib
from abc import abstractmethod
from pathlib import Path
from typing import ClassVar

import numpy as np
import torch
from numpy.typing import NDArray

from pathlode.errors import DataError
from pathlode.schedule.tasks.data import Data, DataSet, Examples, chosen, existing

Pixels = NDArray[np.uint8]
Labels = NDArray[np.uint8]


class _Images(DataSet):
    """Validation images are training images of the files that are not trained on.

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
        # Of 256 grey levels; one is the least, for a channel that never varies.
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
                f"{folder} has {len(pixels)} {part} images and {len(labels)} labels, expected as many: get both anew"
            )
        if labels.size and labels.max() >= self.classes:
            raise DataError(
                f"{folder} has a {part} label {labels.max()}, expected 0 to {self.classes - 1}: get it anew"
            )
        return pixels, labels


class FashionMnist(_Images):
    """70,000 grey images of clothes, 28 x 28, in 10 classes, as four gzipped IDX files.

    Source: Xiao, Rasul & Vollgraf 2017 (https://arxiv.org/abs/1708.07747).
    """

    classes = 10

    def images(self, folder: Path, part: str) -> tuple[Pixels, Labels]:
        prefix = "t10k" if part == "test" else part
        pixels = read_idx(folder / f"{prefix}-images-idx3-ubyte.gz", axes=3)
        return pixels[:, None], read_idx(folder / f"{prefix}-labels-idx1-ubyte.gz", axes=1)


class Cifar100(_Images):
    """60,000 colour images, 32 x 32, in 100 classes, as one tar file with records of two labels and an image each.

    It is the binary version, because the Python version is a pickle, which runs code when it is read. The label is the second,
    the fine one.

    Source: Krizhevsky 2009 (https://www.cs.toronto.edu/~kriz/cifar.html).
    """

    classes = 100
    record = 2 + 3 * 32 * 32

    def images(self, folder: Path, part: str) -> tuple[Pixels, Labels]:
        path = existing(folder / "cifar-100-binary.tar.gz")
        try:
            with tarfile.open(path, "r:gz") as archive:
                member = archive.extractfile(f"cifar-100-binary/{part}.bin")
                content = b"" if member is None else member.read()
        except (OSError, EOFError, KeyError, tarfile.TarError, zlib.error) as error:
            raise DataError(f"{path} cannot be read ({error}): it is damaged, get it anew") from error
        if not content or len(content) % self.record != 0:
            raise DataError(
                f"{path} has {len(content)} bytes in {part}.bin, expected records of {self.record}: get it anew"
            )
        records = np.frombuffer(content, np.uint8).reshape(-1, self.record)
        return records[:, 2:].reshape(-1, 3, 32, 32), records[:, 1]


def read_idx(path: Path, axes: int) -> NDArray[np.uint8]:
    """An array of bytes from a gzipped IDX file: 0, 0, 8 for bytes, number of axes, their lengths as big-endian int32, data.

    Raises:
        DataError: if the file is missing or damaged, or holds anything else.

    Source: http://yann.lecun.com/exdb/mnist/, the file format.
    """
    try:
        content = gzip.decompress(existing(path).read_bytes())
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path} cannot be read ({error}): it is damaged, get it anew") from error
    start = 4 + 4 * axes
    if content[:4] == bytes([0, 0, 8, axes]) and len(content) >= start:
        shape = np.frombuffer(content, ">i4", axes, offset=4).astype(int)
        if len(content) == start + shape.prod():
            return np.frombuffer(content, np.uint8, offset=start).reshape(shape)
    raise DataError(f"{path} holds no IDX array of bytes with {axes} axes and their full length: get it anew")
