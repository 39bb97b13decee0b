"""What every decoder is made from, and what it returns: measured quantities from states, for all members of a stack."""

from abc import ABC, abstractmethod

from torch import nn

from pathlode.core.shapes import States, Values


class Decoder(nn.Module, ABC):
    """x = D(h), one state at a time. A subclass is made from one random generator a member, the state's dimensions, and the
    number of measured quantities.
    """

    @abstractmethod
    def forward(self, states: States) -> Values:
        """Standardised values, (member, batch, time, feature), from states (member, batch, time, state)."""

    def error(self, states: States, error: States) -> Values:
        """Error of the values that an error of the states causes: D(h) - D(h - error)."""
        decoded: Values = self(states)
        return decoded - self(states - error)
