"""The reference posterior of one observed trajectory, by Markov chains: what flows are compared with.

A trajectory of a deterministic system with Gaussian noise has a likelihood that can be computed, unlike what simulation-based
inference is made for.
"""

import logging
from dataclasses import dataclass

import emcee
import numpy as np
from arviz_stats.base import array_stats
from numpy.typing import NDArray

from pathlode.errors import ConfigError
from pathlode.systems.contract import Array, System

logger = logging.getLogger(__name__)

MIXED = 1.01
"""Largest R̂ of chains that have mixed."""


@dataclass(frozen=True)
class McmcConfig:
    """Ensembles of walkers, with moves by differential evolution and by the ensemble's own density.

    Args:
        ensembles: independent of each other.
        walkers: in each ensemble.
        warmup: steps of each that are thrown away.
        steps: steps of each that are kept.
        prior_draws: draws from the prior for each ensemble; its walkers begin at random ones of the most likely quarter.
    """

    ensembles: int = 2
    walkers: int = 64
    warmup: int = 300
    steps: int = 1000
    prior_draws: int = 4000

    def __post_init__(self) -> None:
        if self.walkers % 2 or not 4 <= 4 * self.walkers <= self.prior_draws:
            raise ConfigError(
                f"reference.walkers is {self.walkers}, expected an even number, at most a quarter of prior_draws, "
                f"{self.prior_draws}"
            )


@dataclass(frozen=True)
class Reference:
    """Draws from the posterior of one trajectory.

    The walkers of one ensemble are not independent, which R̂ and effective sample size take them for; those of different
    ensembles are.

    Attributes:
        draws: (step, walker, parameter).
        rhat: rank-normalised split R̂ of every parameter over the walkers of all ensembles, (parameter,).
        ess: bulk effective sample size of every parameter, (parameter,).
        acceptance: share of the proposals that were accepted.
    """

    draws: Array
    rhat: Array
    ess: Array
    acceptance: float

    def thinned(self, count: int) -> Array:
        """So many of the draws, (count, parameter), from steps that are equally far apart."""
        steps, walkers, _ = self.draws.shape
        kept = self.draws[np.linspace(0, steps - 1, -(-count // walkers)).round().astype(int)]
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

    Args:
        system: what is simulated.
        low: the box's lower ends, (parameter,).
        high: its upper ends, (parameter,).
        times: of the observations, (time,).
        values: observed, (time, feature).
        noise: their standard deviation.
        config: settings.
        seed: of the walkers.

    Source: Foreman-Mackey et al. 2013, emcee: the MCMC hammer (https://arxiv.org/abs/1202.3665); for R̂ and effective sample
    size Vehtari et al. 2021 (https://arxiv.org/abs/1903.08008).
    """

    def log_prob(theta: Array) -> Array:
        scores = np.full(len(theta), -np.inf)
        inside = ((theta >= low) & (theta <= high)).all(axis=1)
        if inside.any():
            scores[inside] = log_likelihood(system, theta[inside], times, values, noise)
        return scores

    moves = [(emcee.moves.DEMove(), 0.5), (emcee.moves.DESnookerMove(), 0.1), (emcee.moves.KDEMove(), 0.4)]
    chains, acceptance = [], []
    for stream in np.random.SeedSequence(seed).spawn(config.ensembles):
        rng = np.random.default_rng(stream)
        tried = rng.uniform(low, high, (config.prior_draws, len(low)))
        likely = tried[np.argsort(log_prob(tried))[-(config.prior_draws // 4) :]]
        sampler = emcee.EnsembleSampler(config.walkers, len(low), log_prob, moves=moves, vectorize=True)
        sampler.random_state = np.random.RandomState(rng.integers(2**32)).get_state()
        state = sampler.run_mcmc(rng.choice(likely, config.walkers, replace=False), config.warmup)
        sampler.reset()
        sampler.run_mcmc(state, config.steps)
        chains.append(sampler.get_chain())
        acceptance.append(sampler.acceptance_fraction.mean())
    draws: NDArray[np.float64] = np.concatenate(chains, axis=1)
    rhat, ess = (
        np.asarray(measure(draws, chain_axis=1, draw_axis=0)) for measure in (array_stats.rhat, array_stats.ess)
    )
    if not (rhat < MIXED).all():
        logger.warning("R-hat is %.3f, expected below %g: give the chains more steps", rhat.max(), MIXED)
    return Reference(draws, rhat, ess, float(np.mean(acceptance)))
