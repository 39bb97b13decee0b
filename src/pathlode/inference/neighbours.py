"""How far summaries are from their nearest neighbours among simulated ones."""

from collections.abc import Callable

import torch
from torch import Tensor

from pathlode.inference.flows.contract import Flow
from pathlode.inference.flows.mixture import FlowMixture

SURPRISING = 2**21 + 1
"""Number of the simulations that observations are compared with, which are others than those of the training."""
NEIGHBOURS = 10
"""Simulations that are nearest to an observation."""
LEAST_SUMMARY_VARIANCE = 1e-3
"""Least variance of a direction in the space of summaries, as a share of the mean variance."""


@torch.no_grad()
def summary_p_values(flow: Flow | FlowMixture, known: Tensor, others: Tensor, given: Tensor) -> Tensor:
    """p-values of m observations, (m,): small if few simulations are as far from their nearest neighbours.

    Args:
        flow: their posterior.
        known: what the flow is given of simulations among which neighbours are found, (k, ...).
        others: the same of simulations from whose distances p-values come, (n, ...).
        given: what the flow is given of the observations, (m, ...).
    """
    whitened = whitening(flow, known)
    near = whitened(known)
    scores = [
        torch.cdist(whitened(some), near).topk(NEIGHBOURS, largest=False).values.mean(dim=1) for some in (given, others)
    ]
    return p_values(*scores)


def p_values(scores: Tensor, simulated: Tensor) -> Tensor:
    """Share of simulated scores and the score itself that are at least as large, (m,)."""
    return (1 + (simulated >= scores[:, None]).sum(dim=1)) / (1 + len(simulated))


def whitening(flow: Flow | FlowMixture, known: Tensor) -> Callable[[Tensor], Tensor]:
    """A map of what a flow is given, (n, ...), to numbers without correlation among the known, (n, number). What the flow's own
    network shortens counts by the numbers that the network makes of it.
    """

    def told(given: Tensor) -> Tensor:
        return flow.told(given).double()

    numbers = told(known)
    centre, (variances, axes) = numbers.mean(dim=0), torch.linalg.eigh(numbers.T.cov().view(numbers.shape[1], -1))
    units = (variances + LEAST_SUMMARY_VARIANCE * variances.mean()).rsqrt()
    return lambda given: (told(given) - centre) @ axes * units
