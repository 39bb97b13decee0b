"""What good posteriors should reach, and whether they do."""

import pandas as pd


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
        ("smallest SBC p-value of a parameter", joint["sbc_p"], "> 0.05", joint["sbc_p"] > 0.05),
        ("ATC", joint["tarp_atc"], "within 0.05 of 0", abs(joint["tarp_atc"]) < 0.05),
        ("C2ST to the reference posterior", joint["c2st"], "<= 0.70", joint["c2st"] <= 0.70),
    ]
    if rival is not None:
        ratio = (single["rmse_over_prior_sd"] / medians.loc[rival].drop(index="all")["rmse_over_prior_sd"]).max()
        rows.append((f"largest ratio of a parameter's RMSE to that given {rival}", ratio, "< 1", ratio < 1))
    return pd.DataFrame(rows, columns=["criterion", "value", "threshold", "met"])
