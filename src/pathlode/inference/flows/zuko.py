"""Flows of zuko."""

from typing import Any

import torch
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
        network: Any = self.network
        base = network.base(summary).expand(summary.shape[:-1])
        z = base.sample((count,))
        y, density = z, base.log_prob(z)
        for layer in reversed(network.transform.transforms):
            y, slopes = _passed_back(layer, y, summary)
            density = density + slopes
        return y, density


def _passed_back(layer: Any, passed: Tensor, summary: Tensor) -> tuple[Tensor, Tensor]:
    """What a transform of zuko passed on as (..., n, parameter), and the log-slope of the transform there, (..., n).

    zuko's own inverse transforms all parameters in every pass, and all again for the slopes. Here a parameter is transformed in
    its pass alone.
    """
    from zuko.utils import unpack

    if not hasattr(layer, "passes"):  # of a single parameter
        alone = layer(summary)
        found = alone.inv(passed)
        return found, alone.log_abs_det_jacobian(found, passed)
    found, slopes = torch.zeros_like(passed), passed.new_zeros(passed.shape[:-1])
    summary = summary.expand(*passed.shape[:-1], -1)
    for number in range(layer.passes):
        own = (layer.order == number).nonzero()[:, 0]
        parts = layer.hyper(torch.cat([found, summary], dim=-1)).unflatten(-1, (-1, layer.total))[..., own, :]
        transform = layer.univariate(*unpack(parts, layer.shapes))
        found[..., own] = transform.inv(passed[..., own])
        slopes += transform.log_abs_det_jacobian(found[..., own], passed[..., own]).sum(dim=-1)
    return found, slopes
