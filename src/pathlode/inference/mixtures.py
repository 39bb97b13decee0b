"""Several posteriors of the same parameters as one."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from pathlode.errors import ConfigError, is_count
from pathlode.inference.posterior import Posterior


@dataclass(frozen=True)
class PosteriorMixture:
    """The mean of the densities of k posteriors, ``q(θ | x) = Σ q_i(θ | x) / k``, such as those that several seeds give.

    A single flow may be too narrow where it errs. The mixture is wider there, because its members err differently.

    Args:
        posteriors: the members.

    Raises:
        ConfigError: if there is none, or they have other parameters.

    Source: Hermans et al. 2022, who find ensembles better calibrated (https://arxiv.org/abs/2110.06581).
    """

    posteriors: Sequence[Posterior]

    def __post_init__(self) -> None:
        if not self.posteriors:
            raise ConfigError("a mixture has no posteriors, expected at least one")
        first = self.posteriors[0]
        for number, each in enumerate(self.posteriors[1:], start=2):
            if list(each.names) != list(first.names):
                raise ConfigError(
                    f"posterior number {number} is of {', '.join(each.names)}, expected {', '.join(first.names)}, as the first"
                )

    def sample(self, x: Any, n: int = 1000, seed: int = 0) -> Tensor:
        """Draws of θ for each of m observations, (n, m, parameter), in random order: as many of each member, up to one.

        Raises:
            ConfigError: if n is no number of at least 1.
            DataError: if the observations are not like those of the simulator.
        """
        if not is_count(n):
            raise ConfigError(f"the number of draws is {n}, expected at least 1")
        members, generator = len(self.posteriors), torch.Generator().manual_seed(seed)
        order = torch.randperm(members, generator=generator).tolist()
        counts = [n // members + (place < n % members) for place in range(members)]
        draws = [
            self.posteriors[number].sample(x, count, seed + place)
            for place, (number, count) in enumerate(zip(order, counts, strict=True))
            if count
        ]
        return torch.cat(draws)[torch.randperm(n, generator=generator)]

    def log_prob(self, theta: Any, x: Any) -> Tensor:
        """log q(θ | x), (..., m, parameter) and m observations -> (..., m).

        Raises:
            DataError: as :meth:`pathlode.inference.posterior.Posterior.log_prob`.
        """
        each = torch.stack([posterior.log_prob(theta, x) for posterior in self.posteriors])
        return each.logsumexp(dim=0) - math.log(len(each))
