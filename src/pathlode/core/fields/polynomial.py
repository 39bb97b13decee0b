"""A vector field of polynomials, whose coefficients are fitted and not trained."""

import itertools

import torch
from torch import Tensor, nn

from pathlode.core.fields.contract import VectorField
from pathlode.core.shapes import Latent, State

REACH = 10.0
"""Size of a component of h up to which the polynomial is evaluated."""


class PolynomialField(VectorField):
    """dh_i/dτ = Σ_k Θ_k(h) Ξ_ki with Θ the monomials 1, h_j and h_j h_l, j ≤ l, in this order.

    Polynomials of degree 2 reach infinity in finite time from some states. So components of h beyond ±:data:`REACH` enter Θ as
    if they were ±:data:`REACH`: far from the data the speed is bounded, and a wrong prediction is finite.

    Args:
        members: stacked members.
        state: dimensions of h.

    Attributes:
        coefficients: Ξ, (member, term, state), 0 until they are fitted.
    """

    def __init__(self, members: int, state: int) -> None:
        super().__init__((), state, 0, 0)
        terms = monomials(torch.zeros(state)).shape[-1]
        self.coefficients = nn.Parameter(torch.zeros(members, terms, state), requires_grad=False)

    def forward(self, h: State, time: Tensor | None = None, context: Latent | None = None) -> State:
        return monomials(h.clamp(-REACH, REACH)) @ self.coefficients


def monomials(h: Tensor) -> Tensor:
    """Θ: 1, h_j and h_j h_l, j ≤ l, in this order, (..., state) -> (..., term)."""
    first, second = map(list, zip(*itertools.combinations_with_replacement(range(h.shape[-1]), 2), strict=True))
    return torch.cat([torch.ones_like(h[..., :1]), h, h[..., first] * h[..., second]], dim=-1)
