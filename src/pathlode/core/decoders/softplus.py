"""A decoder of positive quantities."""

from torch.nn.functional import softplus

from pathlode.core.decoders.contract import Decoder
from pathlode.core.shapes import States, Values
from pathlode.core.stacked import StackedLinear


class SoftplusDecoder(StackedLinear, Decoder):
    """x / std = ln(1 + exp(h W + b)), for every member: positive, close to linear where x is large, and to exponential where it
    is small.
    """

    centred = False

    def forward(self, states: States) -> Values:
        return softplus(super().forward(states))
