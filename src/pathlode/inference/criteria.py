"""Criteria of good posteriors."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

import pandas as pd
from scipy.stats import binom

from pathlode.artefacts import TableFile
from pathlode.column_kinds import Flag, Text
from pathlode.inference.scores import AS_IN_TRAINING

LEAST_P_VALUE = 0.05
"""Significance level of the test for uniform ranks: of calibrated posteriors it rejects 5 %."""
LARGEST_AREA = 0.05
"""Largest absolute area between coverage and credibility that counts as 0."""
BY_CHANCE = 0.95
"""Least probability with which calibrated posteriors have no more rejections than chance allows."""


@dataclass(frozen=True)
class Targets:
    """What posteriors of one scale should reach, as medians over replicates.

    Attributes:
        log_prob_gap: largest distance of the truth's log-probability below that in the reference posteriors, in nats.
        c2st: largest accuracy of classifying draws against the reference posteriors.
        sharpened_c2st: the same of draws that are chosen by importance weights.
        coverage_error: largest coverage error under the training's observation design.
        shifted_coverage_error: the same under every other design.
    """

    log_prob_gap: float
    c2st: float
    sharpened_c2st: float
    coverage_error: float
    shifted_coverage_error: float


@dataclass(frozen=True)
class Criteria(TableFile):
    """Criteria of calibrated and accurate posteriors, one row per summary and criterion."""

    columns: ClassVar[Mapping[str, str]] = {
        "summary": Text("the summary that the flows are conditioned on"),
        "criterion": Text("what is judged"),
        "value": "median over replicates, or number of replicates",
        "threshold": Text("which values are good"),
        "met": Flag("whether this one is"),
    }
    float_format: ClassVar[str | None] = None


def criteria(scores: pd.DataFrame, targets: Targets, ours: str, rival: str | None = None) -> pd.DataFrame:
    """Criteria of calibrated and accurate posteriors, for every summary.

    Ranks are not uniform in a replicate if the smallest p-value of a parameter, times the number of parameters, is below
    :data:`LEAST_P_VALUE`. Chance allows a number of such replicates that calibrated posteriors do not exceed with the
    probability :data:`BY_CHANCE`.

    Args:
        scores: rows of one library, and of the largest number of simulations of each summary: summary, seed, condition,
            parameter, and the scores. In the row ``all`` the p-value is the smallest of the parameters.
        targets: what the scores should reach.
        ours: a summary that is compared with another one.
        rival: the other one; the error of ``ours`` should be lower on every parameter.

    Returns:
        Rows of :class:`Criteria`. Of a summary without a score, as calibration of single observations, there is no row on it.
    """
    usual = scores["condition"] == AS_IN_TRAINING
    errors = (
        scores[usual].groupby(["summary", "parameter"], sort=False)["rmse_over_prior_sd"].median().drop("all", level=1)
    )
    rows = []
    for summary in scores["summary"].unique():
        own = scores["summary"] == summary
        joint, shifted = scores[own & usual & (scores["parameter"] == "all")], scores[own & ~usual]
        rows += [(summary, *row) for row in _of_one(joint, shifted, len(errors[summary]), targets)]
        if summary == ours and rival is not None:
            ratio = (errors[ours] / errors[rival]).max()
            rows.append((ours, f"largest ratio of a parameter's RMSE to that given {rival}", ratio, "< 1", ratio < 1))
    return pd.DataFrame(rows, columns=list(Criteria.columns))


def _of_one(
    joint: pd.DataFrame, shifted: pd.DataFrame, parameters: int, targets: Targets
) -> Iterator[tuple[str, float, str, bool]]:
    """The criteria of one summary.

    Args:
        joint: its scores for all parameters under the training's design.
        shifted: its scores under other designs.
        parameters: number of parameters.
        targets: what the scores should reach.
    """
    if joint["sbc_p"].notna().all():
        rejected = int((parameters * joint["sbc_p"] < LEAST_P_VALUE).sum())
        allowed = int(binom.ppf(BY_CHANCE, len(joint), LEAST_P_VALUE))
        yield (
            f"replicates, of {len(joint)}, whose ranks are not uniform",
            rejected,
            f"<= {allowed}",
            rejected <= allowed,
        )
        area = joint["tarp_atc"].median()
        yield "ATC", area, f"within {LARGEST_AREA} of 0", abs(area) < LARGEST_AREA
    worst = shifted[shifted["parameter"] == "all"].groupby("condition")["coverage_error"].median().max()
    for criterion, value, largest in (
        ("nats below the reference posterior", joint["log_prob_gap"].median(), targets.log_prob_gap),
        ("C2ST to the reference posterior", joint["c2st"].median(), targets.c2st),
        ("C2ST after importance sampling", joint["sharpened_c2st"].median(), targets.sharpened_c2st),
        ("coverage error", joint["coverage_error"].median(), targets.coverage_error),
        ("largest coverage error under another design", worst, targets.shifted_coverage_error),
    ):
        if pd.notna(value):
            yield criterion, value, f"<= {largest:g}", bool(value <= largest)
