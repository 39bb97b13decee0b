import gzip
import io
import tarfile

import numpy as np
import pytest

TRAIN, TEST = 40, 20


def idx(array):
    return bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">i4").tobytes() + array.tobytes()


def write_idx(path, array):
    path.write_bytes(gzip.compress(idx(np.asarray(array, np.uint8))))


def write_tar(path, files):
    with tarfile.open(path, "w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))


def write_fashion_mnist(folder):
    """Images whose every pixel is their number."""
    for prefix, count in (("train", TRAIN), ("t10k", TEST)):
        numbers = np.arange(count)
        write_idx(folder / f"{prefix}-images-idx3-ubyte.gz", np.tile(numbers[:, None, None], (1, 28, 28)))
        write_idx(folder / f"{prefix}-labels-idx1-ubyte.gz", numbers % 10)


def cifar(count):
    """Images whose every red, green and blue pixel is 0, 100 or 200 and their number."""
    number = np.arange(count)[:, None]
    planes = [np.tile(number + level, (1, 1024)) for level in (0, 100, 200)]
    return np.hstack([number % 20, number % 100, *planes]).astype(np.uint8).tobytes()


def write_cifar100(folder):
    files = {f"cifar-100-binary/{part}.bin": cifar(count) for part, count in (("train", TRAIN), ("test", TEST))}
    write_tar(folder / "cifar-100-binary.tar.gz", files)


def text():
    """a and b, then c and d from eight tenths on, then e and f in the last tenth."""
    rng = np.random.default_rng(0)
    parts = (("ab", 8000), ("cd", 1000), ("ef", 1000))
    return "".join("".join(rng.choice(list(letters), length)) for letters, length in parts)


WRITERS = {
    "fashion_mnist": write_fashion_mnist,
    "cifar100": write_cifar100,
    "tinyshakespeare": lambda folder: (folder / "input.txt").write_text(text()),
    "tinystories": lambda folder: (folder / "TinyStories-train.txt").write_text(text()),
}


@pytest.fixture(name="write_tar")
def _write_tar():
    return write_tar


@pytest.fixture
def folder_of(tmp_path):
    """A folder with small files of a data set."""

    def make(name):
        WRITERS.get(name, lambda _: None)(tmp_path)
        return tmp_path

    return make
