"""Flows of nflows."""

from typing import Any

import torch
from torch import Tensor, nn

from pathlode.errors import ConfigError
from pathlode.inference.flows.contract import Flow

BOUND = 5.0
"""Splines act in [-BOUND, BOUND]; parameters outside pass unchanged."""


class NFlowsFlow(Flow):
    """A neural spline flow of nflows (https://github.com/bayesiains/nflows).

    Source: Durkan et al. 2019, Neural spline flows (https://arxiv.org/abs/1906.04032).
    """

    def build(self, parameters: int, summary: int) -> nn.Module:
        from nflows.distributions import StandardNormal
        from nflows.flows import Flow as Composed
        from nflows.nn.nets import ResidualNet
        from nflows.transforms import CompositeTransform, PiecewiseRationalQuadraticCouplingTransform

        if parameters < 2:
            raise ConfigError(
                "nflows' couplings need at least 2 parameters, and the prior has one: choose the backend zuko"
            )
        config, layers = self.config, []

        def perceptron(inputs: int, outputs: int) -> nn.Module:
            return ResidualNet(
                inputs,
                outputs,
                hidden_features=config.width,
                context_features=summary,
                num_blocks=-(-config.depth // 2),
            )

        for _ in range(config.transforms):
            half = torch.randperm(parameters) % 2
            layers += [
                PiecewiseRationalQuadraticCouplingTransform(
                    mask, perceptron, num_bins=config.bins, tails="linear", tail_bound=BOUND
                )
                for mask in (half, 1 - half)
            ]
        return Composed(CompositeTransform(layers), StandardNormal([parameters]))

    def density(self, y: Tensor, summary: Tensor) -> Tensor:
        flow: Any = self.network
        return flow.log_prob(y, context=summary)

    def draw(self, count: int, summary: Tensor) -> tuple[Tensor, Tensor]:
        flow: Any = self.network
        y, density = flow.sample_and_log_prob(count, context=summary)
        return y.movedim(1, 0), density.movedim(1, 0)
