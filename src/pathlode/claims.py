"""Claims: what is compared, how it is decided, and the table that says so."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import pandas as pd
from scipy import stats

from pathlode.errors import ConfigError, DataError

COLUMNS = ["id", "paper", "claim", "paper_value", "value", "low", "high", "n", "verdict", "target", "seconds"]


@dataclass(frozen=True)
class Claim:
    """One entry of claims.yaml, whose head explains the fields."""

    id: str
    paper: str
    claim: str
    paper_value: float | None
    table: str
    metric: str
    ours: Mapping[str, str]
    rival: Mapping[str, str]
    target: str


def read_claims(entries: Sequence[Mapping[str, Any]], source: str) -> list[Claim]:
    """Claims from plain mappings.

    Raises:
        ConfigError: if an entry has a missing or unknown key or a value of the wrong kind, or an id is used twice.
    """
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ConfigError(f"{source} is not a list of mappings, expected one mapping a claim")
    expected = [field.name for field in fields(Claim)]
    for number, entry in enumerate(entries, start=1):
        wrong = sorted(set(expected) ^ set(entry))
        if wrong:
            state = "misses" if wrong[0] in expected else "has the unknown key"
            raise ConfigError(f"{source}: claim number {number} {state} {wrong[0]!r}, expected {', '.join(expected)}")
        _check_kinds(entry, f"{source}: claim number {number}")
    ids = [entry["id"] for entry in entries]
    repeated = sorted({name for name in ids if ids.count(name) > 1})
    if repeated:
        raise ConfigError(f"{source}: the id {repeated[0]!r} is used {ids.count(repeated[0])} times, expected once")
    return [Claim(**entry) for entry in entries]


def _check_kinds(entry: Mapping[str, Any], place: str) -> None:
    for name, value in entry.items():
        if name in ("ours", "rival"):
            if not isinstance(value, dict) or not value:
                raise ConfigError(f"{place}: {name} is {value!r}, expected a mapping from columns to values")
        elif name == "paper_value":
            if value is not None and not isinstance(value, int | float):
                raise ConfigError(f"{place}: paper_value is {value!r}, expected a number or null")
        elif not isinstance(value, str):
            raise ConfigError(f"{place}: {name} is {value!r}, expected a text")


@dataclass(frozen=True)
class Ratio:
    """Geometric mean of paired ratios with its confidence interval."""

    value: float
    low: float
    high: float
    n: int

    @property
    def verdict(self) -> str:
        """``holds`` if the interval lies above 1, ``fails`` if below, else ``unclear``."""
        return "holds" if self.low > 1 else "fails" if self.high < 1 else "unclear"


def paired_ratio(rival: Sequence[float], ours: Sequence[float], confidence: float) -> Ratio:
    """exp of the mean of ln(rival / ours), with Student's t interval on the logarithms.

    With a single pair the interval is unbounded.

    Raises:
        DataError: if a value is not a positive number, or the lengths differ.
    """
    if len(rival) != len(ours) or not all(0 < x < math.inf for x in (*rival, *ours)):
        raise DataError(f"a ratio needs equally many positive numbers, got {list(rival)} and {list(ours)}")
    logs = [math.log(r / o) for r, o in zip(rival, ours, strict=True)]
    mean = math.exp(sum(logs) / len(logs))
    if len(logs) == 1:
        return Ratio(mean, 0.0, math.inf, 1)
    interval = stats.ttest_1samp(logs, 0.0).confidence_interval(confidence)
    return Ratio(mean, math.exp(interval.low), math.exp(interval.high), len(logs))


def decide(claims: Sequence[Claim], tables: Mapping[str, pd.DataFrame], confidence: float) -> pd.DataFrame:
    """The claim table, columns :data:`COLUMNS`.

    ``seconds`` is the training time, summed over seeds, of the settings compared. A claim whose rows this run did not
    make is ``not run``.

    Raises:
        ConfigError: if a claim names a table or column that does not exist, or several rows a seed.
    """
    rows = []
    for claim in claims:
        table = tables.get(claim.table)
        if table is None or claim.metric not in table:
            raise ConfigError(f"claim {claim.id}: there is no column {claim.metric!r} in the table {claim.table!r}")
        ours, rival = (_rows(table, where, claim.id) for where in (claim.ours, claim.rival))
        both = ours.merge(rival, on="seed", suffixes=("_ours", "_rival"))
        row: dict[str, Any] = {name: getattr(claim, name) for name in ("id", "paper", "claim", "paper_value", "target")}
        if len(both):
            ratio = paired_ratio(
                both[f"{claim.metric}_rival"].tolist(), both[f"{claim.metric}_ours"].tolist(), confidence
            )
            row |= {"value": ratio.value, "low": ratio.low, "high": ratio.high, "n": ratio.n, "verdict": ratio.verdict}
            row["seconds"] = round(float(both["train_seconds_ours"].sum() + both["train_seconds_rival"].sum()), 1)
        else:
            row |= {"n": 0, "verdict": "not run"}
        rows.append(row)
    return pd.DataFrame(rows, columns=COLUMNS)


def _rows(table: pd.DataFrame, where: Mapping[str, str], claim: str) -> pd.DataFrame:
    """The rows that a claim compares, one a seed."""
    chosen = table
    for column, value in where.items():
        if column not in table:
            raise ConfigError(f"claim {claim}: there is no column {column!r} to choose rows by")
        chosen = chosen[chosen[column] == value]
    if chosen["seed"].duplicated().any():
        raise ConfigError(f"claim {claim}: {dict(where)} chooses several rows a seed: name more columns")
    return chosen.set_index("seed")


def as_markdown(table: pd.DataFrame) -> str:
    """The claim table for people: one row a claim, without the seconds, which differ from run to run."""
    lines = [
        "| id | paper | claim | rival / ours [interval] | paper's value | seeds | verdict | target |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row in table.to_dict("records"):
        value = f"{row['value']:.3g} [{row['low']:.3g}, {row['high']:.3g}]" if row["n"] else "–"
        published = "–" if pd.isna(row["paper_value"]) else f"{row['paper_value']:g}"
        lines.append(
            f"| {row['id']} | {row['paper']} | {row['claim']} | {value} | {published} | {row['n']} | **{row['verdict']}** | "
            f"`snakemake {row['target']}` |"
        )
    return "\n".join(lines) + "\n"
