"""The interface of encoders, which map each trajectory to one hidden vector for all members of a stack."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

import torch
from torch import nn

from pathlode.core.shapes import State, Times, Values


class Encoder(nn.Module, ABC):
    """Base of every encoder.

    Args:
        generators: one random generator per member.
        features: measured quantities per observation.
        hidden: size of the hidden vector.
    """

    def __init__(self, generators: Sequence[torch.Generator], features: int, hidden: int) -> None:
        super().__init__()
        self.hidden = hidden

    @abstractmethod
    def forward(self, times: Times, values: Values) -> State:
        """Hidden vector, (member, batch, hidden), from standardised times (member, batch, time) and values."""
