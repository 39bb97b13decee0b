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
        pairs = list(itertools.combinations_with_replacement(range(state), 2))
        self.first, self.second = ([pair[place] for pair in pairs] for place in (0, 1))
        self.coefficients = nn.Parameter(torch.zeros(members, 1 + state + len(pairs), state), requires_grad=False)

    def forward(self, h: State, time: Tensor | None = None, context: Latent | None = None) -> State:
        near = h.clamp(-REACH, REACH)
        products = near[..., self.first] * near[..., self.second]
        terms = torch.cat([torch.ones_like(near[..., :1]), near, products], dim=-1)
        return terms @ self.coefficients
