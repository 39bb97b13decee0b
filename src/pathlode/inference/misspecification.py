"""Whether an observation is unlike what a simulator makes. Its posterior then means nothing, however narrow it is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from pathlode.core.series import TimeSeries
from pathlode.core.tables.convert import as_numbers
from pathlode.errors import ConfigError
from pathlode.inference.flows.contract import Flow
from pathlode.inference.observed_summary import ObservedSummary
from pathlode.inference.simulator import PriorSimulations

SURPRISING = 2**21 + 1
"""Number of the simulations that observations are compared with, which are others than those of the training."""
_NEIGHBOURS = 10
"""Simulations that are nearest to an observation."""
_LEAST = 1e-3
"""Least variance of a direction in the space of summaries, as a share of the mean variance."""


@dataclass(frozen=True)
class Misspecification:
    """p-values of m observations: small if simulations hardly ever look like it.

    Each is the share of simulated observations, itself among them, with as large a score. A score of an observation from the
    simulator and its prior is exchangeable with theirs, so p <= α has at most probability α, whatever the posterior is.

    Attributes:
        summary_p: by the mean distance of the summary from its nearest neighbours among simulated summaries, (m,).
        predictive_p: by the distance of the summary from those that draws from its posterior predict, (m,).

    Source: Vovk et al. 2005, Algorithmic Learning in a Random World, for the p-values; Gelman et al. 1996, Posterior predictive
    assessment of model fitness.
    """

    summary_p: Tensor
    predictive_p: Tensor

    def alarms(self, level: float = 0.05) -> Tensor:
        """Whether either p-value is at most half the level, (m,). Of observations that are from the simulator and its prior,
        at most this share sets off an alarm.

        Raises:
            ConfigError: if the level is no share between 0 and 1.
        """
        if not 0 < level < 1:
            raise ConfigError(f"the level of alarms is {level}, expected a share between 0 and 1")
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
    """
    if simulated < 2 * _NEIGHBOURS or draws < 2:
        raise ConfigError(
            f"an observation is compared with {simulated} simulations and {draws} draws, expected at least "
            f"{2 * _NEIGHBOURS} and 2"
        )
    if (designs is None) != (simulations.design is None):
        raise ConfigError(
            "the simulator has designs, but the observations have none: give theirs as design=..."
            if designs is None
            else "observations have a design, but the simulator has none: leave out design="
        )
    pairs = simulations.draw(2 * simulated, seed, SURPRISING)
    known = summarise(pairs.x)
    whitened = _whitening(flow, known[:simulated])
    told = whitened(torch.cat([known[simulated:].to(given), given]))
    every = None
    if designs is not None and pairs.designs is not None:
        own = as_numbers(designs, "designs")
        every = torch.cat([pairs.designs[simulated:].to(own), own]).repeat(draws, *[1] * (own.ndim - 1))
    theta = flow.sample(draws, torch.cat([known[simulated:].to(given), given]), seed)
    again = simulations.again(theta.flatten(0, 1), every, seed + 1)
    predicted = _finite(again, lambda x: whitened(summarise(x))).unflatten(0, (draws, len(told)))
    mean, squares = predicted.nanmean(dim=0), (predicted - predicted.nanmean(dim=0)).square().nanmean(dim=0)
    off = ((told - mean).square() / (squares + _LEAST)).mean(dim=1).nan_to_num(torch.inf)
    summary_p = summary_p_values(flow, known[:simulated], known[simulated:], given)
    return Misspecification(summary_p, _p_values(off[simulated:], off[:simulated]))


@torch.no_grad()
def summary_p_values(flow: Flow, known: Tensor, others: Tensor, given: Tensor) -> Tensor:
    """:attr:`Misspecification.summary_p` of m observations, (m,).

    Args:
        flow: their posterior.
        known: what the flow is given of simulations among which neighbours are found, (k, ...).
        others: the same of simulations from whose distances p-values come, (n, ...).
        given: what the flow is given of the observations, (m, ...).
    """
    whitened = _whitening(flow, known)
    near = whitened(known)
    scores = [
        torch.cdist(whitened(some), near).topk(_NEIGHBOURS, largest=False).values.mean(dim=1)
        for some in (given, others)
    ]
    return _p_values(*scores)


def _p_values(scores: Tensor, simulated: Tensor) -> Tensor:
    """Share of simulated scores and the score itself that are at least as large, (m,)."""
    return (1 + (simulated >= scores[:, None]).sum(dim=1)) / (1 + len(simulated))


def _whitening(flow: Flow, known: Tensor) -> Callable[[Tensor], Tensor]:
    """A map of what a flow is given, (n, ...), to numbers without correlation among the known, (n, number). What the flow's own
    network shortens counts by the numbers that the network makes of it.
    """

    def told(given: Tensor) -> Tensor:
        return flow.embed(flow.standard_observations(flow.as_given(given))).double()

    numbers = told(known)
    centre, (variances, axes) = numbers.mean(dim=0), torch.linalg.eigh(numbers.T.cov().view(numbers.shape[1], -1))
    units = (variances + _LEAST * variances.mean()).rsqrt()
    return lambda given: (told(given) - centre) @ axes * units


def _finite(x: Tensor | TimeSeries, of: Callable[[Any], Tensor]) -> Tensor:
    """A function of the observations whose numbers are finite, (n, number); NaN for the others."""
    if isinstance(x, TimeSeries):
        return of(x)
    good = x.isfinite().flatten(1).all(dim=1)
    found = of(x[good])
    return found.new_full((len(x), found.shape[1]), torch.nan).index_put((good,), found)
