"""What good posteriors should reach, and whether they do."""

import pandas as pd

LEAST_P_VALUE = 0.05
"""Above it the test of uniform ranks does not reject, as it would five times in a hundred if they were."""
LARGEST_AREA = 0.05
"""Below it, in absolute value, the area between coverage and credibility counts as none."""
LARGEST_ACCURACY = 0.70
"""Up to it draws count as near to those of the reference posterior; 0.5 cannot be told from them, 1 always can."""


def criteria(scores: pd.DataFrame, ours: str, rival: str | None = None) -> pd.DataFrame:
    """Criteria of calibrated and accurate posteriors for one summary, by the median over seeds of each score.

    Args:
        scores: rows of one library and number of simulations: summary, seed, parameter, and the scores; in those of ``all``
            parameters, the p-value is the smallest.
        ours: the summary to be judged.
        rival: another summary, than which the error is to be lower on every parameter.

    Returns:
        criterion, value, threshold, met.
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
