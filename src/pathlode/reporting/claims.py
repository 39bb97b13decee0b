"""Decision of claims, and the table of verdicts."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from scipy import stats

from pathlode.errors import ConfigError, DataError
from pathlode.reporting.claim_entries import Claim
from pathlode.reporting.decided_claims import DecidedClaims
from pathlode.reporting.naming import readable


@dataclass(frozen=True)
class Ratio:
    """Geometric mean of paired ratios with its confidence interval."""

    value: float
    low: float
    high: float
    n: int

    def verdict(self, factor: float = 1.0) -> str:
        """``holds`` if the interval lies above the factor, ``fails`` if below, else ``unclear``.

        An interval of width zero is ``unclear`` too. Equal ratios come from a metric with few possible values, and do not show
        its spread.
        """
        if self.low == self.high:
            return "unclear"
        return "holds" if self.low > factor else "fails" if self.high < factor else "unclear"


def paired_ratio(rival: Sequence[float], ours: Sequence[float], confidence: float) -> Ratio:
    """exp of the mean of ln(rival / ours), with Student's t interval on the logarithms.

    With a single pair the interval is unbounded.

    Raises:
        DataError: if a value is not positive, or the lengths differ.
    """
    if len(rival) != len(ours) or not all(0 < x < math.inf for x in (*rival, *ours)):
        raise DataError(f"a ratio needs equally many positive numbers, got {list(rival)} and {list(ours)}")
    logs = [math.log(r / o) for r, o in zip(rival, ours, strict=True)]
    mean = math.exp(sum(logs) / len(logs))
    if len(logs) == 1:
        return Ratio(mean, 0.0, math.inf, 1)
    if max(logs) - min(logs) < 1e-9:
        return Ratio(mean, mean, mean, len(logs))
    interval = stats.ttest_1samp(logs, 0.0).confidence_interval(confidence)
    return Ratio(mean, math.exp(interval.low), math.exp(interval.high), len(logs))


def decide(claims: Sequence[Claim], tables: Mapping[str, pd.DataFrame], confidence: float) -> pd.DataFrame:
    """The claim table, with the columns of :class:`pathlode.reporting.decided_claims.DecidedClaims`: one row per claim and
    system.

    ``reached`` counts the runs that reached the target, for a metric with a target; the other runs count with their limit.
    ``seconds`` is the training time of the compared settings, summed over seeds, if the table has it. A claim without rows in
    this run is ``not run``. A rival without a seed is a published number; every seed is compared with it.

    Raises:
        ConfigError: if a claim names a table or column that does not exist, or selects several rows per seed.
    """
    rows = []
    for claim in claims:
        table = tables.get(claim.table)
        if table is None or claim.metric not in table:
            raise ConfigError(
                f"claim {claim.id}: there is no column {claim.metric!r} in the table {claim.table!r}: correct metric or table"
            )
        for system in claim.systems:
            here = {claim.column: system}
            ours, rival = (_rows(table, {**here, **where}, claim.id) for where in (claim.ours, claim.rival))
            try:
                decision = _decision(ours, rival, claim, confidence)
            except DataError as error:
                raise DataError(f"claim {claim.id} on {system}: {error}") from None
            rows.append(_facts(claim) | {"system": system} | decision)
    return pd.DataFrame(rows, columns=list(DecidedClaims.columns))


def _facts(claim: Claim) -> dict[str, Any]:
    return {name: getattr(claim, name) for name in ("id", "paper", "claim", "paper_value", "factor", "target")}


def _decision(ours: pd.DataFrame, rival: pd.DataFrame, claim: Claim, confidence: float) -> dict[str, Any]:
    metric = claim.metric
    if len(rival) == 1 and rival.index.isna().all():
        rival = rival.reindex(index=[float("nan")] * len(ours)).set_axis(ours.index)
    both = ours.merge(rival, on="seed", suffixes=("_ours", "_rival"))
    if both.empty:
        return {"n": 0, "verdict": "not run"}
    ratio = paired_ratio(both[f"{metric}_rival"].tolist(), both[f"{metric}_ours"].tolist(), confidence)
    row = vars(ratio) | {"verdict": ratio.verdict(claim.factor)}
    if "train_seconds_ours" in both:
        row["seconds"] = round(float(both[["train_seconds_ours", "train_seconds_rival"]].sum().sum()), 1)
    if "reached_ours" in both:
        row["reached"] = f"{both['reached_ours'].sum()} ours, {both['reached_rival'].sum()} rival"
    return row


def _rows(table: pd.DataFrame, where: Mapping[str, Any], claim: str) -> pd.DataFrame:
    """The rows that a claim compares, one per seed."""
    chosen = table
    for column, value in where.items():
        if column not in table:
            raise ConfigError(f"claim {claim}: the table has no column {column!r} to select rows by: correct it")
        chosen = chosen[chosen[column] == value]
    if chosen["seed"].duplicated().any():
        raise ConfigError(f"claim {claim}: {dict(where)} selects several rows per seed: name more columns")
    return chosen.set_index("seed")


def as_markdown(table: pd.DataFrame) -> str:
    """The claims for readers: one table per target, with one row per claim and one column per system. Seconds are left out,
    because they differ from run to run.

    Claims and systems that were not run are left out.
    """
    tables = table[table["n"] > 0].groupby("target", sort=False)
    return "\n".join(_one_target(rows, str(target)) for target, rows in tables)


def in_short(table: pd.DataFrame, pages: str) -> str:
    """The papers' own claims in one table without numbers: the systems on which each claim holds.

    Args:
        table: a table from :func:`decide`.
        pages: the folder with one page per target, to which the last column links.
    """
    verdicts = ["holds", "unclear", "fails"]
    lines = [f"| claim | {' | '.join(verdicts)} | details |", f"|{' --- |' * (len(verdicts) + 2)}"]
    for name, rows in table[(table["n"] > 0) & (table["paper"] != "ours")].groupby("id", sort=False):
        first = rows.iloc[0]
        where = {verdict: ", ".join(map(readable, of["system"])) for verdict, of in rows.groupby("verdict")}
        cells = [f"**{name}** {first['claim']}", *(where.get(verdict, "") for verdict in verdicts)]
        lines.append(f"| {' | '.join(cells)} | [`snakemake {first['target']}`]({pages}/{first['target']}.md) |")
    return "\n".join(lines) + "\n"


def for_print(table: pd.DataFrame) -> pd.DataFrame:
    """The claims as a table of text, one row per claim and system: id, system, claim, ratio, threshold, verdict."""
    made = table[table["n"] > 0]
    ratios = pd.Series([_interval(row) for _, row in made.iterrows()], made.index, dtype=str)
    words = {"id": made["id"], "system": made["system"].map(readable), "claim": made["claim"], "ratio": ratios}
    return pd.DataFrame(words | {"threshold": made["factor"].map("{:g}".format), "verdict": made["verdict"]})


def _one_target(table: pd.DataFrame, target: str) -> str:
    systems = list(table["system"].unique())
    head = ["claim", "paper's value", *map(readable, systems), "target"]
    lines = [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}"]
    for name, rows in table.groupby("id", sort=False):
        first, cells = rows.iloc[0], {row["system"]: _cell(row) for _, row in rows.iterrows()}
        published = "–" if pd.isna(first["paper_value"]) else f"{first['paper_value']:g}"
        statement = f"**{name}** ({first['paper']}) {first['claim']}"
        line = [statement, published, *(cells.get(system, "") for system in systems), f"`snakemake {target}`"]
        lines.append(f"| {' | '.join(line)} |")
    return "\n".join(lines) + "\n"


def _cell(row: pd.Series) -> str:
    return f"**{row['verdict']}** {_interval(row)}"


def _interval(row: pd.Series) -> str:
    value, low, high = (_ratio(row[name]) for name in ("value", "low", "high"))
    return f"{value} [{low}, {high}]"


def _ratio(value: float) -> str:
    """Two digits, or three near 1, where the third shows on which side of 1 a ratio lies."""
    return f"{value:.3g}" if 0.9 < value < 1.1 else f"{value:.2g}"
