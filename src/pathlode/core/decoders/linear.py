"""The linear decoder."""

from pathlode.core.decoders.contract import Decoder
from pathlode.core.shapes import States, Values
from pathlode.core.stacked import StackedLinear


class LinearDecoder(StackedLinear, Decoder):
    """x = h W + b, for every member, as in the papers.

    Source: Sampson & Melchior 2025, sec. 2 (https://arxiv.org/abs/2410.08923).
    """

    def error(self, states: States, error: States) -> Values:
        return error @ self.weight[:, None]
