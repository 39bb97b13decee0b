"""The echo-state network: a random recurrent network whose output alone is fitted."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from pathlode.core.shapes import State, States
from pathlode.core.stacked import uniform_parameter
from pathlode.models.driven_map import DrivenMap, ridge
from pathlode.models.settings import ModelConfig

SPECTRAL_RADIUS = 0.9
"""Largest absolute eigenvalue of the recurrent weights: below 1, so that what was read long ago is forgotten."""
INPUT_REACH = 0.5
"""Bound of the input weights and of the biases, for values in standard deviations."""
WASHOUT = 5
"""First steps of a training series that are not fitted: the state has not yet forgotten where it began."""
OUTPUT_PENALTY = 1e-6
"""Weight of the squared output weights, by the mean squared error."""


class EchoState(DrivenMap):
    """r' = tanh(W r + U x + b), x̂' = V r' + v, with W, U and b drawn at random and only V and v fitted, by ridge regression.

    W has the spectral radius :data:`SPECTRAL_RADIUS`; U and b are uniform in ±:data:`INPUT_REACH`. Predictions are bounded, as
    r is. The values of all constants are our choice, the same for all data.

    Args:
        config: ``features``, and ``hidden``, the number of units: some hundred are usual.
        seeds: one stacked member per seed, with random weights of its own.

    Cost: of fitting, one pass over the training data and a linear system of ``hidden`` unknowns.
    Source: Jaeger & Haas 2004, Harnessing nonlinearity (https://doi.org/10.1126/science.1091277). Ours in place of a library:
    members and series are stepped together.
    """

    def __init__(self, config: ModelConfig, seeds: Sequence[int] = (0,)) -> None:
        super().__init__(config, seeds)
        generators = [torch.Generator().manual_seed(seed) for seed in seeds]
        units = config.hidden
        weights = uniform_parameter(generators, (units, units), 1.0).detach()
        radius = torch.stack([torch.linalg.eigvals(each).abs().max() for each in weights])
        self.recurrent = _fixed(SPECTRAL_RADIUS * weights / radius[:, None, None])
        self.input = _fixed(uniform_parameter(generators, (config.features, units), INPUT_REACH).detach())
        self.bias = _fixed(uniform_parameter(generators, (1, units), INPUT_REACH).detach())
        self.output = _fixed(torch.zeros(len(seeds), units + 1, config.features))

    def rest(self, batch: int) -> State:
        return self.bias.new_zeros(len(self.seeds), batch, self.config.hidden)

    def moved(self, state: State, x: State, seen: Tensor) -> State:
        return torch.tanh(state @ self.recurrent + x @ self.input + self.bias)

    def read(self, state: State) -> State:
        return _with_one(state) @ self.output

    def fit_to(self, observed: States, inside: Tensor) -> None:
        state, (_, size, features) = self.rest(observed.shape[1]), self.output.shape
        gram, products, number = (
            self.output.new_zeros(len(self.seeds), *shape, dtype=torch.float64)
            for shape in ((size, size), (size, features), (1, 1))
        )
        for point in range(1, observed.shape[2]):
            state = self.moved(state, observed[:, :, point - 1], inside[:, :, point - 1])
            if point > WASHOUT or observed.shape[2] <= WASHOUT + 1:
                counted = inside[:, :, point].double()
                read = _with_one(state).double() * counted
                gram = gram + read.mT @ read
                products = products + read.mT @ observed[:, :, point].double()
                number = number + counted.sum(dim=1, keepdim=True)
        self.output.data = ridge(gram, products, number.clamp_min(1), OUTPUT_PENALTY).to(self.dtype)


def _fixed(weights: Tensor) -> nn.Parameter:
    return nn.Parameter(weights, requires_grad=False)


def _with_one(state: State) -> State:
    return pad(state, (0, 1), value=1.0)
