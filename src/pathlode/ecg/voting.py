"""A vote of several encodings of one beat."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from pathlode.core.shapes import Times, Values
from pathlode.ecg.conditions import some_positions
from pathlode.ecg.features import Classes, Probabilities
from pathlode.errors import ConfigError


@dataclass(frozen=True)
class Vote:
    """Several encodings of one beat, each of a random subset of the recorded samples.

    The encoder gives the same z0 for the same samples, so encodings differ only if their samples do. The first sample is in
    every subset.

    Args:
        conditions: names of the recording conditions under which encodings vote.
        encodings: number of encodings.
        share: share of the samples in each subset.
    """

    conditions: Sequence[str]
    encodings: int = 5
    share: float = 0.7

    def __post_init__(self) -> None:
        if self.encodings < 1 or not 0 < self.share <= 1:
            raise ConfigError(
                f"vote is {self.encodings} encodings of a share of {self.share} of the samples, expected at least one "
                "encoding and a share above 0 and at most 1"
            )

    def parts(self, times: Times, values: Values) -> Iterator[tuple[Times, Values]]:
        """The times and values for each encoding, from all recorded ones."""
        for draw in range(self.encodings):
            chosen = some_positions(times.shape, self.share, torch.Generator().manual_seed(draw))
            yield times.gather(1, chosen), values.gather(1, chosen[..., None])


def majority(probabilities: NDArray[np.float32]) -> tuple[Classes, Probabilities]:
    """The class predicted from most encodings of a beat, and the mean probabilities.

    Of several such classes, the one with the largest mean probability wins.

    Args:
        probabilities: (encoding, beat, class).
    """
    mean = probabilities.mean(axis=0)
    votes = np.eye(probabilities.shape[2])[probabilities.argmax(axis=2)].sum(axis=0)
    return (votes + 0.5 * mean).argmax(axis=1).astype(np.int8), mean
