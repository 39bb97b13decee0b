"""A learnable prior of latent vectors: an energy-based correction of the standard normal distribution."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from pathlode.core.langevin import langevin
from pathlode.core.shapes import Latent
from pathlode.core.stacked import StackedMLP, uniform_parameter

PRIOR_STEPS = 30
"""Langevin steps of a sample."""
PRIOR_STEP = 0.5
"""Their size s. The chains keep (1 - s²/2)^30, 2 %, of the distance of their start from the mean. If they kept more, a prior
that learns from them would lie beyond the latents that it learns, and move them on and on."""


class EnergyPrior(nn.Module):
    """p(z) ∝ exp(f(z)) N(z; 0, 1) for every member, with f a perceptron with softplus in all hidden layers.

    f grows at most linearly, so p has a finite integral whatever its weights. f has no constant, on which p does not depend.

    Args:
        generators: one random generator per member.
        latent: dimensions of z.
        width: units of each hidden layer of f.
        depth: hidden layers of f.

    Source: Pang et al. 2020, Learning latent space energy-based prior model (https://arxiv.org/abs/2006.08205), and its code
    (https://github.com/bpucla/latent-space-EBM-prior), with 60 steps of size 0.4, and GELU in place of softplus.
    """

    def __init__(self, generators: Sequence[torch.Generator], latent: int, width: int, depth: int) -> None:
        super().__init__()
        self.mlp = StackedMLP(generators, (latent, *[width] * depth))
        self.weight = uniform_parameter(generators, (width, 1), width**-0.5)

    def tilt(self, z: Latent) -> Tensor:
        """f(z), (member, row)."""
        return (softplus(self.mlp(z)) @ self.weight).squeeze(-1)

    def log_density(self, z: Latent) -> Tensor:
        """log p(z) up to a constant, (member, row)."""
        return self.tilt(z) - z.square().sum(dim=-1) / 2

    def sample(self, draws: Tensor, check: bool = True) -> Latent:
        """Samples by Langevin steps that begin in N(0, 1), (member, row, latent).

        Args:
            draws: standard normal, first the start and then one for each step, (1 + step, member, row, latent).
            check: as in :func:`pathlode.core.langevin.langevin`.
        """
        return langevin(self.log_density, draws[0], PRIOR_STEP, draws[1:], check=check)
