"""An encoder that attends to the observations from fixed points in time."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from pathlode.core.encoders.contract import Encoder
from pathlode.core.encoders.gru import GRU
from pathlode.core.shapes import Mask, State, Times, Values
from pathlode.core.stacked import StackedLinear, uniform_parameter


class MultiTimeAttention(Encoder):
    """x̂_k = Σ_i a_ki x_i with a_ki = softmax_i(φ(r_k) Q · φ(t_i) K / √d) at points r_1 ... r_P, then a GRU over (r_k, x̂_k).

    The points are fixed and those of a regular grid that spans √3 standard deviations of the training times about their mean:
    the whole window, if they are spread evenly. φ(t) = (ω_0 t + α_0, sin(ω_1 t + α_1), sin(ω_2 t + α_2), ...) embeds a time. ω,
    α, Q and K are learnt. Each head has its own d columns of Q and K, and gives an x̂_k of its own. The GRU reads the last
    point first, and its final state is the output.

    The softmax of each feature runs over its own observations, so the encoder always reads gaps. With a single observation x̂_k
    is that value at every point. A feature that was never observed is 0, its mean. The order of the observations has no effect,
    and their number little.

    Differences from the source: its recurrent network reads in both directions, and also whether a feature was observed at all.
    The linear map of x̂_k that precedes it is here the GRU's own input layer. ω and α start uniform in ±2π, so that waves begin
    as long as a standard deviation of the times or longer.

    Cost: one product of the size points · times · features for each trajectory and head, and P steps of the GRU in plain
    PyTorch, as the compiled scan gives no gradient for what it reads.

    Source: Shukla & Marlin 2021, Multi-time attention networks for irregularly sampled time series
    (https://arxiv.org/abs/2101.10318).
    """

    minds_counts = False
    POINTS = 20
    """Number of points P."""
    EMBEDDING = 16
    """Dimensions of φ, shared by the heads: d is their number for each."""
    HEADS = 2
    """Number of heads."""
    FASTEST = 2 * math.pi
    """Bound of the angular frequencies and phases at the start."""

    def __init__(self, generators: Sequence[torch.Generator], features: int, hidden: int, gaps: bool = False) -> None:
        super().__init__(generators, features, hidden, gaps=True)
        self.waves = StackedLinear(generators, 1, self.EMBEDDING, self.FASTEST)
        self.queries, self.keys = (
            uniform_parameter(generators, (self.EMBEDDING, self.EMBEDDING), self.EMBEDDING**-0.5) for _ in range(2)
        )
        self.gru = GRU(generators, self.HEADS * features, hidden)
        self.points = nn.Buffer(torch.linspace(-(3**0.5), 3**0.5, self.POINTS))

    def forward(self, times: Times, values: Values, mask: Mask | None = None) -> State:
        read = self._attended(times, values, mask)
        return self.gru(self.points.expand(read.shape[:-1]), read)

    def _attended(self, times: Times, values: Values, mask: Mask | None) -> Values:
        """x̂ of every head at every point, (member, batch, point, head · feature)."""
        asking = self._embedded(self.points.expand(len(times), 1, -1), self.queries)
        scores = asking @ self._embedded(times, self.keys).mT / (self.EMBEDDING / self.HEADS) ** 0.5
        seen = torch.ones_like(values[..., :1]) if mask is None else mask.to(values.dtype)
        if mask is not None:
            absent = ~mask.any(dim=-1)[:, :, None, None]
            scores = scores.masked_fill(absent, torch.finfo(scores.dtype).min)
        weights = (scores - scores.detach().amax(dim=-1, keepdim=True)).exp()  # (member, batch, head, point, time)
        total, sums = weights @ seen[:, :, None], weights @ values[:, :, None]
        found = torch.where(total > 0, sums / total.where(total > 0, 1.0), 0.0)
        return found.movedim(2, 3).flatten(3)

    def _embedded(self, times: Times, projection: Tensor) -> Tensor:
        """φ(t) times Q or K, split into heads: (member, batch, head, time, d)."""
        raw = self.waves(times[..., None])
        embedded = torch.cat([raw[..., :1], raw[..., 1:].sin()], dim=-1) @ projection[:, None]
        return embedded.unflatten(-1, (self.HEADS, -1)).transpose(2, 3)
