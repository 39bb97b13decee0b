"""Criteria of good posteriors."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from pathlode.artefacts import TableFile

LEAST_P_VALUE = 0.05
"""Significance level of the test for uniform ranks: of calibrated posteriors it rejects 5 %."""
LARGEST_AREA = 0.05
"""Largest absolute area between coverage and credibility that counts as 0."""
LARGEST_ACCURACY = 0.70
"""Largest accuracy at which draws count as close to the reference posterior; equal distributions give 0.5, disjoint ones 1."""


@dataclass(frozen=True)
class Criteria(TableFile):
    """Criteria of calibrated and accurate posteriors, one row each."""

    columns: ClassVar[Mapping[str, str]] = {
        "criterion": "what is judged",
        "value": "median over replicates",
        "threshold": "which values are good",
        "met": "whether this one is",
    }
    float_format: ClassVar[str | None] = None


def criteria(scores: pd.DataFrame, ours: str, rival: str | None = None) -> pd.DataFrame:
    """Criteria of calibrated and accurate posteriors for one summary, each on the median of a score over replicates.

    Args:
        scores: rows of one library and number of simulations: summary, seed, parameter, and the scores. In the row ``all`` the
            p-value is the smallest of the parameters.
        ours: the summary to judge.
        rival: another summary; the error of ``ours`` should be lower on every parameter.

    Returns:
        Rows of :class:`Criteria`.
    """
    medians = scores.groupby(["summary", "parameter"], sort=False).median(numeric_only=True)
    mine = medians.loc[ours]
    single, joint = mine.drop(index="all"), mine.loc["all"]
    rows = [
        ("smallest SBC p-value of a parameter", joint["sbc_p"], f"> {LEAST_P_VALUE}", joint["sbc_p"] > LEAST_P_VALUE),
        ("ATC", joint["tarp_atc"], f"within {LARGEST_AREA} of 0", abs(joint["tarp_atc"]) < LARGEST_AREA),
        (
            "C2ST to the reference posterior",
            joint["c2st"],
            f"<= {LARGEST_ACCURACY:.2f}",
            joint["c2st"] <= LARGEST_ACCURACY,
        ),
    ]
    if rival is not None:
        ratio = (single["rmse_over_prior_sd"] / medians.loc[rival].drop(index="all")["rmse_over_prior_sd"]).max()
        rows.append((f"largest ratio of a parameter's RMSE to that given {rival}", ratio, "< 1", ratio < 1))
    return pd.DataFrame(rows, columns=["criterion", "value", "threshold", "met"])
