"""CIFAR-100."""

import tarfile
import zlib
from pathlib import Path

import numpy as np

from pathlode.errors import DataError
from pathlode.schedule.tasks.data import existing
from pathlode.schedule.tasks.data_sets.images import Images, Labels, Pixels


class Cifar100(Images):
    """60,000 colour images, 32 x 32, in 100 classes, as one tar file; a record is two labels and an image.

    It is the binary version, because the Python version is a pickle, which can run code when it is read. The second label of a
    record is the class.

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
            raise DataError(f"{path} cannot be read ({error}): it is damaged, download it again") from error
        if not content or len(content) % self.record != 0:
            raise DataError(
                f"{path} has {len(content)} bytes in {part}.bin, expected a multiple of {self.record}: download it again"
            )
        records = np.frombuffer(content, np.uint8).reshape(-1, self.record)
        return records[:, 2:].reshape(-1, 3, 32, 32), records[:, 1]
