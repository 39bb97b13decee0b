import gzip

import numpy as np
import pytest
import torch

from pathlode.errors import DataError
from pathlode.schedule.tasks.data_sets.cifar100 import Cifar100
from pathlode.schedule.tasks.data_sets.fashion_mnist import FashionMnist, read_idx


def test_images_keep_their_labels_and_no_image_is_shared(folder_of):
    data = FashionMnist(24, 16, 20).read(folder_of("fashion_mnist"))
    seen = []
    for examples in (data.train, data.validation):
        pixels = examples.inputs.double()
        assert (pixels == pixels[:, :, :1, :1]).all()
        seen.append(pixels[:, 0, 0, 0])
    values = torch.cat(seen)
    ranks = values.argsort().argsort()  # all 40 images, numbered as in the file
    assert len(values.unique()) == 40
    assert torch.cat([data.train.targets, data.validation.targets]).equal(ranks % 10)


def test_each_channel_of_the_training_images_is_standardised(folder_of):
    data = Cifar100(30, 10, 20).read(folder_of("cifar100"))
    assert data.train.inputs.mean(dim=(0, 2, 3)).numpy() == pytest.approx(np.zeros(3), abs=1e-6)
    assert data.train.inputs.std(dim=(0, 2, 3), unbiased=False).numpy() == pytest.approx(np.ones(3), rel=1e-5)
    for channel in (1, 2):  # the same but for a constant
        assert data.test.inputs[:, channel].numpy() == pytest.approx(data.test.inputs[:, 0].numpy(), abs=1e-5)


def test_cifar_labels_are_the_fine_ones(folder_of):
    data = Cifar100(30, 10, 20).read(folder_of("cifar100"))
    assert data.test.inputs[:, 0, 0, 0].argsort().argsort().equal(data.test.targets)
    assert (data.shape, data.classes) == ((3, 32, 32), 100)


def test_a_channel_that_never_varies_stays_finite(folder_of):
    folder = folder_of("fashion_mnist")
    (folder / "train-images-idx3-ubyte.gz").write_bytes(
        gzip.compress(bytes([0, 0, 8, 3, 0, 0, 0, 40, 0, 0, 0, 28, 0, 0, 0, 28]) + bytes(40 * 784))
    )
    assert FashionMnist(30, 10, 20).read(folder).train.inputs.eq(0).all()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        bytes([0, 0, 8, 1, 0, 0]),
        bytes([0, 0, 13, 1, 0, 0, 0, 2, 1, 2]),
        bytes([0, 0, 8, 2, 0, 0, 0, 1, 0, 0, 0, 2, 1, 2]),
        bytes([0, 0, 8, 1, 0, 0, 0, 3, 1, 2]),
        bytes([0, 0, 8, 1, 0, 0, 0, 1, 1, 2]),
        bytes([0, 0, 8, 1, 255, 255, 255, 255, 1]),
    ],
)
def test_what_is_no_idx_array_is_refused(tmp_path, content):
    (tmp_path / "labels.gz").write_bytes(gzip.compress(content))
    with pytest.raises(DataError, match=r"labels.gz is not a complete IDX array of bytes with 1 axes"):
        read_idx(tmp_path / "labels.gz", axes=1)


def test_an_idx_array_is_read(tmp_path):
    (tmp_path / "labels.gz").write_bytes(gzip.compress(bytes([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 1, 7, 9])))
    assert read_idx(tmp_path / "labels.gz", axes=2).tolist() == [[7], [9]]


@pytest.mark.parametrize("damage", [lambda whole: b"no gzip", lambda whole: whole[: len(whole) // 2]])
def test_damaged_files_are_refused(folder_of, damage):
    for name, file, data_set in (
        ("fashion_mnist", "t10k-images-idx3-ubyte.gz", FashionMnist),
        ("cifar100", "cifar-100-binary.tar.gz", Cifar100),
    ):
        path = folder_of(name) / file
        path.write_bytes(damage(path.read_bytes()))
        with pytest.raises(DataError, match=rf"{file} cannot be read \(.*\): it is damaged, download it again"):
            data_set(8, 8, 8).read(path.parent)


def test_files_that_do_not_fit_are_refused(folder_of):
    folder = folder_of("fashion_mnist")
    labels = folder / "train-labels-idx1-ubyte.gz"
    labels.write_bytes(gzip.compress(bytes([0, 0, 8, 1, 0, 0, 0, 2, 1, 2])))
    with pytest.raises(DataError, match="40 train images and 2 labels, expected equally many"):
        FashionMnist(8, 8, 8).read(folder)
    labels.write_bytes(gzip.compress(bytes([0, 0, 8, 1, 0, 0, 0, 40]) + bytes([10] * 40)))
    with pytest.raises(DataError, match="a train label 10, expected 0 to 9"):
        FashionMnist(8, 8, 8).read(folder)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, r"cannot be read \(.*train.bin.*\): it is damaged"),
        ({"cifar-100-binary/train.bin": b""}, "has 0 bytes in train.bin, expected a multiple of 3074"),
        ({"cifar-100-binary/train.bin": bytes(3075)}, "has 3075 bytes in train.bin, expected a multiple of 3074"),
    ],
)
def test_a_tar_file_without_whole_records_is_refused(tmp_path, write_tar, files, message):
    write_tar(tmp_path / "cifar-100-binary.tar.gz", files)
    with pytest.raises(DataError, match=message):
        Cifar100(8, 8, 8).read(tmp_path)
