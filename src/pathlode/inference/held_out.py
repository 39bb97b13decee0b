"""The reference posterior of a held-out system, and its scores."""

import time

import numpy as np

from pathlode.core.series import TimeSeries
from pathlode.dynamics.data import Split
from pathlode.dynamics.systems.contract import System
from pathlode.inference.c2st import c2st
from pathlode.inference.ensemble import EnsembleConfig, ensemble_draws
from pathlode.inference.predictive import predictive_coverage
from pathlode.inference.reference import McmcConfig, in_box, log_likelihood, posterior_draws
from pathlode.inference.reference_posteriors import References


def reference_posterior(
    system: System,
    held_out: Split,
    seed: int,
    number: int,
    noise: float,
    mcmc: McmcConfig,
    draws: int,
    predicted: int,
    second: EnsembleConfig | None = None,
) -> References:
    """Draws from the posterior of one system, with the log-density of the truth, ``log p(x | θ) - log p(x) + log p(θ)``.

    Args:
        system: the simulated system; its prior is uniform in a box.
        held_out: the trajectories of a replicate.
        seed: number of the replicate.
        number: index of the trajectory; with the seed it makes all draws.
        noise: standard deviation of the noise in the observations.
        mcmc: settings of the chains.
        draws: number of draws in each of the two halves that are compared with each other.
        predicted: number of draws with which the system is simulated again.
        second: settings of another sampler, whose draws are compared with those of the chains; None for no comparison.
    """
    one = slice(number, number + 1)
    series = TimeSeries(held_out.observed.times[one], held_out.observed.values[one])
    times, values = series.times[0].numpy(), series.values[0].numpy()
    low, high = np.array(system.low), np.array(system.high)
    target = in_box(system, low, high, times, values, noise)
    begun = time.process_time()
    reference = posterior_draws(*target, len(low), mcmc, seed=[seed, number])
    seconds = time.process_time() - begun
    thinned, some = reference.thinned(2 * draws), reference.thinned(predicted)
    agreement = np.nan
    if second is not None:
        others = ensemble_draws(*target, len(low), second, draws, seed=[seed, number, 1])
        agreement = c2st(others, thinned[::2])
    truth = held_out.parameters[one].numpy()
    likelihood = log_likelihood(system, truth, times, values, noise)
    return References(
        seed=np.array([seed]),
        number=np.array([number]),
        truth=truth,
        times=times[None],
        values=values[None],
        draws=thinned[None],
        rhat=reference.rhat[None],
        ess=reference.ess[None],
        acceptance=np.array([reference.acceptance]),
        log_prob=likelihood - reference.log_evidence - np.log(high - low).sum(),
        c2st_floor=np.array([c2st(thinned[::2], thinned[1::2])]),
        c2st_second=np.array([agreement]),
        seconds=np.array([seconds]),
        predictive_coverage=np.array([predictive_coverage(system, some[:, None], series, noise)]),
    )
