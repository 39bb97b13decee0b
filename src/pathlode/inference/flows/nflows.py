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
        from nflows.transforms import CompositeTransform, MaskedAffineAutoregressiveTransform, RandomPermutation

        if parameters < 2:
            raise ConfigError(
                "nflows' couplings need at least 2 parameters, and the prior has one: choose the backend zuko"
            )
        config, layers = self.config, []
        for _ in range(config.affine):
            layers += [
                RandomPermutation(parameters),
                MaskedAffineAutoregressiveTransform(**self._layer(parameters, summary)),
            ]
        splines = self._passes if config.autoregressive else self._couplings
        for _ in range(config.transforms):
            layers += splines(parameters, summary)
        return Composed(CompositeTransform(layers), StandardNormal([parameters]))

    def _couplings(self, parameters: int, summary: int) -> list[nn.Module]:
        """Splines of one random half of the parameters given the other, and then the other way round."""
        from nflows.nn.nets import ResidualNet
        from nflows.transforms import PiecewiseRationalQuadraticCouplingTransform

        def perceptron(inputs: int, outputs: int) -> nn.Module:
            return ResidualNet(
                inputs,
                outputs,
                hidden_features=self.config.width,
                context_features=summary,
                num_blocks=self._blocks,
            )

        half = torch.randperm(parameters) % 2
        return [
            PiecewiseRationalQuadraticCouplingTransform(
                mask, perceptron, num_bins=self.config.bins, tails="linear", tail_bound=BOUND
            )
            for mask in (half, 1 - half)
        ]

    def _passes(self, parameters: int, summary: int) -> list[nn.Module]:
        """Splines of all parameters in random order, each given those before it."""
        from nflows.transforms import MaskedPiecewiseRationalQuadraticAutoregressiveTransform, RandomPermutation

        splines = MaskedPiecewiseRationalQuadraticAutoregressiveTransform(
            num_bins=self.config.bins, tails="linear", tail_bound=BOUND, **self._layer(parameters, summary)
        )
        return [RandomPermutation(parameters), splines]

    def _layer(self, parameters: int, summary: int) -> dict[str, Any]:
        """Arguments of an autoregressive transform."""
        return {
            "features": parameters,
            "hidden_features": self.config.width,
            "context_features": summary,
            "num_blocks": self._blocks,
        }

    @property
    def _blocks(self) -> int:
        """Residual blocks of two layers each."""
        return -(-self.config.depth // 2)

    def density(self, y: Tensor, summary: Tensor) -> Tensor:
        flow: Any = self.network
        return flow.log_prob(y, context=summary)

    def draw(self, count: int, summary: Tensor) -> tuple[Tensor, Tensor]:
        flow: Any = self.network
        y, density = flow.sample_and_log_prob(count, context=summary)
        return y.movedim(1, 0), density.movedim(1, 0)
