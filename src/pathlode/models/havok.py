"""HAVOK: a linear system of principal components of delayed observations, of which the last one forces the others."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from pathlode.core.shapes import State, States
from pathlode.models.driven_map import DrivenMap, ridge
from pathlode.models.settings import ModelConfig

DELAYS = 10
"""Observations in a row of which components are taken."""
SHRINKAGE = 1e-9
"""Weight of the squared coefficients of the map, by the mean squared error."""


class HAVOK(DrivenMap):
    """v' = A v + B f, with v the first r - 1 and f the last of r = ``hidden`` principal components of ten observations.

    The ten follow each other. f is what a linear system of the others cannot explain. It follows from the observations up to
    the last one. Beyond that the model does not say how f goes on: it is 0 there, its mean. So a forecast is that of a linear
    system, and soon comes to the mean. If A grows, it is divided by its largest eigenvalue, as data on an attractor do not
    grow. There are at most ten times as many components as ``features``.

    Args:
        config: ``features`` and ``hidden`` have an effect.
        seeds: one stacked member per seed; members that are fitted to the same data agree.

    Raises:
        ConfigError: if ``hidden`` is 1, which leaves no component that is forced.

    Cost: of fitting, the eigenvectors of a matrix with ten lines for each feature.
    Source: Brunton et al. 2017, Chaos as an intermittently forced linear system (https://arxiv.org/abs/1608.05306), in discrete
    time. Ours in place of a library: one model is fitted to many short series.
    """

    def __init__(self, config: ModelConfig, seeds: Sequence[int] = (0,)) -> None:
        super().__init__(config, seeds)
        self.delayed = DELAYS * config.features
        size = min(config.hidden, self.delayed)
        self.components = nn.Parameter(torch.zeros(len(seeds), self.delayed, size), requires_grad=False)
        self.operator = nn.Parameter(torch.zeros(len(seeds), size, size), requires_grad=False)

    def rest(self, batch: int) -> State:
        return self.operator.new_zeros(len(self.seeds), batch, self.delayed + self.operator.shape[-1])

    def moved(self, state: State, x: State, seen: Tensor) -> State:
        delays = torch.cat([state[..., self.config.features : self.delayed], x], dim=-1)
        present = (delays @ self.components).where(seen, state[..., self.delayed :])
        return torch.cat([delays, present @ self.operator], dim=-1)

    def read(self, state: State) -> State:
        return state[..., self.delayed :] @ self.components[:, -self.config.features :].mT

    def fit_to(self, observed: States, inside: Tensor) -> None:
        points = observed.shape[2]
        windows = pad(observed.double(), (0, 0, DELAYS - 1, 0)).unfold(2, DELAYS, 1).mT.flatten(3)
        whole = max(0, min(DELAYS - 1, points - 2))  # before, a point has fewer observations behind it
        counted, windows = inside[:, :, whole:].double(), windows[:, :, whole:]
        rows = (windows * counted).flatten(1, 2)
        _, vectors = torch.linalg.eigh(rows.mT @ rows)  # the largest last
        components = vectors.flip(-1)[..., : self.operator.shape[-1]]
        found = (windows.flatten(1, 2) @ components).unflatten(1, windows.shape[1:3])
        before, after = ((part * counted[:, :, 1:]).flatten(1, 2) for part in (found[:, :, :-1], found[:, :, 1:]))
        number = counted[:, :, 1:].sum(dim=(1, 2)).clamp_min(1)[..., None]
        operator = ridge(before.mT @ before, before.mT @ after, number, SHRINKAGE)
        operator[..., -1] = 0.0
        largest = torch.linalg.eigvals(operator).abs().amax(dim=-1).clamp_min(1)
        self.components.data = components.to(self.dtype)
        self.operator.data = (operator / largest[:, None, None]).to(self.dtype)
