"""Tables made of the scores of all rows on chaotic flows."""

from typing import Any

import pandas as pd

from pathlode.chaos.results import CHAOS_MEASURES, TRUTH_ROW, ChaosRanks, ChaosScores, ChaosTable
from pathlode.reporting.tables import summarise
from pathlode.rivals.columns import EVERYWHERE, TRIVIAL
from pathlode.rivals.ranks import ranking

CHAOS_HEADINGS = {
    "valid_time": "valid for, Lyapunov times",
    "smape_1": "sMAPE over one",
    "state_divergence": "D_stsp",
    "spectral_distance": "D_H",
    "exponent": "exponent / true",
    "mean_error": "error of means",
    "train_seconds": "CPU seconds, one training",
}
"""Columns of the summary."""
RANKED = {"valid_time": -1.0, "smape_1": 1.0, "state_divergence": 1.0, "spectral_distance": 1.0}
"""Measures by which rows are ranked, and the sign that makes less better."""


def one_line_a_measure(scores: pd.DataFrame) -> ChaosTable:
    """The scores with one line per measure, and the score of the true equations on the same data as its floor.

    Args:
        scores: rows of :class:`pathlode.chaos.results.ChaosScores`.
    """
    named = scores.rename(columns={"seed": "replicate"})
    long = named.melt(["flow", "row", "replicate"], list(CHAOS_MEASURES), var_name="measure", value_name="value")
    on = ["flow", "replicate", "measure"]
    floors = long[long["row"] == TRUTH_ROW].rename(columns={"value": "floor"}).drop(columns="row")
    return ChaosTable(long[long["row"] != TRUTH_ROW].merge(floors, on=on)[list(ChaosTable.columns)])


def with_all_flows(scores: pd.DataFrame) -> ChaosScores:
    """The scores as claims compare them: with lines ``all``, the median over flows of each row and replicate.

    A score that is missing is that of :data:`pathlode.rivals.columns.TRIVIAL` on the same data, to which a user falls back. The
    flows are those of :func:`_compared`, and so are the rows that have a line ``all``.
    """
    fallback = scores[scores["row"] == TRIVIAL].set_index(["flow", "seed"])
    own = fallback.reindex(pd.MultiIndex.from_frame(scores[["flow", "seed"]])).set_axis(scores.index)
    filled = scores.assign(**{name: scores[name].fillna(own[name]) for name in CHAOS_MEASURES})
    numbers = [*CHAOS_MEASURES, "train_seconds", "n_parameters"]
    common = filled[filled["flow"].isin(_compared(filled))]
    middle = common.groupby(["row", "seed"], sort=False)[numbers].median().reset_index().assign(flow=EVERYWHERE)
    return ChaosScores(pd.concat([filled, middle], ignore_index=True)[list(ChaosScores.columns)])


def _compared(scores: pd.DataFrame) -> list[str]:
    """The largest set of flows to which the same rows were fitted, of equal ones the first; rows differ by data set."""
    sets: dict[frozenset[str], list[str]] = {}
    for flow, rows in scores.groupby("flow", sort=False)["row"]:
        sets.setdefault(frozenset(rows), []).append(str(flow))
    return max(sets.values(), key=len, default=[])


def chaos_rankings(scores: pd.DataFrame) -> ChaosRanks:
    """Rankings of the rows by each measure, by their medians over replicates, over the flows of :func:`_compared`.

    A measure is missing if there are fewer than three rows or two flows.

    Args:
        scores: rows of :class:`pathlode.chaos.results.ChaosScores`; a failed one comes last on its flow.
    """
    found = [pd.DataFrame(columns=list(ChaosRanks.columns))]
    models = scores[(scores["row"] != TRUTH_ROW) & scores["flow"].isin(_compared(scores))]
    for measure, sign in RANKED.items():
        known = models.assign(error=(sign * models[measure]).fillna(float("inf")))
        errors = known.groupby(["flow", "row"])["error"].median().unstack()
        if len(errors) < 2 or len(errors.columns) < 3:
            continue
        ranked = ranking(errors)
        facts: dict[str, Any] = {"measure": measure, "blocks": ranked.blocks, "p": ranked.p}
        facts |= {"critical_difference": ranked.critical_difference}
        found.append(pd.DataFrame({"row": ranked.rows, "rank": ranked.ranks}).assign(**facts))
    table = pd.concat(found[1:] or found, ignore_index=True)
    return ChaosRanks(table[list(ChaosRanks.columns)])


def chaos_summary(scores: pd.DataFrame) -> pd.DataFrame:
    """Scores as text, median and range over replicates, and how many fail: one line per flow and row, ``truth`` for the floors.

    Args:
        scores: rows of :class:`pathlode.chaos.results.ChaosScores`.
    """
    ordered = scores.sort_values(
        "flow", key=lambda names: names.map({name: k for k, name in enumerate(names.unique())}), kind="stable"
    )
    table = summarise(ordered, ["flow", "row"], CHAOS_HEADINGS)
    failed = ordered.groupby(["flow", "row"], sort=False)["failure"].count()
    return table.assign(failed=failed.to_numpy())
