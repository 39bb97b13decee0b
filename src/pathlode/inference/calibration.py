"""Whether posteriors are right: on average over held-out systems, and one by one against a reference."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from sbi.diagnostics import check_tarp, run_tarp
from scipy.stats import kstest
from sklearn.model_selection import KFold, cross_val_score
from torch import Tensor
from xgboost import XGBClassifier

from pathlode.inference.box import Box
from pathlode.inference.flows import Flow
from pathlode.series import TimeSeries
from pathlode.systems.contract import System, observe

Numbers = NDArray[np.floating[Any]]
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
        draws = flow.sample(count, observed, seed)
        return cls(truth, draws, flow.log_prob(truth, observed), flow.log_prob(draws, observed))

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
        return (self.draws < self.truth).double().mean(dim=0).numpy()

    def rank_p_values(self) -> NDArray[np.float64]:
        """p-values of the Kolmogorov-Smirnov test that :meth:`ranks` are uniform, (parameter,)."""
        return np.array([kstest(ranks, "uniform").pvalue for ranks in self.ranks().T])

    def coverage(self) -> NDArray[np.float64]:
        """Share of the truths inside the region of highest density of each of :data:`LEVELS`.

        Source: Deistler et al. 2022, truncated proposals (https://arxiv.org/abs/2210.04815).
        """
        region = (self.draws_log_prob > self.log_prob).double().mean(dim=0).numpy()  # the smallest that holds the truth
        return (region[:, None] <= LEVELS).mean(axis=0)

    def coverage_error(self) -> float:
        """Mean absolute difference between :meth:`coverage` and :data:`LEVELS`."""
        return float(np.abs(self.coverage() - LEVELS).mean())

    def tarp(self, seed: int = 0) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
        """Tests of accuracy with random points: credibility levels, expected coverage there, and the area between both above
        one half, which is negative for posteriors that are too narrow.

        Source: Lemos et al. 2023 (https://arxiv.org/abs/2302.03026).
        """
        with torch.random.fork_rng(devices=[]):
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


def score(posteriors: Posteriors, prior: Box, names: Sequence[str], facts: Mapping[str, Any]) -> pd.DataFrame:
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


def two_sample_accuracy(draws: Numbers, reference: Numbers, seed: int = 0) -> float:
    """Cross-validated accuracy of boosted trees that tell draws (n, parameter) from those of a reference: 0.5 if nothing can.

    Source: Lopez-Paz & Oquab 2017, classifier two-sample tests (https://arxiv.org/abs/1610.06545).
    """
    both = np.concatenate([draws, reference])
    origin = np.repeat([0, 1], [len(draws), len(reference)])
    trees = XGBClassifier(n_estimators=60, max_depth=4, learning_rate=0.15, n_jobs=1, random_state=seed)
    folds = KFold(5, shuffle=True, random_state=seed)
    return float(cross_val_score(trees, both, origin, cv=folds, scoring="accuracy").mean())


def predictive_coverage(system: System, draws: Tensor, series: TimeSeries, noise: float, level: float = 0.9) -> float:
    """Share of observed values inside the central region of their posterior predictive distribution, which should be ``level``:
    the system is simulated again with every draw, and observed with noise.

    Args:
        system: what is simulated.
        draws: of its parameters, (draw, n, parameter).
        series: n observed trajectories.
        noise: standard deviation of the observations.
        level: of the region.
    """
    predicted = predictive(system, draws, series, noise)
    low, high = np.quantile(predicted, [(1 - level) / 2, (1 + level) / 2], axis=0)
    observed = series.values[: draws.shape[1]].numpy()
    return float(((observed >= low) & (observed <= high)).mean())


def predictive(system: System, draws: Tensor, series: TimeSeries, noise: float) -> NDArray[np.float64]:
    """Values drawn from the posterior predictive distribution at the observed times, (draw, n, time, feature)."""
    count, n, parameters = draws.shape
    times = series.times[:n].numpy()
    repeated = np.broadcast_to(times, (count, *times.shape)).reshape(count * n, -1)
    rng = np.random.default_rng(0)
    values = observe(system, draws.double().numpy().reshape(-1, parameters), repeated, noise, rng, "predicted").values
    return values.numpy().reshape(count, n, *values.shape[1:])
