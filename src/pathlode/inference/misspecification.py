"""Whether an observation is unlike what a simulator makes. Its posterior then means nothing, however narrow it is."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Real
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import pad

from pathlode.core.series import TimeSeries
from pathlode.core.tables.convert import as_numbers
from pathlode.errors import ConfigError, DataError, is_count
from pathlode.inference.flows.contract import Flow
from pathlode.inference.neighbours import (
    LEAST_SUMMARY_VARIANCE,
    NEIGHBOURS,
    SURPRISING,
    p_values,
    summary_p_values,
    whitening,
)
from pathlode.inference.observed_summary import ObservedSummary
from pathlode.inference.simulator import PriorSimulations


@dataclass(frozen=True)
class Misspecification:
    """p-values of m observations: small if simulations hardly ever look like it.

    Each is the share of simulated observations, itself among them, with as large a score. A score of an observation from the
    simulator and its prior is exchangeable with theirs, so p <= α has at most probability α, whatever the posterior is.

    Attributes:
        summary_p: by the mean distance of the summary from its nearest neighbours among simulated summaries, (m,).
        predictive_p: by the distance of the summary from those that draws from its posterior predict, (m,).
        simulated: number of simulated observations that they are shares of, the observation not among them.

    Source: Vovk et al. 2005, Algorithmic Learning in a Random World, for the p-values; Gelman et al. 1996, Posterior predictive
    assessment of model fitness.
    """

    summary_p: Tensor
    predictive_p: Tensor
    simulated: int

    def alarms(self, level: float = 0.05) -> Tensor:
        """Whether either p-value is at most half the level, (m,). Of observations that are from the simulator and its prior,
        at most this share sets off an alarm.

        Raises:
            ConfigError: if the level is no share between 0 and 1, or no p-value of so few simulations can be that small.
        """
        if not isinstance(level, Real) or isinstance(level, bool) or not 0 < float(level) < 1:
            raise ConfigError(f"the level of alarms is {level}, expected a share between 0 and 1")
        if level * (1 + self.simulated) < 2:
            raise ConfigError(
                f"the level of alarms is {level}, which no p-value of {self.simulated} simulations can reach: ask for the "
                f"misspecification with simulated={math.ceil(2 / level) - 1}"
            )
        return torch.minimum(self.summary_p, self.predictive_p) <= level / 2


@torch.no_grad()
def misspecification(
    flow: Flow,
    summarise: ObservedSummary,
    simulations: PriorSimulations,
    given: Tensor,
    designs: Any,
    simulated: int,
    draws: int,
    seed: int,
) -> Misspecification:
    """Compares observations with simulated ones.

    Args:
        flow: their posterior.
        summarise: what the flow is given of observations.
        simulations: where simulated ones come from.
        given: what the flow is given of m observations, (m, ...).
        designs: their designs, (m, ...), if simulations have some.
        simulated: number of simulations in each of two sets: neighbours are from the first, and p-values from the second.
        draws: number of draws of each posterior with which the simulator predicts.
        seed: seed of simulations and draws.

    Raises:
        ConfigError: if there are too few simulations, or designs are missing.
        DataError: if the designs are not like those of the simulator.
    """
    if not (is_count(simulated) and is_count(draws)) or simulated < 2 * NEIGHBOURS or draws < 2:
        raise ConfigError(
            f"an observation is compared with {simulated} simulations and {draws} draws, expected at least "
            f"{2 * NEIGHBOURS} and 2"
        )
    if (designs is None) != (simulations.design is None):
        raise ConfigError(
            "the simulator has designs, but the observations have none: give theirs as design=..."
            if designs is None
            else "observations have a design, but the simulator has none: leave out design="
        )
    pairs = simulations.draw(2 * simulated, seed, SURPRISING)
    known = summarise(pairs.x)
    whitened = whitening(flow, known[:simulated])
    both = _together(known[simulated:], given)
    told = whitened(both)
    every = None
    if designs is not None and pairs.designs is not None:
        own = as_numbers(designs, "designs")
        if own.shape != (len(given), *pairs.designs.shape[1:]):
            raise DataError(
                f"designs have shape {tuple(own.shape)}, expected {(len(given), *pairs.designs.shape[1:])}: one for each "
                "observation, like those of the simulator"
            )
        every = torch.cat([pairs.designs[simulated:].to(own), own]).repeat(draws, *[1] * (own.ndim - 1))
    theta = flow.sample(draws, both, seed)
    again = simulations.again(theta.flatten(0, 1), every, seed + 1)
    predicted = _finite(again, lambda x: whitened(summarise(x))).unflatten(0, (draws, len(told)))
    mean, squares = predicted.nanmean(dim=0), (predicted - predicted.nanmean(dim=0)).square().nanmean(dim=0)
    off = ((told - mean).square() / (squares + LEAST_SUMMARY_VARIANCE)).mean(dim=1).nan_to_num(torch.inf)
    summary_p = summary_p_values(flow, known[:simulated], known[simulated:], given)
    return Misspecification(summary_p, p_values(off[simulated:], off[:simulated]), simulated)


def _together(known: Tensor, given: Tensor) -> Tensor:
    """What a flow is given of simulations and of observations, one after the other. NaN pads series of fewer times."""
    if given.ndim == 3:
        times = max(known.shape[1], given.shape[1])
        known, given = (pad(some, (0, 0, 0, times - some.shape[1]), value=torch.nan) for some in (known, given))
    return torch.cat([known.to(given), given])


def _finite(x: Tensor | TimeSeries, of: Callable[[Any], Tensor]) -> Tensor:
    """A function of the observations whose numbers are finite, (n, number); NaN for the others."""
    if isinstance(x, TimeSeries):
        return of(x)
    good = x.isfinite().flatten(1).all(dim=1)
    found = of(x[good])
    return found.new_full((len(x), found.shape[1]), torch.nan).index_put((good,), found)
