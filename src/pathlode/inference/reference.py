"""The reference posterior of one observed trajectory, by Markov chains. Flows are compared with it.

The likelihood of a deterministic system's trajectory with Gaussian noise can be computed; simulation-based inference is made
for cases where it cannot.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import emcee
import numpy as np
from arviz_stats.base import array_stats
from numpy.typing import NDArray
from scipy.special import logsumexp, ndtr
from scipy.stats import norm

from pathlode.arrays import Array
from pathlode.dynamics.systems.contract import System
from pathlode.errors import ConfigError
from pathlode.inference.proposals import Mixture, proposal, resampled

logger = logging.getLogger(__name__)

MIXED = 1.01
"""Largest R̂ at which chains count as mixed."""
LARGEST_NORMAL = 8.0
"""Largest distance of a normal number from 0 that parameters are made of: from 8.3 on, Φ is 1 in double precision and they may
be infinite."""
REFITTED = 3
"""Draws to which the density of a further attempt is fitted, as a multiple of those of a round."""


@dataclass(frozen=True)
class McmcConfig:
    """Settings of the Markov chains, and of the rounds that find their proposal density.

    Args:
        chains: number of chains; even, because half of them are compared with the others.
        warmup: steps of each chain that are discarded.
        steps: steps of each chain that are kept.
        effective: required effective sample size of every parameter.
        attempts: largest number of attempts. If chains have not mixed, or have too small an effective sample size, new chains
            follow, whose proposal density is fitted to the previous draws.
        draws: parameter vectors simulated in each round.
        rounds: largest number of rounds.
    """

    chains: int = 6
    warmup: int = 200
    steps: int = 6000
    effective: int = 1000
    attempts: int = 5
    draws: int = 2000
    rounds: int = 40

    def __post_init__(self) -> None:
        if self.chains < 2 or self.chains % 2:
            raise ConfigError(f"mcmc.chains is {self.chains}, expected an even number")


@dataclass(frozen=True)
class Reference:
    """Draws from the posterior of one trajectory.

    Attributes:
        draws: (step, chain, parameter).
        rhat: rank-normalised split R̂ of every parameter, (parameter,).
        ess: bulk effective sample size of every parameter, (parameter,).
        acceptance: share of the proposals that were accepted, including the warm-up.
        log_evidence: log p(x) = log ∫ p(x | θ) p(θ) dθ by importance sampling, with :func:`log_likelihood` as log p(x | θ).
            Hence log p(θ | x) = log p(x | θ) - log p(x) + log p(θ).
    """

    draws: Array
    rhat: Array
    ess: Array
    acceptance: float
    log_evidence: float

    def thinned(self, count: int) -> Array:
        """``count`` of the draws, (count, parameter), from equally spaced steps."""
        steps, chains, _ = self.draws.shape
        kept = self.draws[np.linspace(0, steps - 1, -(-count // chains)).round().astype(int)]
        return kept.reshape(-1, kept.shape[-1])[:count]


def log_likelihood(system: System, theta: Array, times: Array, values: Array, noise: float) -> Array:
    """log p(x | θ) = -Σ (x - x(t; θ))² / 2σ² up to a constant, (n,), for parameters (n, parameter), over the observed values.

    Args:
        system: the simulated system.
        theta: parameters and initial state.
        times: times of one trajectory's observations, (time,).
        values: observed values, (time, feature); NaN where one is missing.
        noise: standard deviation σ of their noise.
    """
    predicted = system.solution(theta, np.broadcast_to(times, (len(theta), len(times))))
    squares, missing = ((values - predicted) / noise) ** 2, np.isnan(values)
    if missing.any():
        squares[:, missing] = 0.0
    return -0.5 * squares.sum(axis=(1, 2))


def in_box(
    system: System, low: Array, high: Array, times: Array, values: Array, noise: float
) -> tuple[Callable[[Array], Array], Callable[[Array], Array]]:
    """The log-likelihood of parameters, and the parameters that standard normal numbers stand for, of a prior that is uniform
    in a box: what :func:`posterior_draws` takes.

    Args:
        system: the simulated system.
        low: lower bounds of the box, (parameter,).
        high: upper bounds of the box, (parameter,).
        times: times of the observations, (time,).
        values: observed values, (time, feature).
        noise: standard deviation of their noise.
    """
    return (
        lambda theta: log_likelihood(system, theta, times, values, noise),
        lambda u: low + (high - low) * ndtr(u),
    )


def posterior_draws(
    log_likelihood_of: Callable[[Array], Array],
    from_normal: Callable[[Array], Array],
    parameters: int,
    config: McmcConfig,
    seed: int | Sequence[int],
) -> Reference:
    """Draws from the posterior under a prior that is a function of standard normal numbers. Logs a warning if chains have
    not mixed.

    Parameters θ(u), with u standard normal, have the prior: θ = low + (high - low) Φ(u), with Φ the normal distribution
    function, is uniform in a box. Numbers beyond :data:`LARGEST_NORMAL` give the parameters there. Chains of u propose from a
    mixture of t-distributions. Rounds of importance sampling find it, from the prior through tempered posteriors. No proposal
    depends on a chain's state, so all are simulated at once. All chains propose from the same density, so R̂ does not reveal a
    region that this density misses.

    Args:
        log_likelihood_of: log p(x | θ) of parameters (n, parameter), (n,).
        from_normal: θ(u), (n, parameter) -> (n, parameter).
        parameters: number of parameters.
        config: settings.
        seed: seed of all draws, one number or several.

    Source: Cappé et al. 2004, Population Monte Carlo (https://doi.org/10.1198/106186004X12803), and Koblents & Míguez 2015,
    with tempered weights (https://arxiv.org/abs/1208.5600), for the rounds; Cappé et al. 2008
    (https://arxiv.org/abs/0710.4242) for mixtures as proposals; Tierney 1994
    (https://doi.org/10.1214/aos/1176325750) for independence chains, run by emcee (https://arxiv.org/abs/1202.3665); for R̂ and
    effective sample size Vehtari et al. 2021 (https://arxiv.org/abs/1903.08008).
    """

    def parameters_of(u: Array) -> Array:
        return from_normal(u.clip(-LARGEST_NORMAL, LARGEST_NORMAL))

    def log_target(u: Array) -> Array:
        return log_likelihood_of(parameters_of(u)) + norm.logpdf(u).sum(axis=1)

    rng = np.random.default_rng(seed)
    density = proposal(log_target, parameters, config.draws, config.rounds, rng)
    proposed: list[Array] = []
    log_weights: list[Array] = []
    for further in reversed(range(config.attempts)):
        proposed.append(density.sample(config.chains * (1 + config.warmup + config.steps), rng))
        log_weights.append(log_target(proposed[-1]) - density.log_density(proposed[-1]))
        states, acceptance = _independence_chains(log_weights[-1], config, rng)
        draws = parameters_of(proposed[-1][states])
        rhat, ess = (
            np.asarray(measure(draws, chain_axis=1, draw_axis=0)) for measure in (array_stats.rhat, array_stats.ess)
        )
        if (rhat < MIXED).all() and (ess >= config.effective).all():
            break
        if further:
            density = Mixture.fitted(
                resampled(np.concatenate(proposed), np.concatenate(log_weights), REFITTED * config.draws, rng), rng
            )
    else:
        logger.warning(
            "R-hat is %.3f and the effective sample size %.0f, expected below %g and at least %d: raise mcmc.steps or "
            "mcmc.draws",
            *(rhat.max(), ess.min(), MIXED, config.effective),
        )
    log_evidence = float(logsumexp(log_weights)) - np.log(np.size(log_weights))
    return Reference(draws, rhat, ess, acceptance, log_evidence)


def _independence_chains(
    log_weights: Array, config: McmcConfig, rng: np.random.Generator
) -> tuple[NDArray[np.int64], float]:
    """States of Markov chains as numbers of their proposals, (step, chain), and the share of accepted proposals.

    Args:
        log_weights: of the proposals, which do not depend on a chain's state, (proposal,). Hence the Hastings ratio is the
            ratio of the weights.
        config: settings.
        rng: random numbers.
    """
    start, *steps = np.arange(len(log_weights)).reshape(-1, config.chains, 1)
    upcoming = iter(steps)
    sampler = emcee.EnsembleSampler(
        config.chains,
        1,
        lambda state: log_weights[state[:, 0].astype(int)],
        moves=emcee.moves.MHMove(lambda *_: (next(upcoming), np.zeros(config.chains))),
        vectorize=True,
    )
    sampler.random_state = np.random.RandomState(rng.integers(2**32)).get_state()
    sampler.run_mcmc(start, len(steps))
    return sampler.get_chain(discard=config.warmup)[..., 0].astype(int), float(sampler.acceptance_fraction.mean())
