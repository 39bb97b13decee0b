"""Calibration and accuracy of posteriors, on average over held-out systems.

The unit tests compare each diagnostic with that of sbi (https://sbi.readthedocs.io), but for the ties of ranks. Jobs do not use
sbi, because its import takes longer than the diagnostics.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.stats import kstest
from torch import Tensor

from pathlode.arrays import Array
from pathlode.errors import DataError
from pathlode.inference.flows.contract import Flow
from pathlode.inference.flows.mixture import FlowMixture
from pathlode.inference.support import Support

LEVELS = np.linspace(0.05, 0.95, 19)
"""Credibility levels at which coverage is measured."""
_SYSTEMS_PER_BIN = 10
"""Mean number of systems per bin in the histogram of :meth:`Posteriors.tarp`."""


@dataclass(frozen=True)
class Tarp:
    """Result of the tests of accuracy with random points (TARP).

    Attributes:
        levels: credibility levels, (level,), equally spaced from the smallest to the largest credibility found.
        covered: share of the truths inside the regions of these levels, (level,).
    """

    levels: Tensor
    covered: Tensor

    @property
    def area(self) -> float:
        """Area between coverage and level above the middle level, ``Σ (covered - level) Δlevel``, called ATC. It is 0 for
        calibrated posteriors and negative for posteriors that are too narrow.
        """
        half = len(self.levels) // 2
        return float(((self.covered - self.levels)[half:] * (self.levels[1] - self.levels[0])).sum())


@dataclass(frozen=True)
class Posteriors:
    """Draws from the posteriors of n held-out systems.

    Attributes:
        truth: true parameters, (n, parameter).
        draws: draws of the parameters, (draw, n, parameter).
        log_prob: log-density of the true parameters, (n,).
        draws_log_prob: log-density of the draws, (draw, n).
    """

    truth: Tensor
    draws: Tensor
    log_prob: Tensor
    draws_log_prob: Tensor

    @classmethod
    def of(cls, flow: Flow | FlowMixture, observed: Tensor, truth: Tensor, count: int, seed: int) -> "Posteriors":
        """A flow's posteriors given summaries or observations, (n, ...)."""
        truth = truth.float()
        draws, draws_log_prob = flow.sample_and_log_prob(count, observed, seed)
        return cls(truth, draws, flow.log_prob(truth, observed), draws_log_prob)

    def errors(self, prior: Support) -> Array:
        """Root mean squared error of the posterior means, in standard deviations of the prior, (parameter,):
        ``√(mean over systems of (mean over draws of θ - true θ)²) / prior sd``.
        """
        return ((self.draws.mean(dim=0) - self.truth) / prior.std).square().mean(dim=0).sqrt().double().numpy()

    def ranks(self) -> Array:
        """Share of the draws below the truth, (n, parameter): uniform if the posterior is calibrated.

        Source: Talts et al. 2018, simulation-based calibration (https://arxiv.org/abs/1804.06788).
        """
        return _share(self.draws < self.truth)

    def rank_p_values(self, seed: int = 0) -> Array:
        """p-values of the Kolmogorov-Smirnov test for uniform ranks, (parameter,).

        The number k of draws below the truth is one of L + 1 numbers, and the test is for continuous ones. It would reject
        calibrated posteriors too often, the more the more systems there are. So it tests (k + u) / (L + 1), with u uniform in
        [0, 1], which are exactly uniform if the posterior is calibrated.

        Args:
            seed: seed of u.

        Source: the randomised probability integral transform, as in Czado et al. 2009
        (https://doi.org/10.1111/j.1541-0420.2009.01191.x).
        """
        below, draws = (self.draws < self.truth).sum(dim=0), len(self.draws)
        u = np.random.default_rng(seed).uniform(size=below.shape)
        return np.array([kstest(rank, "uniform").pvalue for rank in ((below.numpy() + u) / (draws + 1)).T])

    def coverage(self) -> Array:
        """Share of the truths inside the region of highest density, at each of :data:`LEVELS`.

        A truth is inside the region of level α if at most a share α of the draws has the same or a higher density.

        Source: Deistler et al. 2022, truncated proposals (https://arxiv.org/abs/2210.04815).
        """
        less_likely = _share(self.draws_log_prob < self.log_prob)
        return (1 - less_likely[:, None] <= LEVELS).mean(axis=0)

    def coverage_error(self) -> float:
        """Mean absolute difference between :meth:`coverage` and :data:`LEVELS`: 0 if calibrated."""
        return float(np.abs(self.coverage() - LEVELS).mean())

    def tarp(self, seed: int = 0) -> Tarp:
        """Coverage by balls around random points, one point per system.

        The points are uniform between the smallest and the largest truth of each parameter; these ranges are the units of
        distance. The ball is centred on the point and has the truth on its surface. Its credibility is the share of the draws
        inside. The coverage at a level is the share of systems with a lower credibility.

        Args:
            seed: seed of the points.

        Raises:
            DataError: if there are too few systems.

        Source: Lemos et al. 2023 (https://arxiv.org/abs/2302.03026).
        """
        if len(self.truth) < _SYSTEMS_PER_BIN:
            raise DataError(
                f"there are {len(self.truth)} systems for the test with random points, expected at least "
                f"{_SYSTEMS_PER_BIN}"
            )
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
    """Share of the draws that are true, (draw, ...) -> (...)."""
    return true.double().mean(dim=0).numpy()
