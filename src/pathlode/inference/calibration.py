"""Whether posteriors are right on average over held-out systems, by the diagnostics of sbi (https://sbi.readthedocs.io)."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from sbi.diagnostics import check_tarp, run_sbc, run_tarp
from sbi.diagnostics.sbc import check_uniformity_frequentist
from torch import Tensor

from pathlode.inference.box import Box
from pathlode.inference.flows import Flow

LEVELS = np.linspace(0.05, 0.95, 19)
"""Credibility levels at which coverage is measured."""


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

    def sample_batched(self, shape: torch.Size, x: Tensor, show_progress_bars: bool = False) -> Tensor:
        """The draws, as sbi asks for them."""
        return self.draws

    def errors(self, prior: Box) -> NDArray[np.float64]:
        """Root mean squared error of the posterior means in standard deviations of the prior, (parameter,)."""
        return ((self.draws.mean(dim=0) - self.truth) / prior.std).square().mean(dim=0).sqrt().double().numpy()

    def ranks(self) -> NDArray[np.float64]:
        """Share of the draws below the truth, (n, parameter): uniform if the posterior is calibrated.

        Source: Talts et al. 2018, simulation-based calibration (https://arxiv.org/abs/1804.06788).
        """
        return self._ranks("marginals")

    def rank_p_values(self) -> NDArray[np.float64]:
        """p-values of the Kolmogorov-Smirnov test that :meth:`ranks` are uniform, (parameter,)."""
        count = len(self.draws)
        return check_uniformity_frequentist(torch.from_numpy(self.ranks() * count), count).double().numpy()

    def coverage(self) -> NDArray[np.float64]:
        """Share of the truths inside the region of highest density of each of :data:`LEVELS`.

        Source: Deistler et al. 2022, truncated proposals (https://arxiv.org/abs/2210.04815).
        """

        def log_prob(theta: Tensor, index: Tensor) -> Tensor:  # as computed before: of a truth, or of all its draws
            system = int(index)
            return self.log_prob[system : system + 1] if len(theta) == 1 else self.draws_log_prob[:, system]

        below = self._ranks(log_prob)[:, 0]  # share of the draws that are less likely than the truth
        return (1 - below[:, None] <= LEVELS).mean(axis=0)

    def _ranks(self, reduced: str | Callable[[Tensor, Tensor], Tensor]) -> NDArray[np.float64]:
        with warnings.catch_warnings(action="ignore"):  # sbi would like a hundred systems
            index = torch.arange(len(self.truth), dtype=torch.float32)[:, None]
            ranks, _ = run_sbc(self.truth, index, self, len(self.draws), reduced, show_progress_bar=False)
        return ranks.double().numpy() / len(self.draws)

    def coverage_error(self) -> float:
        """Mean absolute difference between :meth:`coverage` and :data:`LEVELS`."""
        return float(np.abs(self.coverage() - LEVELS).mean())

    def tarp(self, seed: int = 0) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
        """Tests of accuracy with random points: credibility levels, expected coverage there, and the area between both above
        one half, which is negative for posteriors that are too narrow.

        Source: Lemos et al. 2023 (https://arxiv.org/abs/2302.03026).
        """
        with torch.random.fork_rng(devices=[]), warnings.catch_warnings(action="ignore"):
            torch.manual_seed(seed)
            covered, levels = run_tarp(
                self.truth,
                self.truth,  # of which only the number is used
                self,
                num_posterior_samples=len(self.draws),
                show_progress_bar=False,
                z_score_theta=True,
            )
        return levels.double().numpy(), covered.double().numpy(), check_tarp(covered, levels)[0]


def score_posteriors(
    posteriors: Posteriors, prior: Box, names: Sequence[str], facts: Mapping[str, Any]
) -> pd.DataFrame:
    """Errors and calibration, one row a parameter and one for ``all`` of them.

    Args:
        posteriors: of held-out systems.
        prior: their prior.
        names: of the parameters.
        facts: values of further columns, which come first.

    Returns:
        parameter; rmse_over_prior_sd and sbc_p, of ``all`` the mean and the smallest; of all together mean_log_prob, tarp_atc
        and coverage_error.
    """
    errors, p_values = posteriors.errors(prior), posteriors.rank_p_values()
    columns = {
        "parameter": [*names, "all"],
        "rmse_over_prior_sd": [*errors, errors.mean()],
        "sbc_p": [*p_values, p_values.min()],
        "mean_log_prob": float(posteriors.log_prob.mean()),
        "tarp_atc": posteriors.tarp()[2],
        "coverage_error": posteriors.coverage_error(),
    }
    return pd.DataFrame({**facts, **columns})


def missed(draws: Tensor, truth: Sequence[float], names: Sequence[str], facts: Mapping[str, Any]) -> pd.DataFrame:
    """By how much one posterior misses the truth, one row a parameter.

    Args:
        draws: (draw, parameter).
        truth: (parameter,).
        names: of the parameters.
        facts: values of further columns, which come first.

    Returns:
        parameter, truth, mean, std, sd_off (distance from the mean in standard deviations of the draws) and inside_90 (whether
        the truth lies between their 5 % and 95 % quantiles).
    """
    exact, mean, std = torch.tensor(truth, dtype=draws.dtype), draws.mean(dim=0), draws.std(dim=0)
    low, high = draws.quantile(torch.tensor([0.05, 0.95], dtype=draws.dtype), dim=0)
    columns = {
        "parameter": list(names),
        "truth": list(truth),
        "mean": mean.tolist(),
        "std": std.tolist(),
        "sd_off": ((exact - mean).abs() / std).tolist(),
        "inside_90": ((low <= exact) & (exact <= high)).tolist(),
    }
    return pd.DataFrame({**facts, **columns})
