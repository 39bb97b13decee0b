"""The latent SDE of underdamped Langevin dynamics: positions and momenta in a learnt potential, in a heat bath."""

import math
from collections.abc import Sequence
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from pathlode.core.fields.langevin import FRICTION, LangevinField
from pathlode.core.shapes import State
from pathlode.core.stacked import StackedMLP
from pathlode.models.latent_sde import LOG_DIFFUSION, LatentSDE


class LangevinSDE(LatentSDE):
    """x(t) = D(h(τ)) of h = (q, p) with dq = p dτ and dp = (-∇U(q) - γ p) dτ + √(2 γ T) dW.

    It is :class:`pathlode.models.latent_sde.LatentSDE` with the prior of a body of mass 1 in a heat bath. The potential U and
    the friction γ are those of :class:`pathlode.core.fields.langevin.LangevinField`; the temperature T is learnt, one number a
    member. Noise moves the momenta alone. Left to itself the state forgets where it began: its density becomes proportional
    to exp(-(U(q) + ½ ‖p‖²) / T), if that is bounded, so every momentum then has the variance T.

    * posterior, up to the last observation: another force u = s · tanh(MLP(h, e, sin τ, cos τ)) on the momenta, with e the last
      state of the encoder; after that observation the prior;
    * divergence: KL(N(μ, σ²) ‖ N(m, s²)) + ½ E ∫ ‖u‖² / (2 γ T) dτ.

    The method is Heun's, because errors of reversible Heun grow at the rate at which friction damps. A training that
    names ``reversible_heun`` takes it all the same.

    Args:
        config: sizes and parts; ``hidden`` is even.
        seeds: one stacked member per seed.

    Source: Song et al. 2025, Langevin flows for modeling neural latent dynamics (https://arxiv.org/abs/2507.11531), for the
    dynamics and the potential. Their steps do not scale the noise with √Δτ, their friction is fixed, and their encoder makes
    the force. The divergence of paths is that of Li et al. 2020 (https://arxiv.org/abs/2001.01328).
    """

    method: ClassVar[str] = "heun"
    of_diffusion: ClassVar[str] = "log_temperature"
    prior: LangevinField

    def add_equation(self, generators: Sequence[torch.Generator], told: int) -> None:
        config = self.config
        self.prior = LangevinField(generators, config.hidden, config.width, config.depth)
        sizes = (config.hidden + told, *[config.width] * config.depth, config.hidden // 2)
        self.posterior = _Force(generators, sizes)
        start = 2 * LOG_DIFFUSION - math.log(2 * FRICTION)  # the noise is then that of the other latent SDE
        self.log_temperature = nn.Parameter(torch.full((len(self.seeds), 1, 1), start))

    @property
    def temperature(self) -> Tensor:
        """T, (member, 1, 1)."""
        return self.log_temperature.exp()

    def _noise(self) -> Tensor:
        """√(2 γ T), (member, 1, 1)."""
        return (2 * self.prior.friction * self.temperature).sqrt()

    def diffusion(self) -> Tensor:
        half = self.config.hidden // 2
        return pad(self._noise().expand(-1, -1, half), (half, 0))

    def pulled(self, h: State, told: State) -> tuple[State, Tensor]:
        force = self.posterior(torch.cat([h, told], dim=-1))
        return self.prior(h) + pad(force, (self.config.hidden // 2, 0)), force / self._noise()


class _Force(nn.Module):
    """u = s · tanh(MLP), with s from 1."""

    def __init__(self, generators: Sequence[torch.Generator], sizes: Sequence[int]) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(len(generators), 1, 1))
        self.mlp = StackedMLP(generators, sizes)

    def forward(self, read: Tensor) -> Tensor:
        return self.scale * self.mlp(read).tanh()
