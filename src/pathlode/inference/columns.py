"""The columns of the inference chapter's tables: how well flows and reference posteriors do."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pathlode.arrays import Array

if TYPE_CHECKING:  # tables are also made by jobs that do without PyTorch's two seconds
    from torch import Tensor

    from pathlode.inference.box import Box
    from pathlode.inference.calibration import Posteriors

LEAST_EXCESS = 0.005
"""Least :func:`c2st_excess`: the standard error of the difference between two accuracies, ``√(2 · 0.25 / (10 · 2000))``, each
averaged over ten systems with a thousand draws of either kind. A smaller excess cannot be told from none, and the ratio of two
such excesses, by which a claim is decided, would be one of noise.
"""
QUANTILES = (0.05, 0.95)
"""Ends of the central 90 % of the draws in :func:`misses`."""


def perplexity(mean_log_prob: Any) -> Any:
    """``exp(-mean over systems of log q(θ | c))``: the geometric mean of one over the density of the truth.

    It is lower for better posteriors and positive, so that two flows' perplexities have a ratio.
    """
    return np.exp(-mean_log_prob)


def c2st_excess(c2st: Any, floor: float) -> Any:
    """``max(accuracy - floor, 0.005)``, see :data:`LEAST_EXCESS`.

    Args:
        c2st: mean accuracy with which a flow's draws are told from those of the reference posteriors.
        floor: mean accuracy with which two sets of draws from the reference posteriors are told apart.
    """
    return np.maximum(c2st - floor, LEAST_EXCESS)


def log_prob_gap(reference: Array, flow: Array) -> float:
    """Mean over systems of ``log p(θ | x) - log q(θ | c)``: how far a flow's density of the truth is below the reference one.

    Args:
        reference: log-density of the true parameters in the reference posteriors, (system,).
        flow: the same in the flow's, (system,).
    """
    return float((reference - flow).mean())


def score_posteriors(posteriors: "Posteriors", prior: "Box", names: Sequence[str]) -> pd.DataFrame:
    """Errors and calibration, one row a parameter and one for ``all`` of them.

    Args:
        posteriors: of held-out systems.
        prior: their prior.
        names: of the parameters.

    Returns:
        parameter; rmse_over_prior_sd and sbc_p, of ``all`` the mean and the smallest; of all together mean_log_prob, tarp_atc
        and coverage_error.
    """
    errors, p_values = posteriors.errors(prior), posteriors.rank_p_values()
    return pd.DataFrame(
        {
            "parameter": [*names, "all"],
            "rmse_over_prior_sd": [*errors, errors.mean()],
            "sbc_p": [*p_values, p_values.min()],
            "mean_log_prob": float(posteriors.log_prob.mean()),
            "tarp_atc": posteriors.tarp().area,
            "coverage_error": posteriors.coverage_error(),
        }
    )


def misses(draws: "Tensor", truth: Sequence[float], names: Sequence[str]) -> pd.DataFrame:
    """By how much one posterior misses the truth, one row a parameter.

    Args:
        draws: (draw, parameter).
        truth: (parameter,).
        names: of the parameters.

    Returns:
        parameter, truth, mean, std, sd_off (distance from the mean in standard deviations of the draws) and inside_90 (whether
        the truth lies between their 5 % and 95 % quantiles).
    """
    exact, mean, std = draws.new_tensor(truth), draws.mean(dim=0), draws.std(dim=0)
    low, high = draws.quantile(draws.new_tensor(QUANTILES), dim=0)
    return pd.DataFrame(
        {
            "parameter": list(names),
            "truth": list(truth),
            "mean": mean.tolist(),
            "std": std.tolist(),
            "sd_off": ((exact - mean).abs() / std).tolist(),
            "inside_90": ((low <= exact) & (exact <= high)).tolist(),
        }
    )


def labelled(table: pd.DataFrame, facts: Mapping[str, Any]) -> pd.DataFrame:
    """The table with these facts as its first columns, the same in every row."""
    rows = table.reset_index(drop=True)
    return pd.DataFrame(facts, index=rows.index).join(rows)


def with_derived(scores: pd.DataFrame, floor: float) -> pd.DataFrame:
    """The scores with :func:`perplexity` and :func:`c2st_excess`.

    Args:
        scores: with mean_log_prob and c2st.
        floor: as in :func:`c2st_excess`.
    """
    derived = {"perplexity": perplexity(scores["mean_log_prob"]), "c2st_excess": c2st_excess(scores["c2st"], floor)}
    return scores.assign(**derived)
