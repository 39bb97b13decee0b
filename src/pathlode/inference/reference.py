"""The reference posterior of one observed trajectory, by Markov chains: what flows are compared with.

A trajectory of a deterministic system with Gaussian noise has a likelihood that can be computed, unlike what simulation-based
inference is made for.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass

import emcee
import numpy as np
from arviz_stats.base import array_stats
from scipy.optimize import brentq
from scipy.special import logsumexp, ndtr
from scipy.stats import gaussian_kde, norm

from pathlode.arrays import Array
from pathlode.dynamics.systems.contract import System
from pathlode.errors import ConfigError

logger = logging.getLogger(__name__)

MIXED = 1.01
"""Largest R̂ of chains that have mixed."""


TEMPERED = 0.1
"""Effective share of the draws to which their importance weights are tempered when a density is fitted to them."""
WIDE, WIDER = 0.2, 1.6
"""Share of the proposals that come from kernels so many times as wide: the tails that others would miss."""


@dataclass(frozen=True)
class McmcConfig:
    """Markov chains, and the rounds in which the density is found that they propose from.

    Args:
        chains: an even number, so that half of them can be compared with the others.
        warmup: steps of each that are thrown away.
        steps: steps of each that are kept.
        effective: sample size of every parameter that is asked for.
        attempts: at most; chains that have not mixed, or not so many effective draws, are followed by others that propose from
            what these have drawn.
        draws: simulated in each round.
        rounds: at most.
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
            raise ConfigError(f"reference.mcmc.chains is {self.chains}, expected an even number")


