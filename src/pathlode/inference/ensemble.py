"""Draws from a posterior by an ensemble of walkers, to check those of :mod:`pathlode.inference.reference` by another sampler.

That one proposes from a density that it fits beforehand. This one proposes from differences and distances of its walkers, which
start from the prior. What one of them misses, the other need not miss too.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import emcee
import numpy as np
from scipy.stats import norm

from pathlode.arrays import Array
from pathlode.errors import ConfigError
from pathlode.inference.proposals import resampled, tempered

KEPT = 0.5
"""Effective share of the walkers from one temperature to the next."""


@dataclass(frozen=True)
class EnsembleConfig:
    """Settings of an ensemble.

    Args:
        walkers: number of walkers, even, and at least twice the number of parameters.
        moves: steps at each temperature before the last.
        steps: steps under the posterior itself. Walkers are resampled before them, so many descend from the same one, and
            too few steps leave their mean off: on a posterior of Lotka-Volterra 120 steps leave a correlation of about 0.15.
    """

    walkers: int = 1000
    moves: int = 3
    steps: int = 240

    def __post_init__(self) -> None:
        if self.walkers < 4 or self.walkers % 2:
            raise ConfigError(f"ensemble.walkers is {self.walkers}, expected an even number of at least 4")


def ensemble_draws(
    log_likelihood_of: Callable[[Array], Array],
    from_normal: Callable[[Array], Array],
    parameters: int,
    config: EnsembleConfig,
    count: int,
    seed: int | Sequence[int],
) -> Array:
    """Draws from the posterior under a prior that is a function of standard normal numbers, (count, parameter): the last places
    of as many walkers.

    Walkers go from the prior to the posterior through ``p(θ) p(x | θ)^β``. Each β is the largest that keeps a share
    :data:`KEPT` of the walkers effective. They are resampled by their weights and take some steps. All walkers of one half move
    at once, which costs much less than one after the other.

    Args:
        log_likelihood_of: log p(x | θ) of parameters (n, parameter), (n,).
        from_normal: θ(u), (n, parameter) -> (n, parameter).
        parameters: number of parameters.
        config: settings.
        count: number of draws.
        seed: seed of all draws, one number or several.

    Raises:
        ConfigError: if there are too few walkers for the parameters or the draws.

    Source: Goodman & Weare 2010 (https://doi.org/10.2140/camcos.2010.5.65) for the stretch move, ter Braak 2006
    (https://doi.org/10.1007/s11222-006-8769-1) for the move by differences, both by emcee (https://arxiv.org/abs/1202.3665);
    Del Moral et al. 2006, Sequential Monte Carlo samplers (https://doi.org/10.1111/j.1467-9868.2006.00553.x) for temperatures.
    """
    if config.walkers < 2 * parameters:
        raise ConfigError(
            f"ensemble.walkers is {config.walkers}, expected at least twice the {parameters} parameters: raise it"
        )
    if count > config.walkers:
        raise ConfigError(f"ensemble.walkers is {config.walkers}, which is less than {count} draws: raise it")
    rng, beta = np.random.default_rng(seed), 0.0

    def log_target(u: Array) -> Array:
        """Density under the present temperature, and the log-likelihood, (n, 2)."""
        log_likelihood = log_likelihood_of(from_normal(u))
        return np.stack([beta * log_likelihood + norm.logpdf(u).sum(axis=1), log_likelihood], axis=1)

    sampler = emcee.EnsembleSampler(
        config.walkers,
        parameters,
        log_target,
        moves=[
            (emcee.moves.DEMove(), 0.8),
            (emcee.moves.DEMove(gamma0=1.0), 0.1),  # from one mode to another
            (emcee.moves.StretchMove(), 0.1),
        ],
        vectorize=True,
    )
    sampler.random_state = np.random.RandomState(rng.integers(2**32)).get_state()
    u = rng.standard_normal((config.walkers, parameters))
    log_likelihood = log_likelihood_of(from_normal(u))
    while beta < 1:
        added = min(1 - beta, tempered(log_likelihood, KEPT))
        chosen = resampled(np.arange(config.walkers), added * log_likelihood, config.walkers, rng)
        u, log_likelihood, beta = u[chosen], log_likelihood[chosen], beta + added
        prior = norm.logpdf(u).sum(axis=1)
        start = emcee.State(u, log_prob=beta * log_likelihood + prior, blobs=log_likelihood)
        steps = config.steps if beta == 1 else config.moves
        end = sampler.run_mcmc(start, steps, store=False, skip_initial_state_check=True)  # many are equal by now
        u, log_likelihood = end.coords, end.blobs
    return from_normal(rng.permutation(u)[:count])
