"""Several flows as one."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from pathlode.errors import ConfigError, is_count
from pathlode.inference.flows.contract import Flow


class FlowMixture:
    """The mean of the densities of k flows of the same parameters, ``q(θ | c) = Σ q_i(θ | c_i) / k``, such as those of several
    replicates. It is drawn from and scored like a flow.

    Args:
        flows: the members. Their summaries lie side by side in what the mixture is given, (n, ..., k · number).

    Attributes:
        prior: that of the first member.
        seed: that of the first member.
        pairs: number of pairs that each member was fitted to.
        seconds: CPU seconds of all trainings.

    Source: Hermans et al. 2022, who find ensembles better calibrated (https://arxiv.org/abs/2110.06581).
    """

    def __init__(self, flows: Sequence[Flow]) -> None:
        self.flows = flows
        self.prior, self.seed, self.pairs = flows[0].prior, flows[0].seed, flows[0].pairs
        self.seconds = sum(flow.seconds for flow in flows)

    def sample(self, count: int, observed: Tensor, seed: int = 0) -> Tensor:
        """As :meth:`pathlode.inference.flows.contract.Flow.sample`."""
        members = [
            lambda n, own_seed, flow=flow, part=part: flow.sample(n, part, own_seed)
            for flow, part in self._parts(observed)
        ]
        return drawn_from_all(members, count, seed)

    def sample_and_log_prob(self, count: int, observed: Tensor, seed: int = 0) -> tuple[Tensor, Tensor]:
        """As :meth:`pathlode.inference.flows.contract.Flow.sample_and_log_prob`."""
        draws = self.sample(count, observed, seed)
        return draws, self.log_prob(draws, observed)

    def log_prob(self, theta: Tensor, observed: Tensor) -> Tensor:
        """As :meth:`pathlode.inference.flows.contract.Flow.log_prob`."""
        return mean_density([flow.log_prob(theta, part) for flow, part in self._parts(observed)])

    def side_by_side(self, summarise: Callable[[Any, int, Any], Tensor]) -> Callable[[Any, int, Any], Tensor]:
        """What the mixture is given of series, from a function of series, a flow's seed and the noise."""

        def together(series: Any, _: int, noise: Any) -> Tensor:
            return torch.cat([summarise(series, flow.seed, noise) for flow in self.flows], dim=-1)

        return together

    def told(self, observed: Tensor) -> Tensor:
        """As :meth:`pathlode.inference.flows.contract.Flow.told`, of the first member."""
        flow, part = self._parts(observed)[0]
        return flow.told(part)

    def _parts(self, observed: Tensor) -> list[tuple[Flow, Tensor]]:
        """Each member with its own summaries."""
        return list(zip(self.flows, observed.chunk(len(self.flows), dim=-1), strict=True))


def drawn_from_all(members: Sequence[Callable[[int, int], Tensor]], count: int, seed: int) -> Tensor:
    """Draws in random order, as many of each member, up to one.

    Args:
        members: functions of a number and a seed that return as many draws, (number, ...).
        count: number of all draws.
        seed: decides the order; draws have this seed and those after it.

    Raises:
        ConfigError: if ``count`` is no number of at least 1.
    """
    if not is_count(count):
        raise ConfigError(f"the number of draws is {count}, expected at least 1")
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(members), generator=generator).tolist()
    counts = [count // len(members) + (place < count % len(members)) for place in range(len(members))]
    numbered = enumerate(zip(order, counts, strict=True))
    draws = [members[number](own, seed + place) for place, (number, own) in numbered if own]
    return torch.cat(draws)[torch.randperm(count, generator=generator)]


def mean_density(log_densities: Sequence[Tensor]) -> Tensor:
    """Logarithm of the mean of densities."""
    return torch.stack(list(log_densities)).logsumexp(dim=0) - math.log(len(log_densities))