@dataclass(frozen=True)
class Reference:
    """Draws from the posterior of one trajectory.

    Attributes:
        draws: (step, chain, parameter).
        rhat: rank-normalised split R̂ of every parameter, (parameter,).
        ess: bulk effective sample size of every parameter, (parameter,).
        acceptance: share of the proposals that were accepted, those of the warm-up among them.
        log_evidence: log p(x) = log ∫ p(x | θ) p(θ) dθ, with :func:`log_likelihood` as log p(x | θ), by importance sampling. So
            log p(θ | x) = log p(x | θ) - log p(x) + log p(θ).
    """

    draws: Array
    rhat: Array
    ess: Array
    acceptance: float
    log_evidence: float

    def thinned(self, count: int) -> Array:
        """So many of the draws, (count, parameter), from steps that are equally far apart."""
        steps, chains, _ = self.draws.shape
        kept = self.draws[np.linspace(0, steps - 1, -(-count // chains)).round().astype(int)]
        return kept.reshape(-1, kept.shape[-1])[:count]


def log_likelihood(system: System, theta: Array, times: Array, values: Array, noise: float) -> Array:
    """log p(x | θ) = -Σ (x - x(t; θ))² / 2σ² up to a constant, (n,), of parameters (n, parameter).

    Args:
        system: what is simulated.
        theta: parameters and initial state.
        times: of one trajectory's observations, (time,).
        values: observed, (time, feature).
        noise: their standard deviation σ.
    """
    predicted = system.solution(theta, np.broadcast_to(times, (len(theta), len(times))))
    return -0.5 * (((values - predicted) / noise) ** 2).sum(axis=(1, 2))


def sample(
    system: System,
    low: Array,
    high: Array,
    times: Array,
    values: Array,
    noise: float,
    config: McmcConfig,
    seed: int,
) -> Reference:
    """Draws from the posterior under a prior that is uniform in a box. Chains that have not mixed are told of.

    Parameters θ = low + (high - low) Φ(u), with u standard normal and Φ its distribution function, have that prior. Chains of u
    propose from a kernel density, which is found in rounds of importance sampling, from the prior through tempered posteriors.
    Since no proposal depends on a chain's state, all are simulated at once. All chains propose from the same density: R̂ does
    not show what all of its rounds have missed.

    Args:
        system: what is simulated.
        low: the box's lower ends, (parameter,).
        high: its upper ends, (parameter,).
        times: of the observations, (time,).
        values: observed, (time, feature).
        noise: their standard deviation.
        config: settings.
        seed: of all draws.

    Source: Cappé et al. 2004, Population Monte Carlo (https://doi.org/10.1198/106186004X12803), and Koblents & Míguez 2015,
    with tempered weights (https://arxiv.org/abs/1208.5600), for the rounds; Tierney 1994
    (https://doi.org/10.1214/aos/1176325750) for independence chains, run by emcee (https://arxiv.org/abs/1202.3665); for R̂ and
    effective sample size Vehtari et al. 2021 (https://arxiv.org/abs/1903.08008).
    """

    def theta(u: Array) -> Array:
        return low + (high - low) * ndtr(u)

    def log_target(u: Array) -> Array:
        return log_likelihood(system, theta(u), times, values, noise) + norm.logpdf(u).sum(axis=1)

    rng = np.random.default_rng(seed)
    density = _kernel_density(log_target, len(low), config, rng)
    log_evidences: list[float] = []
    for further in reversed(range(config.attempts)):
        u, acceptance, log_evidence = _independence_chains(log_target, density, config, rng)
        log_evidences.append(log_evidence)
        draws = theta(u)
        rhat, ess = (
            np.asarray(measure(draws, chain_axis=1, draw_axis=0)) for measure in (array_stats.rhat, array_stats.ess)
        )
        if (rhat < MIXED).all() and (ess >= config.effective).all():
            break
        if further:
            states, counts = np.unique(rng.choice(u.reshape(-1, len(low)), config.draws), axis=0, return_counts=True)
            density = gaussian_kde(states.T, weights=counts)
    else:
        logger.warning(
            "R-hat is %.3f and the effective sample size %.0f, expected below %g and at least %d: give the chains more steps, "
            "or the rounds more draws",
            *(rhat.max(), ess.min(), MIXED, config.effective),
        )
    return Reference(draws, rhat, ess, acceptance, float(logsumexp(log_evidences)) - np.log(len(log_evidences)))


def _independence_chains(
    log_target: Callable[[Array], Array], density: gaussian_kde, config: McmcConfig, rng: np.random.Generator
) -> tuple[Array, float, float]:
    """States of Markov chains that propose from a kernel density, (step, chain, parameter); share of proposals accepted; and
    log mean weight of all proposals.
    """
    wide = gaussian_kde(density.dataset, weights=density.weights, bw_method=WIDER * density.factor)
    numbers = np.arange(config.chains * (1 + config.warmup + config.steps)).reshape(-1, config.chains, 1)
    from_wide = rng.binomial(numbers.size, WIDE)
    u = np.hstack([density.resample(numbers.size - from_wide, rng), wide.resample(from_wide, rng)])
    u = rng.permutation(u.T)
    log_weights = log_target(u) - np.logaddexp(np.log(1 - WIDE) + density.logpdf(u.T), np.log(WIDE) + wide.logpdf(u.T))

    # A chain's state is the number of a proposal. No proposal depends on it, so the Hastings ratio is that of the weights.
    start, upcoming = numbers[0], iter(numbers[1:])
    sampler = emcee.EnsembleSampler(
        config.chains,
        1,
        lambda state: log_weights[state[:, 0].astype(int)],
        moves=emcee.moves.MHMove(lambda *_: (next(upcoming), np.zeros(config.chains))),
        vectorize=True,
    )
    sampler.random_state = np.random.RandomState(rng.integers(2**32)).get_state()
    sampler.run_mcmc(start, len(numbers) - 1)
    chains = sampler.get_chain(discard=config.warmup)[..., 0].astype(int)
    log_mean = float(logsumexp(log_weights)) - np.log(len(log_weights))
    return u[chains], float(sampler.acceptance_fraction.mean()), log_mean


def _kernel_density(
    log_target: Callable[[Array], Array], parameters: int, config: McmcConfig, rng: np.random.Generator
) -> gaussian_kde:
    """A kernel density like the target's: that of draws with importance weights wᵝ, of which the next draws are made, until
    β, as large as leaves :data:`TEMPERED` of them effective, is 1 in two rounds.
    """
    u = rng.standard_normal((config.draws, parameters))
    log_density = norm.logpdf(u).sum(axis=1)
    complete = 0
    for _ in range(config.rounds):
        log_weights = log_target(u) - log_density
        log_weights -= log_weights.max()

        def surplus(beta: float, log_weights: Array = log_weights) -> float:
            weights = np.exp(beta * log_weights)
            return float(weights.sum() ** 2 / (weights**2).sum() - TEMPERED * config.draws)

        beta = 1.0 if surplus(1.0) >= 0 else brentq(surplus, 0.0, 1.0)
        density = gaussian_kde(u.T, weights=np.exp(beta * log_weights))
        complete += beta == 1.0
        if complete == 2:
            return density
        u = density.resample(config.draws, rng).T
        log_density = density.logpdf(u.T)
    logger.warning("the posterior was not reached in %d rounds: raise rounds or their draws", config.rounds)
    return density
