"""The gated recurrent unit with decay."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from pathlode.core.encoders.gru import GRU
from pathlode.core.filling import last_observed
from pathlode.core.shapes import Mask, State, Times, Values
from pathlode.core.stacked import StackedLinear, uniform_parameter


class GRUD(GRU):
    """h' = GRU(u_i, γ_h ⊙ h) with γ_h = exp(-max(0, V δ_i + c)), and with missing values that decay to their mean.

    δ_i is the time since each feature was last read; for one that was not read yet, since the first reading. With it

    γ_x = exp(-max(0, w ⊙ δ_i + b)),  x̂_i = m_i ⊙ x_i + (1 - m_i) ⊙ γ_x ⊙ x',  γ_h = exp(-max(0, V δ_i + c)),

    where x' is the value of each feature that was last read. A missing value is replaced by it, and with time by the feature's
    mean, 0. The step starts from γ_h ⊙ h in place of h, and reads u_i = [t_i, x̂_i, m_i]; the paper's reads no t_i. A network
    that is not made for gaps has γ_h alone and reads u_i = [t_i, x_i].

    As in all recurrent encoders here, reading goes from the last observation to the first: what was last read is the next value
    in time. The scan is plain PyTorch, as the compiled one gives no gradient for decays. Of a latent ODE of 37 features with 48
    times, a training step takes 2.4 times as long as with a GRU.

    Source: Che et al. 2018, Recurrent neural networks for multivariate time series with missing values
    (https://doi.org/10.1038/s41598-018-24271-9).
    """

    def __init__(self, generators: Sequence[torch.Generator], features: int, hidden: int, gaps: bool = False) -> None:
        super().__init__(generators, features, hidden, gaps)
        self.state_decay = StackedLinear(generators, features, hidden)
        if gaps:
            rate, bias = (uniform_parameter(generators, (1, features), hidden**-0.5) for _ in range(2))
            self.value_rate, self.value_bias = (
                nn.Parameter(rate.detach().abs()),
                bias,
            )  # below 0 it would get no gradient

    def forward(self, times: Times, values: Values, mask: Mask | None = None) -> State:
        seen = torch.ones_like(values, dtype=torch.bool) if mask is None else mask
        since, last = _last_read(times, values, seen)
        if self.reads_gaps:
            kept = _decay(self.value_rate[:, None] * since + self.value_bias[:, None])
            values = torch.cat([values.where(seen, kept * last), seen.to(values.dtype)], dim=-1)
        held = _decay(self.state_decay(since.transpose(1, 2))).movedim(1, 0)
        present = None if mask is None else mask.any(dim=-1)
        return self.scan(torch.cat([self.inputs(times, values), held], dim=-1), present)

    def step(self, inputs: Tensor, running: Tensor) -> Tensor:
        """As a GRU's, from W u + b and γ_h one after the other."""
        gates, held = inputs.split([self.gates * self.hidden, self.hidden], dim=-1)
        return super().step(gates, held * running)


def _decay(exponent: Tensor) -> Tensor:
    return (-exponent.relu()).exp()


def _last_read(times: Times, values: Values, seen: Mask) -> tuple[Values, Values]:
    """Time since each feature was last read, and the value that was read, at every time, when series are read from their end.

    Both are (member, batch, time, feature). Until a feature was read, its value is 0 and its time that of the first reading.
    """
    when, last = last_observed(times, values, seen, reverse=True)
    none = torch.zeros_like(last[..., :1, :])
    when, last = (torch.cat(part, dim=-2)[..., 1:, :] for part in ((when, none + torch.inf), (last, none)))
    begin = times.where(seen.any(dim=-1), times[..., :1]).amax(dim=-1)[..., None, None]
    return when.where(when.isfinite(), begin) - times[..., None], last
