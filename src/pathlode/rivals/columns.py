"""Tables made of the scores of all rows."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from pathlode.reporting.adequacy import largest_adequate
from pathlode.reporting.claim_entries import Claim
from pathlode.reporting.tables import summarise
from pathlode.rivals.ranks import ranking
from pathlode.rivals.results import CRPS, OUTSIDE_ERRORS, RIVAL_ERRORS, RivalFailures, RivalRanks, RivalTable

TRIVIAL = "constant"
"""The row that predicts without a model: a series' mean, and its last value."""
EVERYWHERE = "all"
"""In place of a data set's name: the ranking over all of them."""
SHORT = {"interpolation_nmse": "inside the window", "extrapolation_nmse": "in the next window"}
"""The errors in words."""
HIDDEN = "at hidden values"
"""The first error in words where nothing is forecast."""
HEADINGS = {
    "interpolation_nmse": "NMSE inside",
    "extrapolation_nmse": "next window",
    "outside_interpolation_nmse": "inside, parameters out of range",
    "outside_extrapolation_nmse": "next window, parameters out of range",
    "interpolation_crps": "CRPS inside",
    "extrapolation_crps": "CRPS, next window",
    "candidates": "candidates",
    "spent_seconds": "CPU seconds, all trainings",
    "train_seconds": "CPU seconds, one training",
    "predict_ms": "ms a series",
    "n_parameters": "parameters",
}
"""Columns of the summary."""
GRAPH_HEADINGS = {
    "auroc": "AUROC of edges",
    "intervened_nmse": "NMSE, a quantity held",
    "interpolation_nmse": "NMSE, nothing held",
}
"""Columns of the summary of graphs."""
HYBRID_HEADINGS = {
    "interpolation_nmse": "NMSE inside",
    "extrapolation_nmse": "next window",
    "constant_error": "error of constants",
    "train_seconds": "CPU seconds, one training",
}
"""Columns of the summary of models that were fitted to few series."""
_ALL_ERRORS = RIVAL_ERRORS | OUTSIDE_ERRORS | CRPS


def charged(scores: pd.DataFrame) -> pd.DataFrame:
    """Scores in which a failed prediction has the error of :data:`TRIVIAL` in its replicate, to which a user falls back.

    Args:
        scores: rows of :class:`pathlode.rivals.results.RivalScores`.
    """
    fallback = scores[scores["row"] == TRIVIAL].set_index(["data", "seed"])
    own = fallback.reindex(pd.MultiIndex.from_frame(scores[["data", "seed"]])).set_axis(scores.index)
    return scores.assign(**{name: scores[name].fillna(own[name]) for name in _ALL_ERRORS})


def one_line_a_metric(scores: pd.DataFrame) -> RivalTable:
    """The scores with one line per error; without errors of what is not predicted on a data set at all."""
    facts = [name for name in RivalTable.columns if name not in ("metric", "value")]
    named = scores.rename(columns={"seed": "replicate"})
    long = named.melt(facts, list(_ALL_ERRORS), var_name="metric", value_name="value")
    asked = long.groupby(["data", "metric"])["value"].transform(lambda values: values.notna().any())
    return RivalTable(long.loc[asked, list(RivalTable.columns)].reset_index(drop=True))


def rankings(scores: pd.DataFrame) -> RivalRanks:
    """Rankings of the rows of each data set over its replicates, and over all data sets by medians, for each error.

    Over all data sets only rows are ranked that were fitted to each that has the error. A ranking needs three rows and two
    blocks.

    Args:
        scores: rows of :class:`pathlode.rivals.results.RivalScores`; a failed one comes last in its block.
    """
    found = [pd.DataFrame(columns=list(RivalRanks.columns))]
    for metric in RIVAL_ERRORS:
        for data, errors in _blocks(scores, metric).items():
            if len(errors) < 2 or len(errors.columns) < 3:
                continue
            ranked = ranking(errors)
            facts: dict[str, Any] = {"metric": metric, "data": data, "blocks": ranked.blocks, "p": ranked.p}
            facts |= {"critical_difference": ranked.critical_difference}
            found.append(pd.DataFrame({"row": ranked.rows, "rank": ranked.ranks}).assign(**facts))
    table = pd.concat(found[1:] or found, ignore_index=True)
    return RivalRanks(table[list(RivalRanks.columns)])


