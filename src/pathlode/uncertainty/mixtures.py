"""Mixtures of normal distributions: what an ensemble of models with observation noise predicts for each value."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from pathlode.errors import ConfigError

BISECTIONS = 60
"""Halvings of the interval in which a quantile lies: more than the digits of double precision."""


@dataclass(frozen=True)
class NormalMixture:
    """p(x) = 1/M Σ_m N(x; μ_m, σ_m²), one distribution for each of any number of values.

    Computations are in double precision; results have the type of the means.

    Args:
        means: μ_m, (member, ...).
        stds: σ_m, of a shape that broadcasts to that of the means: above 0, or 0 for :meth:`crps` of drawn values.
    """

    means: Tensor
    stds: Tensor

    @property
    def mean(self) -> Tensor:
        """μ = 1/M Σ_m μ_m, (...)."""
        return self.means.mean(dim=0)

    @property
    def std(self) -> Tensor:
        """√(1/M Σ_m (σ_m² + (μ_m - μ)²)), (...): noise within members and disagreement between them."""
        spread = self.means - self.means.mean(dim=0)
        return (self.stds.square() + spread.square()).mean(dim=0).sqrt()

    def cdf(self, values: Tensor) -> Tensor:
        """P(x ≤ value) = 1/M Σ_m Φ((value - μ_m) / σ_m), (...), of values that broadcast to (...)."""
        return torch.special.ndtr((values.double() - self.means.double()) / self.stds.double()).mean(dim=0)

    def quantile(self, probability: float) -> Tensor:
        """The value that x exceeds with probability 1 - ``probability``, (...).

        It lies between the smallest and the largest quantile of the members, where bisection of :meth:`cdf` finds it.

        Raises:
            ConfigError: if the probability is not between 0 and 1.
        """
        if not 0 < probability < 1:
            raise ConfigError(f"the probability of a quantile is {probability}, expected a number between 0 and 1")
        z = float(torch.special.ndtri(torch.tensor(probability, dtype=torch.float64)))
        members = self.means.double() + z * self.stds.double()
        low, high = members.amin(dim=0), members.amax(dim=0)
        for _ in range(BISECTIONS if len(members) > 1 else 0):
            middle = (low + high) / 2
            below = self.cdf(middle) < probability
            low, high = torch.where(below, middle, low), torch.where(below, high, middle)
        return ((low + high) / 2).to(self.means.dtype)

    def crps(self, observed: Tensor) -> Tensor:
        """Continuous ranked probability score ∫ (P(x ≤ s) - 1[observed ≤ s])² ds, (...): smaller is better.

        It is in the unit of the values, and the absolute error for a distribution without width. In closed form,

            1/M Σ_m A(y - μ_m, σ_m²) - 1/(2M²) Σ_m Σ_n A(μ_m - μ_n, σ_m² + σ_n²),

        with y the observed value and A(μ, σ²) = E|N(μ, σ²)| = 2 σ φ(μ/σ) + μ (2 Φ(μ/σ) - 1).

        Source: Grimit et al. 2006, The continuous ranked probability score for circular variables and its application to
        mesoscale forecast ensemble verification (https://doi.org/10.1256/qj.05.235).

        Args:
            observed: values that broadcast to (...); the score is NaN where they are.
        """
        means, variances = self.means.double(), self.stds.double().square().expand(self.means.shape)
        error = mean_absolute(observed.double() - means, variances).mean(dim=0)
        pairs = [
            mean_absolute(mean - means, variance + variances).mean(dim=0)
            for mean, variance in zip(means, variances, strict=True)
        ]
        return (error - torch.stack(pairs).mean(dim=0) / 2).to(self.means.dtype)


def mean_absolute(mean: Tensor, variance: Tensor) -> Tensor:
    """E|x| of x distributed as N(mean, variance): 2 σ φ(μ/σ) + μ (2 Φ(μ/σ) - 1), and the magnitude of μ without variance."""
    if not variance.any():
        return mean.abs()
    std = variance.sqrt()
    z = mean / std.clamp_min(torch.finfo(std.dtype).tiny)
    density = (-z.square() / 2).exp() / math.sqrt(2 * math.pi)
    return 2 * std * density + mean * torch.erf(z / math.sqrt(2))
