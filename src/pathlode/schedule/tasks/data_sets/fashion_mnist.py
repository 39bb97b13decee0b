"""Fashion-MNIST."""

import gzip
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pathlode.errors import DataError
from pathlode.schedule.tasks.data import existing
from pathlode.schedule.tasks.data_sets.images import Images, Labels, Pixels


class FashionMnist(Images):
    """70,000 greyscale images of clothes, 28 x 28, in 10 classes, as four gzipped IDX files.

    Source: Xiao, Rasul & Vollgraf 2017 (https://arxiv.org/abs/1708.07747).
    """

    classes = 10

    def images(self, folder: Path, part: str) -> tuple[Pixels, Labels]:
        prefix = "t10k" if part == "test" else part
        pixels = read_idx(folder / f"{prefix}-images-idx3-ubyte.gz", axes=3)
        return pixels[:, None], read_idx(folder / f"{prefix}-labels-idx1-ubyte.gz", axes=1)


def read_idx(path: Path, axes: int) -> NDArray[np.uint8]:
    """An array of bytes from a gzipped IDX file: 0, 0, 8 for bytes, number of axes, their lengths as big-endian int32, data.

    Raises:
        DataError: if the file is missing or damaged, or holds anything else.

    Source: http://yann.lecun.com/exdb/mnist/, the file format.
    """
    try:
        content = gzip.decompress(existing(path).read_bytes())
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path} cannot be read ({error}): it is damaged, download it again") from error
    start = 4 + 4 * axes
    if content[:4] == bytes([0, 0, 8, axes]) and len(content) >= start:
        shape = np.frombuffer(content, ">i4", axes, offset=4).astype(int)
        if len(content) == start + shape.prod():
            return np.frombuffer(content, np.uint8, offset=start).reshape(shape)
    raise DataError(f"{path} is not a complete IDX array of bytes with {axes} axes: download it again")
