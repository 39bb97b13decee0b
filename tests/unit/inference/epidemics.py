"""The SIR model of epidemics, whose posterior is known from a grid of its two parameters."""

import math

import torch
from torch.distributions import Binomial, Independent, LogNormal

from pathlode.core.series import TimeSeries

TIMES = torch.linspace(0, 160, 10)
PRIOR = Independent(LogNormal(torch.tensor([0.4, 0.125]).log(), torch.tensor([0.5, 0.2])), 1)
_TESTED, _STEPS = 50, 25
_LOW, _HIGH, _SIDE = torch.tensor([0.3, 0.06]), torch.tensor([0.8, 0.22]), 150


def infected(theta):
    """Share of the infected at :data:`TIMES`, from one in a million on: ṡ = -βsi, i̇ = βsi - γi, by Heun's method."""
    (beta, gamma), step = theta.double().unbind(-1), float(TIMES[1]) / _STEPS
    state = torch.stack([torch.full_like(beta, 1 - 1e-6), torch.full_like(beta, 1e-6)])

    def rates(state):
        caught = beta * state[0] * state[1]
        return torch.stack([-caught, caught - gamma * state[1]])

    shares = [state[1]]
    for _ in TIMES[1:]:
        for _ in range(_STEPS):
            first = rates(state)
            state = state + step / 2 * (first + rates(state + step * first))
        shares.append(state[1])
    return torch.stack(shares, dim=1).clamp(1e-12, 1 - 1e-12)


def simulate(theta):
    """Share of infected among 50 people that are tested at each time.

    Source: Lueckmann et al. 2021, Benchmarking simulation-based inference (https://arxiv.org/abs/2101.04653), with fewer tests.
    """
    return (Binomial(_TESTED, infected(theta)).sample() / _TESTED).float()


def as_series(x):
    return TimeSeries(TIMES.expand(len(x), -1).clone(), x[..., None])


def exact_posterior(x, count):
    """Draws of the posterior of one observation, (count, 2), and its entropy, from a grid."""
    axes = [torch.linspace(low, high, _SIDE) for low, high in zip(_LOW, _HIGH, strict=True)]
    grid, cell = torch.cartesian_prod(*axes), (_HIGH - _LOW) / (_SIDE - 1)
    likelihood = Binomial(_TESTED, infected(grid)).log_prob((x * _TESTED).round().double()).sum(dim=1)
    shares = (PRIOR.log_prob(grid) + likelihood).softmax(dim=0)
    draws = grid[torch.multinomial(shares, count, replacement=True)] + cell * (torch.rand(count, 2) - 0.5)
    return draws, -float((shares * shares.clamp_min(1e-300).log()).sum()) + math.log(float(cell.prod()))
