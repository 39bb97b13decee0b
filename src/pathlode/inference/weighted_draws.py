"""Draws with importance weights."""

from dataclasses import dataclass

import torch
from torch import Tensor

from pathlode.errors import ConfigError, is_count
from pathlode.inference.flows.given import as_seed


@dataclass(frozen=True)
class WeightedDraws:
    """Draws of a posterior with weights.

    Attributes:
        theta: draws from the approximate posterior q, (n, parameter).
        log_weights: ``log p(x | θ) + log p(θ) - log q(θ | x)``, (n,), in double precision.
    """

    theta: Tensor
    log_weights: Tensor

    @property
    def weights(self) -> Tensor:
        """Weights that add up to 1, (n,)."""
        return self.log_weights.softmax(dim=0)

    @property
    def effective(self) -> float:
        """Effective sample size, ``1 / Σ w²``: n for the exact posterior, and near 1 where q misses it.

        Source: Kong 1992, as in Elvira et al. 2018 (https://arxiv.org/abs/1809.04129).
        """
        return float(1 / self.weights.square().sum())

    @property
    def log_evidence(self) -> float:
        """log p(x), the logarithm of the mean weight."""
        return float(self.log_weights.logsumexp(dim=0)) - torch.tensor(float(len(self.log_weights))).log().item()

    @property
    def mean(self) -> Tensor:
        """Mean of the exact posterior, (parameter,)."""
        return (self.weights[:, None] * self.theta).sum(dim=0)

    def sample(self, count: int, seed: int = 0) -> Tensor:
        """Draws with equal weights, (count, parameter), with replacement. Beyond the effective sample size they repeat.

        Raises:
            ConfigError: if ``count`` is no number of at least 1, or the seed cannot be used.
        """
        if not is_count(count):
            raise ConfigError(f"the number of draws is {count}, expected at least 1")
        generator = torch.Generator().manual_seed(as_seed(seed))
        chosen = self.weights.multinomial(int(count), replacement=True, generator=generator)
        return self.theta[chosen]
