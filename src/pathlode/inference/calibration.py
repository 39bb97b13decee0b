"""Whether posteriors are right on average over held-out systems.

The unit tests hold each diagnostic against that of sbi (https://sbi.readthedocs.io), whose import would cost a job more than
the diagnostics themselves.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.stats import kstest
from torch import Tensor

from pathlode.arrays import Array
from pathlode.inference.box import Box
from pathlode.inference.flows.contract import Flow

LEVELS = np.linspace(0.05, 0.95, 19)
"""Credibility levels at which coverage is measured."""
_SYSTEMS_PER_BIN = 10
"""On average, in the histogram of :meth:`Posteriors.tarp`."""


@dataclass(frozen=True)
class Tarp:
    """Tests of accuracy with random points.

    Attributes:
        levels: credibility levels, (level,), equally spaced from the smallest to the largest credibility found.
        covered: share of the truths inside the regions of these levels, (level,).
    """

    levels: Tensor
    covered: Tensor

    @property
    def area(self) -> float:
        """Area between coverage and level above the middle level, ``Σ (covered - level) Δlevel``: 0 for right posteriors,
        negative for posteriors that are too narrow. It is called ATC.
        """
        half = len(self.levels) // 2
        return float(((self.covered - self.levels)[half:] * (self.levels[1] - self.levels[0])).sum())


@dataclass(frozen=True)
class Posteriors:
    """Draws from the posteriors of n held-out systems.

    Attributes:
        truth: what they were simulated with, (n, parameter).
        draws: (draw, n, parameter).
        log_prob: of the truths, (n,).
        draws_log_prob: (draw, n).
    """

    truth: Tensor
    draws: Tensor
    log_prob: Tensor
    draws_log_prob: Tensor

    @classmethod
    def of(cls, flow: Flow, observed: Tensor, truth: Tensor, count: int, seed: int) -> "Posteriors":
        """What a flow says of summaries, or observations, (n, ...)."""
        truth = truth.float()
        draws, draws_log_prob = flow.sample_and_log_prob(count, observed, seed)
        return cls(truth, draws, flow.log_prob(truth, observed), draws_log_prob)

    def errors(self, prior: Box) -> Array:
        """Root mean squared error of the posterior means in standard deviations of the prior, (parameter,):
        ``√(mean over systems of (mean over draws of θ - true θ)²) / prior sd``.
        """
        return ((self.draws.mean(dim=0) - self.truth) / prior.std).square().mean(dim=0).sqrt().double().numpy()

    def ranks(self) -> Array:
        """Share of the draws below the truth, (n, parameter): uniform if the posterior is calibrated.

        Source: Talts et al. 2018, simulation-based calibration (https://arxiv.org/abs/1804.06788).
        """
        return _share(self.draws < self.truth)

    def rank_p_values(self) -> Array:
        """p-values of the Kolmogorov-Smirnov test that :meth:`ranks` are uniform, (parameter,)."""
        return np.array([kstest(share, "uniform").pvalue for share in self.ranks().T])

    def coverage(self) -> Array:
        """Share of the truths inside the region of highest density of each of :data:`LEVELS`.

        A truth is inside the region of level α if at most a share α of the draws is at least as likely.

        Source: Deistler et al. 2022, truncated proposals (https://arxiv.org/abs/2210.04815).
        """
        less_likely = _share(self.draws_log_prob < self.log_prob)
        return (1 - less_likely[:, None] <= LEVELS).mean(axis=0)

    def coverage_error(self) -> float:
        """Mean absolute difference between :meth:`coverage` and :data:`LEVELS`: 0 if calibrated."""
        return float(np.abs(self.coverage() - LEVELS).mean())

    def tarp(self, seed: int = 0) -> Tarp:
        """Coverage by balls around random points, one point a system.

        The points are uniform between the smallest and largest truth of each parameter, which are the units of distance. The
        credibility of the ball that reaches from the point to the truth is the share of the draws inside; the coverage at a
        level is the share of systems with a credibility below it.

        Args:
            seed: of the points.

        Source: Lemos et al. 2023 (https://arxiv.org/abs/2302.03026).
        """
        low, high = self.truth.min(dim=0).values, self.truth.max(dim=0).values
        random = torch.rand(self.truth.shape, generator=torch.Generator().manual_seed(seed))

        def scaled(theta: Tensor) -> Tensor:
            return (theta - low) / (high - low + 1e-10)

        points = scaled(low + random * (high - low))
        radii = (points - scaled(self.truth)).square().sum(dim=-1).sqrt()
        credibility = ((points - scaled(self.draws)).square().sum(dim=-1).sqrt() < radii).float().mean(dim=0)
        density, levels = credibility.histogram(len(self.truth) // _SYSTEMS_PER_BIN, density=True)
        covered = torch.cat([torch.zeros(1), density.cumsum(dim=0) / density.sum()])
        return Tarp(levels, covered)


def _share(true: Tensor) -> NDArray[np.float64]:
    """Share of the draws for which something is true, (draw, ...) -> (...)."""
    return true.double().mean(dim=0).numpy()
