"""Posteriors of lynx and hare by Markov chains and by flows, and their scores."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import torch
from scipy.special import ndtr
from torch import Tensor

from pathlode.arrays import Array
from pathlode.core.observed import Observed
from pathlode.core.series import TimeSeries
from pathlode.inference.box import Box
from pathlode.inference.c2st import c2st
from pathlode.inference.central import share_inside
from pathlode.inference.flows.settings import FlowConfig
from pathlode.inference.reference import McmcConfig, posterior_draws
from pathlode.models.contract import SequenceModel
from pathlode.real.hudson_bay import Pelts
from pathlode.real.lynx_hare import LynxHare, from_quantiles, log_likelihood_of_pelts, log_populations
from pathlode.real.pelt_results import EXACT, PeltPosteriors, SimulatedPelts
from pathlode.registry import FLOWS
from pathlode.reporting.floors import accuracy_excess

ENCODED_TABLES = 1000
"""Tables that are summarised at once: bounds the memory."""
PARAMETERS = len(LynxHare.parameters)


def exact_posteriors(pelts: Pelts, replicates: Sequence[int], mcmc: McmcConfig, draws: int) -> PeltPosteriors:
    """The posteriors by Markov chains, twice as many draws as are compared, so that two halves can be."""
    started = time.process_time()
    found = [
        posterior_draws(
            lambda theta: log_likelihood_of_pelts(theta, pelts.values),
            lambda u: from_quantiles(ndtr(u)),
            PARAMETERS,
            mcmc,
            seed=[number, 4],
        )
        for number in replicates
    ]
    seconds = (time.process_time() - started) / len(found)
    return PeltPosteriors(
        EXACT,
        list(replicates),
        np.stack([reference.thinned(2 * draws) for reference in found]),
        np.array([reference.rhat.max() for reference in found]),
        np.array([reference.ess.min() for reference in found]),
        np.full(len(found), seconds),
    )


def log_series(pelts: Array, name: str) -> TimeSeries:
    """Logarithms of thousand pelts (..., year, 2) as series, at the years from the first on."""
    times = torch.arange(pelts.shape[-2], dtype=torch.float32).expand(pelts.shape[:-1])
    return TimeSeries(times, torch.from_numpy(np.log(pelts)).float(), name)


def observed_pelts(simulated: SimulatedPelts, validation: int) -> Observed:
    """Data of a stack of latent ODEs, one set of tables per replicate, the last ``validation`` of each for validation."""
    values = simulated.values.astype(float)
    training = log_series(values[:, :-validation], "simulated pelts, training")
    return Observed(training, log_series(values[:, -validation:], "simulated pelts, validation"))


@torch.no_grad()
def latent_summary(model: SequenceModel, pelts: Array) -> Tensor:
    """z0 of each table by a model of one member, and for each species the log root mean square of the model's residuals:
    z0 holds the rates and populations, the residuals the noise. (table, latent + 2).
    """
    found = []
    for first in range(0, len(pelts), ENCODED_TABLES):
        series = log_series(pelts[first : first + ENCODED_TABLES], "pelts")
        predicted = model(series.times, series.values)
        left = (predicted.values[0] - series.values).square().mean(dim=1)
        found.append(torch.cat([predicted.z0[0], left.log() / 2], dim=1))
    return torch.cat(found)


def own_values(pelts: Array) -> Tensor:
    """The logarithms of all values of each table, (table, year · 2): a summary without a model."""
    return torch.from_numpy(np.log(pelts).reshape(len(pelts), -1)).float()


def flow_posteriors(
    source: str,
    pelts: Pelts,
    simulated: SimulatedPelts,
    models: SequenceModel | None,
    replicates: Sequence[int],
    flow: Mapping[str, Any],
    draws: int,
    train_seconds: float = 0.0,
) -> PeltPosteriors:
    """Posteriors by flows, one fitted to each replicate's simulations.

    The flows are densities of the parameters' quantiles in the prior, which lie in a box.

    Args:
        source: name of the summary.
        pelts: what was measured.
        simulated: simulations of all replicates.
        models: a stack with one latent ODE per replicate; None for a flow conditioned on the values themselves.
        replicates: their numbers, which are the flows' seeds.
        flow: settings, as in :class:`pathlode.inference.flows.FlowConfig`.
        draws: number of draws from each posterior.
        train_seconds: CPU seconds of a latent ODE's training.
    """
    box, config = Box([0.0] * PARAMETERS, [1.0] * PARAMETERS), FlowConfig(**flow)
    drawn, seconds = [], []
    for place, number in enumerate(replicates):
        started = time.process_time()
        model = None if models is None else models.member(place)
        given, measured = (
            own_values(own) if model is None else latent_summary(model, own)
            for own in (simulated.values[place].astype(float), pelts.values[None])
        )
        fitted = FLOWS[config.backend](box, given.shape[1], config, number)
        fitted.fit(torch.from_numpy(simulated.quantiles[place]), given)
        drawn.append(from_quantiles(fitted.sample(draws, measured, number)[:, 0].double().numpy()))
        seconds.append(time.process_time() - started + train_seconds)
    unknown = np.full(len(drawn), np.nan)
    return PeltPosteriors(source, list(replicates), np.stack(drawn), unknown, unknown, np.array(seconds))


def predicted_pelts(draws: Array, years: int, seed: int = 0) -> Array:
    """Thousand pelts from the posterior predictive distribution of draws (draw, parameter), (draw, year, 2)."""
    times = np.tile(np.arange(years, dtype=float), (len(draws), 1))
    errors = draws[:, None, 6:] * np.random.default_rng(seed).standard_normal((len(draws), years, 2))
    return np.exp(log_populations(draws, times) + errors)


def pelt_scores(posteriors: PeltPosteriors, exact: PeltPosteriors, pelts: Pelts, data: str) -> pd.DataFrame:
    """Rows of :class:`pathlode.real.pelt_results.PeltScores`. The first half of the exact draws is classified against the other
    half for the floor, and against equally many draws of a flow.
    """
    rows = []
    for place, number in enumerate(posteriors.replicates):
        half, other = exact.draws[place, ::2], exact.draws[place, 1::2]
        own = other if posteriors.source == EXACT else posteriors.draws[place]
        floor, accuracy = c2st(other, half), c2st(own, half)
        rows.append(
            {
                "data": data,
                "source": posteriors.source,
                "seed": number,
                "c2st": accuracy,
                "c2st_excess": accuracy_excess(accuracy, floor, len(half) + len(other)),
                "mean_off": (np.abs(own.mean(axis=0) - half.mean(axis=0)) / half.std(axis=0)).max(),
                "predictive_coverage": share_inside(predicted_pelts(own, len(pelts.years)), pelts.values),
                "rhat": posteriors.rhat[place],
                "ess": posteriors.ess[place],
                "train_seconds": posteriors.train_seconds[place],
            }
        )
    return pd.DataFrame(rows)
