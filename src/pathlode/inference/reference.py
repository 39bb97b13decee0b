"""The exact posterior of one observed trajectory, by Markov chains: what flows are compared with.

A trajectory of a deterministic system with Gaussian noise has a likelihood that can be computed, unlike what simulation-based
inference is made for.
"""

from dataclasses import dataclass

import emcee
import numpy as np
from arviz_stats.base import array_stats
from numpy.typing import NDArray

from pathlode.errors import ConfigError
from pathlode.systems.contract import Array, System


@dataclass(frozen=True)
class ChainConfig:
    """An ensemble of walkers (Goodman & Weare 2010), with moves by differential evolution and by the ensemble's own density.

    Args:
        walkers: in the ensemble.
        warmup: steps of each that are thrown away.
        steps: steps of each that are kept.
        prior_draws: draws from the prior, of which the most likely ones are the walkers' first places.
    """

    walkers: int = 64
    warmup: int = 300
    steps: int = 1000
    prior_draws: int = 4000

    def __post_init__(self) -> None:
        if self.walkers % 2 or not 4 <= self.walkers <= self.prior_draws:
            raise ConfigError(
                f"reference.walkers is {self.walkers}, expected an even number of at least 4, and at most prior_draws, "
                f"{self.prior_draws}"
            )


@dataclass(frozen=True)
class Reference:
    """Draws from the posterior of one trajectory.

    Attributes:
        draws: (step, walker, parameter).
        rhat: rank-normalised split R̂ of every parameter, each walker a chain, (parameter,).
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
    config: ChainConfig,
    seed: int,
) -> Reference:
    """Draws from the posterior under a prior that is uniform in a box.

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
    rng = np.random.default_rng(seed)

    def log_prob(theta: Array) -> Array:
        scores = np.full(len(theta), -np.inf)
        inside = ((theta >= low) & (theta <= high)).all(axis=1)
        if inside.any():
            scores[inside] = log_likelihood(system, theta[inside], times, values, noise)
        return scores

    tried = rng.uniform(low, high, (config.prior_draws, len(low)))
    start = tried[np.argsort(log_prob(tried))[-config.walkers :]]
    moves = [(emcee.moves.DEMove(), 0.5), (emcee.moves.DESnookerMove(), 0.1), (emcee.moves.KDEMove(), 0.4)]
    sampler = emcee.EnsembleSampler(config.walkers, len(low), log_prob, moves=moves, vectorize=True)
    sampler.random_state = np.random.RandomState(seed).get_state()
    state = sampler.run_mcmc(start, config.warmup)
    sampler.reset()
    sampler.run_mcmc(state, config.steps)
    draws: NDArray[np.float64] = sampler.get_chain()
    return Reference(
        draws,
        np.asarray(array_stats.rhat(draws, chain_axis=1, draw_axis=0)),
        np.asarray(array_stats.ess(draws, chain_axis=1, draw_axis=0)),
        float(sampler.acceptance_fraction.mean()),
    )
