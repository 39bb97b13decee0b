"""Exact posteriors from approximate ones, where the likelihood can be computed: importance sampling."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from pathlode.core.tables.convert import as_numbers
from pathlode.errors import ConfigError, DataError
from pathlode.inference.posterior import Posterior


@dataclass(frozen=True)
class WeightedDraws:
    """Draws of a posterior with weights.

    Attributes:
        theta: draws from the approximate posterior q, (n, parameter).
        log_weights: ``log p(x | θ) + log p(θ) - log q(θ | x)``, (n,), in double precision.
    """

    theta: Tensor
    log_weights: Tensor

    @property
    def weights(self) -> Tensor:
        """Weights that add up to 1, (n,)."""
        return self.log_weights.softmax(dim=0)

    @property
    def effective(self) -> float:
        """Effective sample size, ``1 / Σ w²``: n for the exact posterior, and near 1 where q misses it.

        Source: Kong 1992, as in Elvira et al. 2018 (https://arxiv.org/abs/1809.04129).
        """
        return float(1 / self.weights.square().sum())

    @property
    def log_evidence(self) -> float:
        """log p(x), the logarithm of the mean weight."""
        return float(self.log_weights.logsumexp(dim=0)) - torch.tensor(float(len(self.log_weights))).log().item()

    @property
    def mean(self) -> Tensor:
        """Mean of the exact posterior, (parameter,)."""
        return (self.weights[:, None] * self.theta).sum(dim=0)

    def sample(self, count: int, seed: int = 0) -> Tensor:
        """Draws with equal weights, (count, parameter), with replacement. Beyond the effective sample size they repeat."""
        chosen = self.weights.multinomial(count, replacement=True, generator=torch.Generator().manual_seed(seed))
        return self.theta[chosen]


def sharpened(
    posterior: Posterior, x: Any, log_likelihood: Callable[[Tensor], Any], n: int = 10_000, seed: int = 0
) -> WeightedDraws:
    """The exact posterior of one observation, as weighted draws from an approximate posterior.

    It costs n evaluations of the likelihood, and no Markov chain. It is as good as its effective sample size says, if q is
    nowhere much narrower than the exact posterior: draws say nothing about regions that none of them reaches.

    Args:
        posterior: the approximate posterior, with its simulator's prior.
        x: the observation, with its axis, (1, ...).
        log_likelihood: log p(x | θ) of parameters (n, parameter), (n,).
        n: number of draws.
        seed: seed of the draws.

    Raises:
        ConfigError: if the posterior has no prior.
        DataError: if there are several observations, or the likelihood is no number for each draw, NaN or infinite, or 0 for
            all of them.

    Source: Dax et al. 2023, neural importance sampling (https://arxiv.org/abs/2210.05686).
    """
    if posterior.simulations is None:
        raise ConfigError(
            "the posterior comes from a file, which holds no prior: give it as Posterior.load(path, simulator=..., prior=...)"
        )
    theta, log_q = posterior.sample_and_log_prob(x, n, seed)
    if theta.shape[1] != 1:
        raise DataError(f"there are {theta.shape[1]} observations, expected one: x[:1]")
    theta, log_q = theta[:, 0], log_q[:, 0].double()
    likelihood = as_numbers(log_likelihood(theta), "the log-likelihood").double()
    bad = likelihood.isnan() | (likelihood == torch.inf)
    if likelihood.shape != (n,) or bad.any():
        raise DataError(
            f"the log-likelihood has shape {tuple(likelihood.shape)} and {int(bad.sum())} NaN or infinite, expected a number, "
            f"or minus infinity, for each of {n} draws: ({n},)"
        )
    log_weights = likelihood + posterior.simulations.prior.log_prob(theta).double() - log_q
    if (log_weights == -torch.inf).all():
        raise DataError("the likelihood is 0 for all draws: check that it belongs to this observation")
    return WeightedDraws(theta, log_weights)
