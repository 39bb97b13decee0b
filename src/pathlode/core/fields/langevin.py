"""Motion with friction in a learnt potential, without noise."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from pathlode.core.fields.contract import VectorField
from pathlode.core.shapes import Latent, State
from pathlode.core.stacked import StackedLinear, uniform_parameter

FRICTION = 0.1
"""γ at the start of a training, per unit of τ."""


class LangevinField(VectorField):
    """dq/dτ = p and dp/dτ = -∇U(q) - γ p for h = (q, p), with U(q) = ½ ‖k * q‖² + Σ_j w_j softplus(V_j q + b_j).

    It is the deterministic part of underdamped Langevin dynamics. The friction γ > 0 is learnt. k * q is a convolution of q
    with three learnt weights on a ring, so neighbours are coupled oscillators; the other term, with ``width`` planes V_j, makes
    wells. The energy E = ½ ‖p‖² + U(q) falls at the rate γ ‖p‖². So the attractors are points, and nothing is chaotic for long.
    The state's size must be even; there is no ``depth`` and no compiled march: plain PyTorch takes the steps.

    Source: Song et al. 2025, Langevin flows for modeling neural latent dynamics (https://arxiv.org/abs/2507.11531), for the
    convolution on a ring; the other term and the limit without noise are ours.
    """

    def __init__(
        self, generators: Sequence[torch.Generator], state: int, width: int, depth: int, latent: int = 0
    ) -> None:
        super().__init__(generators, state, width, depth, latent)
        self.coupling = nn.Parameter(
            uniform_parameter(generators, (1, 3), 0.1).detach() + torch.tensor([0.0, 1.0, 0.0])
        )
        self.planes = StackedLinear(generators, state // 2, width)
        self.heights = uniform_parameter(generators, (1, width), width**-0.5)
        self.raw_friction = nn.Parameter(torch.full((len(generators), 1, 1), math.log(math.expm1(FRICTION))))

    @property
    def friction(self) -> Tensor:
        """γ, (member, 1, 1)."""
        return softplus(self.raw_friction)

    def forward(self, h: State, time: Tensor | None = None, context: Latent | None = None) -> State:
        q, p = h.chunk(2, dim=-1)
        back = _on_ring(_on_ring(q, self.coupling), self.coupling.flip(-1))
        gates = self.planes(q).sigmoid() * self.heights
        wells = (self.planes.weight @ gates.mT).mT  # an exported model takes no view of weights
        return torch.cat([p, -back - wells - self.friction * p], dim=-1)

    def energy(self, h: State) -> Tensor:
        """E, (member, batch) of (member, batch, state)."""
        q, p = h.chunk(2, dim=-1)
        squares = (p.square() + _on_ring(q, self.coupling).square()).sum(dim=-1) / 2
        return squares + (softplus(self.planes(q)) * self.heights).sum(dim=-1)


def _on_ring(q: State, weights: Tensor) -> State:
    """k * q, with the weights (member, 1, 3) of the component before, of the component itself, and of the next one."""
    before, own, after = weights.unbind(-1)
    return before[..., None] * q.roll(1, -1) + own[..., None] * q + after[..., None] * q.roll(-1, -1)
