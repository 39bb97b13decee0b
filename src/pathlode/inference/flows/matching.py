"""Flow matching, with the continuous flow of zuko."""

from typing import Any

import torch
from torch import Tensor, nn

from pathlode.inference.flows.contract import Flow

_TOLERANCE = 1e-5
"""Relative and absolute tolerance of the solver."""


class FlowMatching(Flow):
    """A continuous flow of zuko (https://zuko.readthedocs.io): ``dy/dt = v(t, y, c)`` leads from standardised parameters y at
    t = 0 to standard normal numbers at t = 1.

    v is trained without the solver. With ε standard normal and t uniform, the loss of a pair is the squared error
    ``|v(t, (1 - t) y + t ε, c) - (ε - y)|²``. Draws and densities need the solver, and take longer than those of splines.

    Of the settings of a flow it has ``width`` and ``depth``. The others are of stacked transforms.

    Source: Lipman et al. 2023, Flow matching for generative modeling (https://arxiv.org/abs/2210.02747); for posteriors Dax et
    al. 2023 (https://arxiv.org/abs/2305.17161).
    """

    maximises_density = False

    def build(self, parameters: int, summary: int) -> nn.Module:
        import zuko

        return zuko.flows.CNF(
            parameters,
            summary,
            hidden_features=[self.config.width] * self.config.depth,
            activation=nn.SiLU,
            atol=_TOLERANCE,
            rtol=_TOLERANCE,
        ).eval()  # in training mode zuko's solver keeps what a gradient through it would need

    def loss(self, y: Tensor, summary: Tensor, generator: torch.Generator) -> Tensor:
        flow: Any = self.network
        time = torch.rand(len(y), generator=generator)
        noise = torch.randn(y.shape, generator=generator)
        between = torch.lerp(y, noise, time[:, None])
        velocity = flow.transform.f(time, between, summary)
        return (velocity - (noise - y)).square().sum(dim=1)

    def density(self, y: Tensor, summary: Tensor) -> Tensor:
        flow: Any = self.network
        noise, slopes = flow.transform(summary).call_and_ladj(y)
        return flow.base(summary).log_prob(noise) + slopes

    def draw(self, count: int, summary: Tensor) -> tuple[Tensor, Tensor]:
        flow: Any = self.network
        base = flow.base(summary).expand(summary.shape[:-1])
        noise = base.sample((count,))
        y, slopes = flow.transform(summary).inv.call_and_ladj(noise)
        return y, base.log_prob(noise) - slopes
