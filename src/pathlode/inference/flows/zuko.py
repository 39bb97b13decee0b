"""Flows of zuko."""

from typing import Any

from torch import Tensor, nn

from pathlode.inference.flows.contract import Flow


class ZukoFlow(Flow):
    """A neural spline flow of zuko (https://zuko.readthedocs.io).

    Source: Durkan et al. 2019, Neural spline flows (https://arxiv.org/abs/1906.04032).
    """

    def build(self, parameters: int, summary: int) -> nn.Module:
        import zuko

        from pathlode.inference.flows.spline import Spline

        config = self.config
        common: dict[str, Any] = {"randperm": True, "hidden_features": [config.width] * config.depth}
        splines = zuko.flows.MAF(
            parameters,
            summary,
            univariate=Spline,
            shapes=[(config.bins,), (config.bins,), (config.bins - 1,)],
            transforms=config.transforms,
            passes=None if config.autoregressive else 2,
            **common,
        )
        if not config.affine:
            return splines
        affine = zuko.flows.MAF(parameters, summary, transforms=config.affine, **common)
        return zuko.flows.Flow([*affine.transform.transforms, *splines.transform.transforms], splines.base)

    def density(self, y: Tensor, summary: Tensor) -> Tensor:
        distribution: Any = self.network(summary)
        return distribution.log_prob(y)

    def draw(self, count: int, summary: Tensor) -> tuple[Tensor, Tensor]:
        distribution: Any = self.network(summary)
        y, density = distribution.rsample_and_log_prob((count,))
        return y, density
