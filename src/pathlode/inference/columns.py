"""The columns of the inference chapter's tables: scores of flows and of reference posteriors."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pathlode.arrays import Array
from pathlode.inference.central import inside
from pathlode.inference.reference_posteriors import References
from pathlode.inference.scores import AS_IN_TRAINING
from pathlode.reporting.floors import accuracy_excess

if TYPE_CHECKING:  # only for types: some jobs make tables without PyTorch, whose import takes two seconds
    from torch import Tensor

    from pathlode.inference.calibration import Posteriors
    from pathlode.inference.support import Support


def perplexity(mean_log_prob: Any) -> Any:
    """``exp(-mean over systems of log q(θ | c))``: the geometric mean of 1 / density of the true parameters.

    It is lower for better posteriors. It is positive, so ratios of it exist.
    """
    return np.exp(-mean_log_prob)


def log_prob_gap(reference: Array, flow: Array) -> float:
    """Mean over systems of ``log p(θ | x) - log q(θ | c)``, with θ the true parameters.

    Args:
        reference: log-density of the true parameters in the reference posteriors, (system,).
        flow: log-density of the true parameters in the flow's posteriors, (system,).
    """
    return float((reference - flow).mean())


def score_posteriors(posteriors: "Posteriors", prior: "Support", names: Sequence[str]) -> pd.DataFrame:
    """Errors and calibration, one row per parameter and one row ``all``.

    Args:
        posteriors: posteriors of held-out systems.
        prior: their prior.
        names: names of the parameters.

    Returns:
        parameter, rmse_over_prior_sd and sbc_p; the row ``all`` has the mean of the errors and the smallest p-value, and also
        mean_log_prob, tarp_atc and coverage_error.
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
    """Distance of one posterior from the truth, one row per parameter.

    Args:
        draws: draws from the posterior, (draw, parameter).
        truth: true parameters, (parameter,).
        names: names of the parameters.

    Returns:
        parameter, truth, mean, std, sd_off (distance of the truth from the mean in standard deviations of the draws) and
        inside_90 (whether the truth lies in the central region of the draws, see :func:`pathlode.inference.central.inside`).
    """
    exact, mean, std = draws.new_tensor(truth), draws.mean(dim=0), draws.std(dim=0)
    return pd.DataFrame(
        {
            "parameter": list(names),
            "truth": list(truth),
            "mean": mean.tolist(),
            "std": std.tolist(),
            "sd_off": ((exact - mean).abs() / std).tolist(),
            "inside_90": inside(draws.numpy(), exact.numpy()).tolist(),
        }
    )


def labelled(table: pd.DataFrame, facts: Mapping[str, Any]) -> pd.DataFrame:
    """The table with these facts as its first columns, the same in every row."""
    rows = table.reset_index(drop=True)
    return pd.DataFrame(facts, index=rows.index).join(rows)


def under_all_designs(scores: pd.DataFrame, shifted: pd.DataFrame) -> pd.DataFrame:
    """The scores under the training's observation design and, below them, those under other designs.

    Args:
        scores: scores under the training's design, of all flows.
        shifted: scores by ``condition``, the training's among them, of the flows that were scored under other designs.

    Returns:
        The columns of both, and ``replicate``. What needs reference posteriors is missing under other designs.
    """
    others = shifted[shifted["condition"] != AS_IN_TRAINING]
    both = pd.concat([scores.assign(condition=AS_IN_TRAINING), others], ignore_index=True)
    return both.assign(replicate=both["seed"])


def of_most_pairs(scores: pd.DataFrame) -> pd.DataFrame:
    """The scores of flows that were fitted to the most pairs, of each library and summary.

    Args:
        scores: table with the columns of :data:`pathlode.inference.histories.FLOW_COLUMNS`.
    """
    return scores[scores["n_train"] == scores.groupby(["backend", "summary"])["n_train"].transform("max")]


def with_derived(scores: pd.DataFrame, references: References) -> pd.DataFrame:
    """The scores with :func:`perplexity`, and as ``c2st_excess`` the :func:`pathlode.reporting.floors.accuracy_excess` of c2st
    above each replicate's own references. Both tests classify as many draws, of all systems together.

    Args:
        scores: table with the columns seed, mean_log_prob and c2st.
        references: reference posteriors of all replicates.
    """
    excess = pd.Series(0.0, scores.index)
    for seed in scores["seed"].unique():
        own, known = scores["seed"] == seed, references.of(int(seed))
        excess[own] = accuracy_excess(scores.loc[own, "c2st"], known.mean_c2st_floor, known.n_draws)
    return scores.assign(perplexity=perplexity(scores["mean_log_prob"]), c2st_excess=excess)
