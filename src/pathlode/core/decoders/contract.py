"""The interface of decoders, which map states to measured quantities for all members of a stack."""

from abc import ABC, abstractmethod
from typing import ClassVar

from torch import Tensor, nn

from pathlode.core.shapes import States, Values


class Decoder(nn.Module, ABC):
    """x = D(h), one state at a time. A subclass's arguments are one random generator per member, the state's dimensions and
    the number of measured quantities.
    """

    centred: ClassVar[bool] = True
    """Whether D(h) is (x - mean) / std. Otherwise it is x / std, so that D decides on the sign of x."""

    @abstractmethod
    def forward(self, states: States) -> Values:
        """Values in the model's units, (member, batch, time, feature), from states (member, batch, time, state)."""

    def in_units(self, states: States, mean: Tensor, std: Tensor) -> Values:
        """Values in the data's units, from states as in :meth:`forward` and each feature's mean and standard deviation."""
        values = std * self(states)
        return mean + values if self.centred else values

    def error(self, states: States, error: States) -> Values:
        """Error of the values caused by an error of the states: D(h) - D(h - error)."""
        decoded: Values = self(states)
        return decoded - self(states - error)