def _blocks(scores: pd.DataFrame, metric: str) -> dict[str, pd.DataFrame]:
    """One error by block and row, for all data sets together and for each; without data sets that do not have the error."""
    asked = scores.groupby("data")[metric].transform(lambda values: values.notna().any())
    known = scores[asked].fillna({metric: np.inf})
    everywhere = known.groupby(["data", "row"])[metric].median().unstack().dropna(axis=1)
    each = {
        str(name): own.pivot(index="seed", columns="row", values=metric)
        for name, own in known.groupby("data", sort=False)
    }
    return {EVERYWHERE: everywhere} | each


def adequate_errors(claims: Sequence[Claim], table: str, scores: pd.DataFrame) -> dict[tuple[str, str], float]:
    """The largest adequate error by data set and metric, the smallest that some claim on a table states.

    Args:
        claims: the claims.
        table: name of their table.
        scores: its rows.
    """

    def rows(_: str, where: Mapping[str, str]) -> pd.DataFrame:
        return scores[np.logical_and.reduce([scores[name] == value for name, value in where.items()])]

    found: dict[tuple[str, str], float] = {}
    for claim in (claim for claim in claims if claim.table == table):
        for where in claim.systems:
            for rule in claim.adequacy:
                key, bound = (where, rule.metric or claim.metric), largest_adequate(claim, rule, where, rows)
                found[key] = float(np.fmin(found.get(key, np.nan), bound))
    return found


def failures(scores: pd.DataFrame, adequate: Mapping[tuple[str, str], float]) -> RivalFailures:
    """The rows that fail, and what was tried for them.

    A row fails if training or prediction broke off in any replicate, or if its median error is above the largest adequate one.
    :data:`TRIVIAL` is no model and cannot fail.

    Args:
        scores: rows of :class:`pathlode.rivals.results.RivalScores`.
        adequate: by data set and metric, from :func:`adequate_errors`.
    """
    found, forecast = [], set(scores.loc[scores["extrapolation_nmse"].notna(), "data"])
    for (data, row), own in scores[scores["row"] != TRIVIAL].groupby(["data", "row"], sort=False):
        broken = own["failure"].dropna()
        reasons = [f"{len(broken)} of {len(own)} replicates: {broken.iloc[0]}"] if len(broken) else []
        for metric, words in SHORT.items():
            bound = adequate.get((str(data), metric), np.nan)
            if own[metric].median() > bound:
                reasons.append(f"error {words if data in forecast else HIDDEN} above {bound:.2g}")
        if reasons:
            tried = {"tried": own["tried"].iloc[0], "candidates": own["candidates"].max()}
            cost = {"spent_seconds": own["spent_seconds"].median()}
            found.append({"data": data, "row": row, "reason": "; ".join(reasons)} | tried | cost)
    return RivalFailures(pd.DataFrame(found, columns=list(RivalFailures.columns)))


def rivals_summary(scores: pd.DataFrame, failed: pd.DataFrame) -> pd.DataFrame:
    """Errors and costs as text, median and range over replicates, and what fails: one line per data set and row.

    Args:
        scores: rows of :class:`pathlode.rivals.results.RivalScores`.
        failed: rows of :class:`pathlode.rivals.results.RivalFailures`.
    """
    table = summarise(scores, ["data", "row"], HEADINGS)
    reasons = failed.set_index(["data", "row"])["reason"].to_dict()
    return table.assign(fails=[reasons.get(pair, "") for pair in zip(table["data"], table["row"], strict=True)])


def graphs_summary(scores: pd.DataFrame) -> pd.DataFrame:
    """Scores of graphs as text, median and range over replicates, and how many fail: one line per system and row.

    Args:
        scores: rows of :class:`pathlode.rivals.results.GraphScores`.
    """
    table = summarise(scores, ["data", "row"], GRAPH_HEADINGS)
    failed = scores.groupby(["data", "row"], sort=False)["failure"].count()
    return table.assign(failed=failed.to_numpy())


def hybrids_summary(scores: pd.DataFrame) -> pd.DataFrame:
    """Errors as text, median and range over replicates: one line per number of training series and row.

    Args:
        scores: rows of :class:`pathlode.rivals.results.HybridScores`.
    """
    return summarise(scores, ["data", "training_series", "row"], HYBRID_HEADINGS)
