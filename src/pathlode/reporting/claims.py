"""Decision of claims from the tables of a run."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from pathlode.arrays import Array
from pathlode.errors import ConfigError, DataError
from pathlode.reporting.adequacy import adequacy
from pathlode.reporting.claim_entries import CONTROL, OWN, SIDES, Claim, Margin
from pathlode.reporting.decided_claims import DecidedClaims, Settling
from pathlode.reporting.discoveries import with_discoveries
from pathlode.reporting.looks import Looks
from pathlode.reporting.verdicts import NOT_RUN, compare, log_ratios

Tables = Mapping[str, pd.DataFrame]
"""The tables that claims read, by name."""
OURS, RIVAL = (f"_{side}" for side in SIDES)
"""Suffixes of the columns of paired rows."""
COUNTED = ("train_seconds", "reached")
"""Columns that are summed over the paired rows, in tables that have them."""


def decide(claims: Sequence[Claim], tables: Tables, looks: Looks, scale: str) -> DecidedClaims:
    """The claims with their verdicts, one row per claim and system.

    A claim is ``not run`` if this run made no rows of one side. A rival without a seed is a published number, with which every
    replicate is compared.

    Args:
        claims: what is decided.
        tables: the tables that they read, by name.
        looks: numbers of replicates at which claims are decided, and the error of all.
        scale: of the run that made the tables.

    Raises:
        ConfigError: if a claim names a table or column that does not exist, or selects several rows per replicate.
        DataError: if a metric of a claim is not positive.
    """
    rows = []
    for claim in claims:
        for system in claim.systems:
            facts = {name: getattr(claim, name) for name in ("id", "claim", "factor", "paper_value", "target")}
            facts |= {
                "paper": claim.made_by(system),
                "where": system,
                "timed": "yes" if claim.timed else "no",
                "scale": scale,
            }
            rows.append(facts | _decision(claim, system, tables, looks))
    table = pd.DataFrame(rows, columns=list(DecidedClaims.columns))
    return DecidedClaims(with_discoveries(table, looks.error))


def settle(claims: Sequence[Claim], tables: Tables, looks: Looks) -> Settling:
    """The comparisons of the papers' claims as they were with the first 2, 3, ... replicates, by number."""
    rows = []
    for claim in claims:
        for system in claim.systems:
            if claim.made_by(system) in (OWN, CONTROL):
                continue
            both = paired(claim, system, tables)
            if len(both) < 2:
                continue
            logs, margin = _logs(claim, system, both), _margin(claim.margin, claim.metric, both)
            without = _without_each_unit(claim, system, both, tables)
            for n in range(2, len(both) + 1):
                first = None if without is None else without[:, :n]
                comparison = compare(logs[:n], looks, margin, claim.factor, first)
                facts = {
                    "id": claim.id,
                    "where": system,
                    "target": claim.target,
                    "margin": margin,
                    "factor": claim.factor,
                }
                rows.append(
                    facts | {name: getattr(comparison, name) for name in ("n", "ratio", "low", "high", "verdict")}
                )
    return Settling(pd.DataFrame(rows, columns=list(Settling.columns)))


def paired(claim: Claim, system: str, tables: Tables) -> pd.DataFrame:
    """The rows that a claim compares on a system, one per replicate; columns of both sides have a suffix.

    Rows are paired by replicate, whose number is in the column ``seed``. A claim of ``halves`` pairs the first half of our
    replicates with the second half of the rival's, in the order of their numbers: such pairs share nothing, and are independent
    of each other.
    """
    ours, rival = (_sides(claim, system, side, tables) for side in SIDES)
    if claim.halves:
        half = min(len(ours), len(rival)) // 2
        ours, rival = ours.iloc[:half], rival.iloc[half : 2 * half].set_axis(ours.index[:half])
    elif len(rival) == 1 and rival.index.isna().all():
        rival = rival.iloc[[0] * len(ours)].set_axis(ours.index)
    return ours.add_suffix(OURS).join(rival.add_suffix(RIVAL), how="inner")


def false_verdicts(table: pd.DataFrame, error: float) -> pd.DataFrame:
    """How often the claims that compare a setting with itself found a difference, which is false, as one row.

    Args:
        table: rows of :class:`pathlode.reporting.decided_claims.DecidedClaims`.
        error: share of false verdicts that the rule allows.

    Returns:
        cells (their number), false (the number called better or worse), share (of these) and allowed.
    """
    control = table[(table["paper"] == CONTROL) & (table["n"] > 0)]
    wrong = control["verdict"].isin(["better", "worse"])
    return pd.DataFrame([{"cells": len(control), "false": wrong.sum(), "share": wrong.mean(), "allowed": error}])


