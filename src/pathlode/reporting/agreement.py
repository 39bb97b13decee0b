"""Comparison of a run's verdicts with the published ones.

A verdict is decided if it is better, worse or no difference.

============ =========================================================================
agreement    when
============ =========================================================================
confirmed    both verdicts are the same
contradicted both are decided, and differ
undecided    otherwise: one of them is not decided, or this run did not make the cell
============ =========================================================================
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import ClassVar

import pandas as pd

from pathlode.artefacts import TableFile
from pathlode.column_kinds import Text
from pathlode.errors import DataError
from pathlode.reporting.claim_entries import CONTROL
from pathlode.reporting.claim_tables import interval_text
from pathlode.reporting.decided_claims import DecidedClaims
from pathlode.reporting.discoveries import with_discoveries
from pathlode.reporting.naming import readable
from pathlode.reporting.verdicts import DECIDED, NOT_RUN

CELL = ["id", "where"]
"""Columns that identify a verdict."""
KINDS = ("confirmed", "undecided", "contradicted")
"""All agreements."""


@dataclass(frozen=True)
class Agreement(TableFile):
    """A run's verdicts beside the published ones.

    One row per published verdict.
    """

    columns: ClassVar[Mapping[str, str]] = {
        "id": Text("of the claim"),
        "paper": Text("letter of the paper that makes it, or ours"),
        "where": Text("where it was tested"),
        "published": Text("verdict of the published run"),
        "here": Text("verdict of this run"),
        "agreement": Text("confirmed, undecided or contradicted"),
        "published_ratio": "ratio of the published run",
        "published_low": "lower bound of its interval",
        "published_high": "upper bound of its interval",
        "ratio": "ratio of this run",
        "low": "lower bound of its interval",
        "high": "upper bound of its interval",
        "target": Text("target of Snakemake that makes its tables"),
    }


def read_published(path: Path) -> pd.DataFrame:
    """The published verdicts, a table of :class:`pathlode.reporting.decided_claims.DecidedClaims`.

    Raises:
        DataError: if the file is missing or damaged.
    """
    try:
        return DecidedClaims.load(path).table
    except DataError as error:
        reason = str(error).partition(": delete it")[0]
        raise DataError(f"{reason}: restore it, for example with `git checkout -- {path.name}`") from None


def agree(published: str, here: str) -> str:
    """Confirmed if both verdicts are the same, contradicted if both are decided and differ, else undecided."""
    if published == here:
        return "confirmed"
    return "contradicted" if published in DECIDED and here in DECIDED else "undecided"


def compare_runs(published: pd.DataFrame, here: pd.DataFrame) -> Agreement:
    """The agreement on every published verdict of the chapters that this run has made.

    Claims of a setting against itself, and claims that are no longer declared, are left out.

    Args:
        published, here: tables of :class:`pathlode.reporting.decided_claims.DecidedClaims`.
    """
    asked = (published["verdict"] != NOT_RUN) & (published["paper"] != CONTROL) & published["id"].isin(here["id"])
    numbers = ["verdict", "ratio", "low", "high"]
    both = published.loc[asked, [*CELL, "paper", "target", *numbers]].merge(
        here[[*CELL, *numbers]], on=CELL, how="left", suffixes=("_published", "_here")
    )
    both["verdict_here"] = both["verdict_here"].fillna(NOT_RUN)
    verdicts = zip(both["verdict_published"], both["verdict_here"], strict=True)
    made = both.assign(agreement=[agree(*pair) for pair in verdicts])
    names = {"verdict_published": "published", "verdict_here": "here"}
    names |= {f"{name}_published": f"published_{name}" for name in numbers[1:]}
    names |= {f"{name}_here": name for name in numbers[1:]}
    return Agreement(made.rename(columns=names)[list(Agreement.columns)])


def publish(published: pd.DataFrame, here: pd.DataFrame, error: float) -> pd.DataFrame:
    """The published table after this run: its rows replace those of the chapters that it made, and all are corrected together.

    Its claims stand in its order, in the places that claims of it had before; a new one stands after the one before it, and a
    new chapter at the end.

    Args:
        published, here: tables of :class:`pathlode.reporting.decided_claims.DecidedClaims`.
        error: as of :func:`pathlode.reporting.discoveries.with_discoveries`.
    """
    made = here[here["n"] > 0]
    kept = published[~published["target"].isin(made["target"])]
    if kept.empty:
        return made.reset_index(drop=True)
    names, own = list(dict.fromkeys(published["id"])), list(dict.fromkeys(here["id"]))
    known = iter([name for name in own if name in names])
    names = [next(known) if name in own else name for name in names]
    for before, name in pairwise([None, *own]):
        if name not in names:
            names.insert(names.index(before) + 1 if before else len(names), name)
    order = {name: place for place, name in enumerate(names)}
    both = pd.concat([kept, made])
    both = both.sort_values("id", key=lambda names: names.map(order), kind="stable", ignore_index=True)
    return with_discoveries(both, error)


def sentence(table: pd.DataFrame) -> str:
    """What a run says at its end, on the papers' claims."""
    papers = table[table["paper"] != "ours"]
    if papers.empty:
        return "No published verdict belongs to what this run made."
    counts = papers["agreement"].value_counts()
    confirmed, undecided, contradicted = (int(counts.get(kind, 0)) for kind in KINDS)
    left_out = int((papers["here"] == NOT_RUN).sum())
    rest = f" ({left_out} of them not part of this scale)" if left_out else ""
    words = (
        f"This machine confirms {confirmed} of {len(papers)} verdicts, is undecided on {undecided or 'none'}{rest}, "
    )
    return f"{words}contradicts {contradicted or 'none'}."


def as_page(table: pd.DataFrame, control: pd.DataFrame) -> str:
    """Both runs side by side, as Markdown: the sentence, the cells that are not confirmed, then all others.

    Args:
        table: the rows of an :class:`Agreement`.
        control: the rates of :func:`pathlode.reporting.claims.false_verdicts`.
    """
    (rates,) = control.to_dict("records")
    parts = [sentence(table)]
    if rates["cells"]:
        parts.append(
            f"Settings compared with themselves: {rates['false']} of {rates['cells']} verdicts are false "
            f"({rates['share']:.1%}; at most {rates['allowed']:.0%} are allowed)."
        )
    order = {kind: place for place, kind in enumerate(reversed(KINDS))}
    for paper, title in ((False, "## The papers' claims"), (True, "## Our own claims")):
        rows = table[(table["paper"] == "ours") == paper].sort_values(
            "agreement", key=lambda kinds: kinds.map(order), kind="stable"
        )
        if len(rows):
            parts.append(f"{title}\n\n{_as_markdown(rows)}")
    return "\n\n".join(parts) + "\n"


def _as_markdown(rows: pd.DataFrame) -> str:
    lines = ["| claim | where | published | here | agreement |", "| --- | --- | --- | --- | --- |"]
    for _, row in rows.iterrows():
        there = f"{row['published']} {interval_text(*(row[f'published_{name}'] for name in ('ratio', 'low', 'high')))}"
        here = f"{row['here']} {interval_text(row['ratio'], row['low'], row['high'])}"
        cells = [row["id"], readable(row["where"]), there.strip(), here.strip(), row["agreement"]]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)
