"""Extended dynamic mode decomposition: a linear map of monomials of the observed quantities."""

import itertools
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from pathlode.core.series import TimeSeries
from pathlode.core.shapes import State, States
from pathlode.models.driven_map import DrivenMap, ridge
from pathlode.models.settings import ModelConfig

DEGREE = 3
"""Largest degree of a monomial."""
PENALTY = 1e-9
"""Weight of the squared coefficients of the map, by the mean squared error."""


class EDMD(DrivenMap):
    """ψ(x') = ψ(x) K, with ψ all monomials up to degree 3 of the observed quantities, and K by least squares.

    K approximates the Koopman operator on the span of ψ. Beyond the last observation x_T the prediction is the linear part of
    ψ(x_T) K^n. An eigenvalue of K beyond the unit circle is drawn back to it, as data on an attractor do not grow.

    If some functions of ψ span an invariant space, K is exact on it. Chaotic systems have no such space of finite dimension
    with the coordinates in it: :meth:`residuals` say how far each eigenvalue is from one of the operator.

    Args:
        config: ``features`` has an effect.
        seeds: one stacked member per seed; members that are fitted to the same data agree.

    Cost: of fitting, linear systems of as many unknowns as monomials: 20 of 3 quantities, 84 of 6.
    Source: Williams, Kevrekidis & Rowley 2015, A data-driven approximation of the Koopman operator
    (https://arxiv.org/abs/1408.4408); residuals: Colbrook & Townsend 2021, Rigorous data-driven computation of spectral
    properties of Koopman operators (https://arxiv.org/abs/2111.14889).
    """

    def __init__(self, config: ModelConfig, seeds: Sequence[int] = (0,)) -> None:
        super().__init__(config, seeds)
        powers = range(1, DEGREE + 1)
        self._terms = [
            list(each)
            for power in powers
            for each in itertools.combinations_with_replacement(range(config.features), power)
        ]
        size = 1 + len(self._terms)
        self.operator = nn.Parameter(torch.zeros(len(seeds), size, size), requires_grad=False)

    def lifted(self, x: State) -> State:
        """ψ(x): 1, the quantities, and their products, (..., monomial) of (..., feature)."""
        return torch.stack([torch.ones_like(x[..., 0]), *(x[..., term].prod(dim=-1) for term in self._terms)], dim=-1)

    def rest(self, batch: int) -> State:
        return self.operator.new_zeros(len(self.seeds), batch, self.operator.shape[-1])

    def moved(self, state: State, x: State, seen: Tensor) -> State:
        return self.lifted(x).where(seen, state) @ self.operator

    def read(self, state: State) -> State:
        return state[..., 1 : 1 + self.config.features]

    def fit_to(self, observed: States, inside: Tensor) -> None:
        before, after, number = self._pairs(observed, inside)
        found = ridge(before.mT @ before, before.mT @ after, number, PENALTY)
        self.operator.data = _without_growth(found).to(self.dtype)

    @torch.no_grad()
    def residuals(self, series: TimeSeries, owners: Sequence[int] | None = None) -> tuple[Tensor, Tensor]:
        """Eigenvalues λ of K, (member, monomial), and for each, with g its eigenfunction, ‖g(x') - λ g(x)‖ / ‖g(x)‖ over
        series.

        Args:
            series: the series, with the gap of those in training.
            owners: as in :meth:`fit`.
        """
        own = slice(None) if owners is None else list(owners)
        times, values = (part[own] if series.sets else part for part in (series.times, series.values))
        before, after, _ = self._pairs(*self._on_grid(self._stack(times, values, check=True)))
        rates, vectors = torch.linalg.eig(self.operator.double())
        here, there = before.to(vectors) @ vectors, after.to(vectors) @ vectors
        wrong = (there - rates[:, None] * here).abs().square().sum(dim=1)
        return rates, (wrong / here.abs().square().sum(dim=1)).sqrt()

    def _pairs(self, observed: States, inside: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """ψ at neighbouring points, each (member, pair, monomial) and 0 outside a series, and the number of pairs."""
        counted = inside[:, :, 1:].double()
        lifted = self.lifted(observed.double())
        before, after = ((part * counted).flatten(1, 2) for part in (lifted[:, :, :-1], lifted[:, :, 1:]))
        return before, after, counted.sum(dim=(1, 2)).clamp_min(1)[..., None]


def _without_growth(operator: Tensor) -> Tensor:
    """A matrix whose eigenvalues beyond the unit circle lie on it, (member, n, n); unchanged if none does."""
    rates, vectors = torch.linalg.eig(operator)
    size = rates.abs()
    if (size <= 1 + 1e-9).all():
        return operator
    bounded = rates / size.clamp_min(1)
    return torch.linalg.solve(vectors.mT, (vectors * bounded[:, None]).mT).mT.real
