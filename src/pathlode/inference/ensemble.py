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


@dataclass(frozen=True)
class EnsembleConfig:
    """Settings of an ensemble.

    Args:
        walkers: number of walkers, even, and at least twice the number of parameters.
        warmup: steps that are discarded, in which the walkers leave the prior.
        steps: steps that are kept.
    """

    walkers: int = 64
    warmup: int = 1000
    steps: int = 1000

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
    """Draws from the posterior under a prior that is a function of standard normal numbers, (count, parameter). They come from
    equally spaced steps.

    Args:
        log_likelihood_of: log p(x | θ) of parameters (n, parameter), (n,).
        from_normal: θ(u), (n, parameter) -> (n, parameter).
        parameters: number of parameters.
        config: settings.
        count: number of draws.
        seed: seed of all draws, one number or several.

    Raises:
        ConfigError: if there are too few walkers for the parameters, or the kept steps have fewer draws.

    Source: Goodman & Weare 2010 (https://doi.org/10.2140/camcos.2010.5.65) for the stretch move, ter Braak 2006
    (https://doi.org/10.1007/s11222-006-8769-1) for the move by differences, both by emcee (https://arxiv.org/abs/1202.3665).
    """
    if config.walkers < 2 * parameters:
        raise ConfigError(
            f"ensemble.walkers is {config.walkers}, expected at least twice the {parameters} parameters: raise it"
        )
    if count > config.walkers * config.steps:
        raise ConfigError(
            f"ensemble.steps is {config.steps}, which with {config.walkers} walkers is less than {count} draws: raise it"
        )

    def log_target(u: Array) -> Array:
        return log_likelihood_of(from_normal(u)) + norm.logpdf(u).sum(axis=1)

    rng = np.random.default_rng(seed)
    sampler = emcee.EnsembleSampler(
        config.walkers,
        parameters,
        log_target,
        moves=[(emcee.moves.StretchMove(), 0.5), (emcee.moves.DEMove(), 0.5)],
        vectorize=True,
    )
    sampler.random_state = np.random.RandomState(rng.integers(2**32)).get_state()
    sampler.run_mcmc(rng.standard_normal((config.walkers, parameters)), config.warmup + config.steps)
    steps = np.linspace(0, config.steps - 1, -(-count // config.walkers)).round().astype(int)
    kept = sampler.get_chain(discard=config.warmup)[steps]
    return from_normal(rng.permutation(kept.reshape(-1, parameters))[:count])
