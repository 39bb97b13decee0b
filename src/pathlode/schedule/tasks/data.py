"""The interface of data sets, and the examples that a task reads from them."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from pathlode.errors import ConfigError, DataError, refuse_unless

SEED = 0
"""Seed of the order in which examples are taken; one for all runs, so all have the same data."""


@dataclass(frozen=True)
class Examples:
    """Inputs and their classes.

    Attributes:
        inputs: images (example, channel, height, width), float32, or characters (example, time), int64.
        targets: classes, int64: (example,) for images, or (example, time) for texts, each position's next character.
    """

    inputs: Tensor
    targets: Tensor

    def __len__(self) -> int:
        return len(self.inputs)

    @property
    def predictions(self) -> int:
        """Number of classes to predict, of which an accuracy is a share: one per image, or one per position of a text."""
        return self.targets.numel()

    def to(self, device: str) -> "Examples":
        """The same examples on another device."""
        return Examples(self.inputs.to(device), self.targets.to(device))


@dataclass(frozen=True)
class Data:
    """The training, validation and test examples of a task.

    Attributes:
        classes: number of classes.
    """

    train: Examples
    validation: Examples
    test: Examples
    classes: int

    @property
    def frequent(self) -> float:
        """Test accuracy of always naming the class that is most frequent in training; of several such classes, the first."""
        named = self.train.targets.flatten().bincount(minlength=self.classes).argmax()
        return float((self.test.targets == named).double().mean())

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one input."""
        return tuple(self.train.inputs.shape[1:])

    def to(self, device: str) -> "Data":
        """The same examples on another device."""
        return Data(self.train.to(device), self.validation.to(device), self.test.to(device), self.classes)


class DataSet(ABC):
    """Examples from public files, or invented ones.

    Args:
        train: number of training examples.
        validation: number of validation examples.
        test: number of test examples.

    Raises:
        ConfigError: if a number is below 1.
    """

    def __init__(self, train: int, validation: int, test: int) -> None:
        self.train, self.validation, self.test = train, validation, test
        refuse_unless(
            self, *((name, getattr(self, name) >= 1, "at least 1") for name in ("train", "validation", "test"))
        )

    @abstractmethod
    def read(self, folder: Path) -> Data:
        """The examples, from files under their original names in a folder.

        Raises:
            DataError: if a file is missing or damaged, or has unexpected content.
            ConfigError: if the files have fewer examples than requested.
        """


def existing(path: Path) -> Path:
    """The path of a data file.

    Raises:
        DataError: if it does not exist.
    """
    if not path.is_file():
        raise DataError(f"{path} does not exist: save the data set's file of this name there")
    return path


def chosen(what: str, wanted: int, available: int) -> NDArray[np.int64]:
    """Positions of randomly chosen examples, (wanted,): the first ones in the random order of :data:`SEED`.

    Raises:
        ConfigError: if fewer are available; the message calls them ``what``.
    """
    if wanted > available:
        raise ConfigError(f"{what} is {wanted}, expected at most {available}, the size of the data set: lower it")
    return np.random.default_rng(SEED).permutation(available)[:wanted]
