"""Exact posteriors from approximate ones, where the likelihood can be computed: importance sampling."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from pathlode.core.tables.convert import as_numbers
from pathlode.errors import ConfigError, DataError
from pathlode.inference.posterior import Posterior
from pathlode.inference.weighted_draws import WeightedDraws


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
        ConfigError: if this is no posterior, it has no prior, or the likelihood is no function.
        DataError: if there are several observations, or the likelihood is no number for each draw, NaN or infinite, or 0 for
            all of them.

    Source: Dax et al. 2023, neural importance sampling (https://arxiv.org/abs/2210.05686).
    """
    if not isinstance(posterior, Posterior):
        raise ConfigError(f"the posterior is a {type(posterior).__name__}, expected what infer returns")
    if not callable(log_likelihood):
        raise ConfigError(f"the log-likelihood is a {type(log_likelihood).__name__}, expected a function")
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
