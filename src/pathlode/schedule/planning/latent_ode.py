"""A model of training runs as a path-minimized latent ODE whose input is the learning rate, and whose clock runs with it."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from pathlode.core.eager import eager
from pathlode.errors import is_count, is_positive, refuse_unless
from pathlode.schedule.planning.contract import RatedRuns, RateModel, check_known, check_rates, check_sizes

_SLOWEST, _FASTEST = 0.8, 3.8
"""Decay rates at the start of a fit: the least in units of 1 / (η_max · steps), the largest in units of 1 / η_max."""
_LEAST_RATE = 1e-3
"""Rates well below this share of the largest past rate are alike to the field."""
_ZERO = 1e-9
"""The share that stands for a rate of zero, of which there is no logarithm."""


@dataclass(frozen=True)
class ClockedConfig:
    """Settings of a :class:`ClockedODE`.

    Args:
        latent: dimensions of the state.
        width: units of the field's hidden layer.
        steps: optimiser steps of a fit.
        learning_rate: its first rate, which falls to zero along a cosine.
        weight: weight of the path's length.
        ridge: weight of the squares of the network's last weights, without which d and q are constant.

    Raises:
        ConfigError: if a number is out of its range.
    """

    latent: int = 8
    width: int = 16
    steps: int = 300
    learning_rate: float = 0.1
    weight: float = 0.0001
    ridge: float = 0.1

    def __post_init__(self) -> None:
        refuse_unless(
            self,
            *(
                (name, is_count(getattr(self, name)), "a whole number of at least 1")
                for name in ("latent", "width", "steps")
            ),
            ("learning_rate", is_positive(self.learning_rate), "a number above 0"),
            *(
                (name, getattr(self, name) == 0 or is_positive(getattr(self, name)), "a number of at least 0")
                for name in ("weight", "ridge")
            ),
        )


class ClockedODE(RateModel):
    """dz_k/ds = u q_k(z, u) exp(-z_k) - d_k(z, u), with ln L = ln Σ_k exp(z_k) and the clock s = Σ u.

    u is the rate over the largest of the past runs, so the clock stands still where the rate is zero. exp(z_k) is a share of
    the loss that decays at d_k and is driven by noise in proportion to the rate. Both are positive, the exponentials of a
    network with one hidden layer, which is zero at first; then the model is a few exponential modes. All runs start at one
    state, which is learnt. Within a moment d and q are constant, and the equation is solved exactly. The fit minimises the mean
    squared error of ln L, the weighted length of the path of z between the moments, and a ridge. Members of an ensemble differ
    in their first weights and in weights of the runs, drawn from an exponential distribution.

    Args:
        runs: past runs, which set the unit of rates and of losses.
        members: number of models of each set.
        seed: seed of the members' differences.
        config: settings.

    Cost: a few CPU seconds a set of twenty runs.

    Raises:
        ConfigError: if there is no member.
        DataError: if rates or runs do not fit those with which the model was made.

    Source: Sampson & Melchior 2025, Dynamics of Learning (https://arxiv.org/abs/2509.23052), for path minimization; the rate as
    an input and the clock are ours.
    """

    def __init__(self, runs: RatedRuns, members: int = 4, seed: int = 0, config: ClockedConfig | None = None) -> None:
        check_sizes(members=members)
        self.config = config or ClockedConfig()
        self.generator = torch.Generator().manual_seed(seed)
        self.moments = runs.moments
        sets, _, steps = runs.rates.shape
        self.largest = runs.rates.double().amax(dim=(1, 2))
        logs = runs.losses.double().log()
        self.middle, self.spread = logs.mean(dim=(1, 2)), logs.flatten(1).std(dim=1) + 1e-3
        latent, width = self.config.latent, self.config.width
        speeds = torch.linspace(math.log(_SLOWEST / steps), math.log(_FASTEST), latent, dtype=torch.float64)
        begun, ended = (logs[..., place].amax(dim=1) - math.log(latent) for place in (0, -1))
        first = begun[None, :, None].expand(members, sets, latent)
        floor = ended[None, :, None] + speeds
        self.parameters = [
            first.clone(),
            self._normal(members, sets, latent + 2, width) / (latent + 2) ** 0.5,
            torch.zeros(members, sets, 1, width, dtype=torch.float64),
            torch.zeros(members, sets, width, 2 * latent, dtype=torch.float64),
            torch.cat([speeds.expand(members, sets, latent), floor.expand(members, sets, latent)], dim=2)[:, :, None],
        ]

    def _normal(self, *shape: int) -> Tensor:
        return torch.randn(*shape, generator=self.generator, dtype=torch.float64)

    def log_losses(self, rates: Tensor) -> Tensor:
        check_rates(rates, len(self.largest), self.moments)
        return self._path(rates).logsumexp(dim=-1).permute(1, 2, 3, 0)

    def _path(self, rates: Tensor) -> Tensor:
        """z at the moments, (moment, member, set, run, latent)."""
        first, inner, shift, outer, offset = self.parameters
        relative = (rates.double() / self.largest[:, None, None]).clamp(min=_ZERO).unflatten(2, (self.moments, -1))
        clock = relative.sum(dim=3)
        mean = relative.square().sum(dim=3) / clock  # of the rate over the clock
        known = torch.stack([mean, (mean + _LEAST_RATE).log() / -math.log(_LEAST_RATE)], dim=-1)
        of_state, of_rate = inner.split([inner.shape[2] - 2, 2], dim=2)
        of_state = of_state / self.spread[:, None, None]
        shift = shift - self.middle[:, None, None] * of_state.sum(dim=2, keepdim=True)
        driven = torch.einsum("srmi,nsiw->mnsrw", known, of_rate) + shift
        state, path = first[:, :, None].expand(-1, -1, rates.shape[1], -1), []
        # a single unbind: the gradient of every single moment's part would have the size of all
        for hidden, ticks, log_mean in zip(
            driven.unbind(), clock[..., None].unbind(2), mean.log()[..., None].unbind(2), strict=True
        ):
            decay, drive = ((hidden + state @ of_state).tanh() @ outer + offset).chunk(2, dim=-1)
            kept = decay.exp() * ticks
            state = torch.logaddexp(state - kept, drive - decay + log_mean + (-torch.expm1(-kept)).log())
            path.append(state)
        return torch.stack(path)

    def fit(self, runs: RatedRuns) -> None:
        check_known(runs, len(self.largest), self.moments)
        members, sets = self.parameters[0].shape[:2]
        weights = torch.empty(members, sets, runs.losses.shape[1], dtype=torch.float64)
        weights.exponential_(generator=self.generator)
        weights /= weights.mean(dim=2, keepdim=True)
        logs = runs.losses.double().log()
        self.parameters = [each.detach().requires_grad_() for each in self.parameters]
        optimizer = eager(torch.optim.Adam)(self.parameters, lr=self.config.learning_rate)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, self.config.steps)
        for _ in range(self.config.steps):
            optimizer.zero_grad()
            path = self._path(runs.rates)
            errors = (path.logsumexp(dim=-1).permute(1, 2, 3, 0) - logs).square().mean(dim=3)
            length = path.diff(dim=0).square().sum(dim=-1).add(1e-12).sqrt().sum(dim=0)
            fitted = (weights * (errors + self.config.weight * length)).mean(dim=2).sum()
            (fitted + self.config.ridge * self.parameters[3].square().sum()).backward()
            optimizer.step()
            schedule.step()
        self.parameters = [each.detach() for each in self.parameters]
