"""The interface of encoders, which map each trajectory to one hidden vector for all members of a stack."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

import torch
from torch import nn

from pathlode.core.shapes import Mask, State, Times, Values


class Encoder(nn.Module, ABC):
    """Base of every encoder.

    Args:
        generators: one random generator per member.
        features: measured quantities per observation.
        hidden: size of the hidden vector.
        gaps: whether the encoder must be able to read series in which some features are missing at some times.
    """

    minds_counts: ClassVar[bool] = True
    """Whether the output depends on the number of observations itself, and not only on what they show."""

    def __init__(self, generators: Sequence[torch.Generator], features: int, hidden: int, gaps: bool = False) -> None:
        super().__init__()
        self.hidden = hidden
        self.reads_gaps = gaps

    @abstractmethod
    def forward(self, times: Times, values: Values, mask: Mask | None = None) -> State:
        """Hidden vector, (member, batch, hidden), from standardised times (member, batch, time) and values.

        Args:
            times: never decreasing; the padding of a shorter series repeats its last time.
            values: 0 where nothing was observed.
            mask: where values were observed, (member, batch, time, feature); None if all were. A time without any observation
                must be without effect, padding above all.
        """