def _decision(claim: Claim, system: str, tables: Tables, looks: Looks) -> dict[str, Any]:
    both = paired(claim, system, tables)
    if both.empty:
        return {"n": 0, "verdict": NOT_RUN}
    margin = _margin(claim.margin, claim.metric, both)
    logs, without = _logs(claim, system, both), _without_each_unit(claim, system, both, tables)
    row = vars(compare(logs, looks, margin, claim.factor, without)) | {"margin": margin}
    row["adequacy"] = adequacy(claim, system, lambda name, where: _rows(_table(claim, name, tables), where, claim.id))
    if row["adequacy"] > 1:
        row["verdict"] = "inadequate"
    if f"train_seconds{OURS}" in both:
        row["seconds"] = round(float(both[[f"train_seconds{OURS}", f"train_seconds{RIVAL}"]].sum().sum()), 1)
    if f"reached{OURS}" in both:
        ours, rival = (int(both[f"reached{side}"].sum()) for side in (OURS, RIVAL))
        row["reached"] = f"{ours} ours, {rival} rival"
        if not ours + rival:  # then all replicates count with their limit, and a ratio of 1 means nothing
            row["verdict"] = "inadequate"
    return row


def _logs(claim: Claim, system: str, both: pd.DataFrame) -> Array:
    try:
        return log_ratios(both[f"{claim.metric}{RIVAL}"].tolist(), both[f"{claim.metric}{OURS}"].tolist())
    except DataError as error:
        raise DataError(f"claim {claim.id} on {system}: {error}") from None


def _without_each_unit(claim: Claim, system: str, both: pd.DataFrame, tables: Tables) -> Array | None:
    """The log ratios of paired rows without each unit, (unit, replicate); None if the claim names no table of such rows, or it
    has none of ours. A rival without such rows keeps its errors. NaN where a metric is not positive.
    """
    if claim.left_out is None:
        return None
    ours, rival = (_by_unit(claim, system, side, tables) for side in SIDES)
    if ours.empty:
        return None
    below = ours.reindex(columns=both.index).to_numpy(float)
    whole = both[f"{claim.metric}{RIVAL}"].to_numpy(float)
    above = whole if rival.empty else rival.reindex(index=ours.index, columns=both.index).to_numpy(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        logs = np.log(above) - np.log(below)
    return np.where(np.isfinite(logs), logs, np.nan)


def _by_unit(claim: Claim, system: str, side: str, tables: Tables) -> pd.DataFrame:
    """One side's metric without each unit: a row per unit, a column per replicate; empty without such rows."""
    table = _table(claim, str(claim.left_out), tables)
    rows = _rows(table, {claim.column: system, **claim.rows, **getattr(claim, side)}, claim.id)
    if rows.empty:
        return pd.DataFrame()
    if claim.metric not in rows:
        raise _missing(claim, str(claim.left_out))
    return rows.pivot(index="without", columns="seed", values=claim.metric)


def _margin(margin: Margin, metric: str, both: pd.DataFrame) -> float:
    """The margin as a ratio; points of accuracy at the median error of both sides."""
    if margin.ratio is not None:
        return margin.ratio
    error = float(np.median(both[[f"{metric}{OURS}", f"{metric}{RIVAL}"]].to_numpy()))
    return 1 + (margin.points or 0.0) / 100 / error


def _sides(claim: Claim, system: str, side: str, tables: Tables) -> pd.DataFrame:
    """One side's rows, indexed and sorted by replicate."""
    table = _table(claim, claim.table, tables)
    if claim.metric not in table:
        raise _missing(claim, claim.table)
    where = {claim.column: system, **claim.rows, **getattr(claim, side)}
    rows = _rows(table, where, claim.id)[["seed", *(name for name in (claim.metric, *COUNTED) if name in table)]]
    if rows["seed"].duplicated().any():
        raise ConfigError(f"claim {claim.id}: {where} selects several rows per replicate: name more columns")
    return rows.set_index("seed").sort_index()


def _table(claim: Claim, name: str, tables: Tables) -> pd.DataFrame:
    if name not in tables:
        raise _missing(claim, name)
    return tables[name]


def _missing(claim: Claim, table: str) -> ConfigError:
    return ConfigError(
        f"claim {claim.id}: there is no column {claim.metric!r} in the table {table!r}: correct metric or table"
    )


def _rows(table: pd.DataFrame, where: Mapping[str, Any], claim: str) -> pd.DataFrame:
    """The rows of a table that have these values in these columns."""
    chosen = np.ones(len(table), bool)
    for column, value in where.items():
        if column not in table:
            raise ConfigError(f"claim {claim}: the table has no column {column!r} to select rows by: correct it")
        chosen &= (table[column] == value).to_numpy()
    return table[chosen]
