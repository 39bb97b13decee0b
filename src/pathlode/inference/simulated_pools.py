"""Simulations of any simulator for flows that are trained on fresh ones."""

from dataclasses import dataclass

import torch
from torch import Tensor

from pathlode.inference.observed_summary import ObservedSummary
from pathlode.inference.simulator import PriorSimulations


class SummarisedSimulations:
    """Simulations and their summaries, as :class:`pathlode.inference.fresh.FreshTraining` takes them.

    Args:
        simulations: the simulator with its prior.
        summarise: what the flow is given of observations.

    Attributes:
        simulated: number of simulations so far that did not fail.
        failed: number of those that did.
    """

    def __init__(self, simulations: PriorSimulations, summarise: ObservedSummary) -> None:
        self.simulations, self.summarise = simulations, summarise
        self.simulated = self.failed = 0

    def pool(self, count: int, seed: tuple[int, ...]) -> "SummarisedPool":
        """Simulates ``count`` observations; the seed decides which."""
        pairs = self.simulations.draw(count, *seed)
        self.simulated, self.failed = self.simulated + count, self.failed + pairs.failed
        return SummarisedPool(pairs.theta, self.summarise(pairs.x))


@dataclass(frozen=True)
class SummarisedPool:
    """Parameters and the summaries of their observations.

    Attributes:
        theta: (n, parameter).
        given: what a flow is given, (n, ...).
    """

    theta: Tensor
    given: Tensor

    def observe(self, chosen: Tensor, generator: torch.Generator) -> Tensor:
        """What a flow is given of the chosen observations. Their noise is the simulator's and not drawn again."""
        return self.given[chosen]
