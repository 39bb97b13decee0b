"""Whether a run's verdicts stay when it is repeated with one thing changed, such as its replicates.

A repeated run is compared cell by cell with a reference, by :mod:`pathlode.reporting.agreement`. The reference has decided a
cell (better, worse or no difference) or not. The verdicts are stable if

1. none of the decided cells is contradicted, and
2. of the other cells, at most a given share has another verdict.

Cells that one of both runs did not make do not count, and neither do settings compared with themselves.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import pandas as pd

from pathlode.artefacts import TableFile
from pathlode.column_kinds import Text, Whole
from pathlode.reporting.agreement import Agreement, compare_runs
from pathlode.reporting.claim_tables import interval_text
from pathlode.reporting.naming import readable
from pathlode.reporting.verdicts import DECIDED, NOT_RUN

REFERENCES = {"published": "the published run", "base": "the run that it repeats"}
"""What a repeated run is compared with."""
_IN_AGREEMENT = {"published": "reference"} | {
    f"published_{name}": f"reference_{name}" for name in ("ratio", "low", "high")
}
"""Columns of :class:`pathlode.reporting.agreement.Agreement`, which has one reference only, and their names here."""


@dataclass(frozen=True)
class RepeatedCells(TableFile):
    """Verdicts of repeated runs beside those of their references.

    One row per variation, reference and cell.
    """

    columns: ClassVar[Mapping[str, str]] = {
        "variation": Text("what the repeated run changes: replicates, threads or kernels"),
        "against": Text("the reference: published, or base, the run that is repeated"),
        **{
            _IN_AGREEMENT.get(name, name): type(text)(text.replace("published", "reference"))
            for name, text in Agreement.columns.items()
        },
    }


@dataclass(frozen=True)
class Stability(TableFile):
    """Whether the verdicts are stable.

    One row per variation and reference.
    """

    columns: ClassVar[Mapping[str, str]] = {
        "variation": Text("what the repeated run changes: replicates, threads or kernels"),
        "against": Text("the reference: published, or base, the run that is repeated"),
        "compared": Whole("cells that both runs made"),
        "confirmed": Whole("of these, those with the same verdict"),
        "decided": Whole("cells that the reference decides"),
        "decided_changed": Whole("of these, those with another verdict, decided or not"),
        "contradicted": Whole("of these, those that the repeated run decides otherwise"),
        "decided_share": "decided_changed / decided",
        "others": Whole("cells that the reference does not decide"),
        "others_changed": Whole("of these, those with another verdict"),
        "others_share": "others_changed / others",
        "allowed": "largest others_share of stable verdicts",
        "none_contradicted": Text("first condition: yes or no; empty if no cell is compared; so below"),
        "few_changed": Text("second condition"),
        "stable": Text("both conditions"),
    }


def compare_repetition(reference: pd.DataFrame, repeated: pd.DataFrame, variation: str, against: str) -> pd.DataFrame:
    """The rows of :class:`RepeatedCells` of one variation and reference.

    Args:
        reference, repeated: tables of :class:`pathlode.reporting.decided_claims.DecidedClaims`.
        variation: name of what the repeated run changes.
        against: name of the reference, of :data:`REFERENCES`.
    """
    cells = compare_runs(reference, repeated).table.rename(columns=_IN_AGREEMENT)
    made = cells[cells["here"] != NOT_RUN].assign(variation=variation, against=against)
    return made[list(RepeatedCells.columns)].reset_index(drop=True)


def count_changes(cells: pd.DataFrame, variation: str, against: str, allowed: float) -> dict[str, Any]:
    """The row of :class:`Stability` of one variation and reference.

    Args:
        cells: the rows of :class:`RepeatedCells` of this variation and reference.
        variation: name of what the repeated run changes.
        against: name of the reference.
        allowed: largest share of the cells that the reference does not decide in which the verdict may change.
    """
    decided, changed = cells["reference"].isin(DECIDED), cells["agreement"] != "confirmed"
    row: dict[str, Any] = {"variation": variation, "against": against, "compared": len(cells)}
    row |= {"confirmed": int((~changed).sum()), "decided": int(decided.sum())}
    row |= {
        "decided_changed": int((decided & changed).sum()),
        "contradicted": int((cells["agreement"] == "contradicted").sum()),
    }
    row |= {"others": int((~decided).sum()), "others_changed": int((~decided & changed).sum())}
    row |= {f"{of}_share": row[f"{of}_changed"] / row[of] if row[of] else float("nan") for of in ("decided", "others")}
    none, few = row["contradicted"] == 0, row["others_changed"] <= allowed * row["others"]
    conditions = {"none_contradicted": none, "few_changed": few, "stable": none and few}
    words = {name: ("yes" if met else "no") if len(cells) else "" for name, met in conditions.items()}
    return row | {"allowed": allowed} | words


def stability_sentence(row: Mapping[str, Any], change: str) -> str:
    """What one row of :class:`Stability` says.

    Args:
        row: the row.
        change: the variation in words, such as ``other replicates``.
    """
    reference = REFERENCES[row["against"]]
    if not row["compared"]:
        return f"With {change}, the run made none of the cells of {reference}."
    parts = [f"With {change}, the run confirms {row['confirmed']} of {row['compared']} verdicts of {reference}"]
    if row["decided"]:
        parts.append(f"contradicts {row['contradicted'] or 'none'} of the {row['decided']} decided ones")
    if row["others"]:
        changed = f"changes {row['others_changed'] or 'none'} of the {row['others']} not decided"
        parts.append(f"{changed} ({row['others_share']:.1%}; at most {row['allowed']:.0%} may change)")
    said = f"{', '.join(parts[:-1])} and {parts[-1]}"
    return f"{said}: {'stable' if row['stable'] == 'yes' else 'not stable'}."


def stability_page(rows: Sequence[Mapping[str, Any]], cells: pd.DataFrame, changes: Mapping[str, str]) -> str:
    """The sentences, the counts and the cells whose verdict changes, as Markdown.

    Args:
        rows: the rows of :class:`Stability`.
        cells: the rows of :class:`RepeatedCells`.
        changes: the variations in words.
    """
    sentences = [f"- {stability_sentence(row, changes[row['variation']])}" for row in rows]
    head = [
        "changed",
        "against",
        "cells",
        "confirmed",
        "decided",
        "of these changed",
        "contradicted",
        "others",
        "of these changed",
    ]
    counts = [
        [changes[row["variation"]], REFERENCES[row["against"]], *map(str, _counts(row)), row["stable"]] for row in rows
    ]
    parts = ["\n".join(sentences), _as_table([*head, "stable"], counts)]
    differing = cells[cells["agreement"] != "confirmed"]
    if len(differing):
        head = ["changed", "against", "claim", "where", "reference", "repeated", "agreement"]
        listed = [_cell(row, changes) for _, row in differing.iterrows()]
        parts.append(f"## Verdicts that change\n\n{_as_table(head, listed)}")
    return "\n\n".join(parts) + "\n"


def _counts(row: Mapping[str, Any]) -> list[Any]:
    names = ("compared", "confirmed", "decided", "decided_changed", "contradicted", "others", "others_changed")
    return [row[name] for name in names]


def _cell(row: pd.Series, changes: Mapping[str, str]) -> list[str]:
    there = interval_text(*(row[f"reference_{name}"] for name in ("ratio", "low", "high")))
    here = interval_text(row["ratio"], row["low"], row["high"])
    verdicts = [f"{row['reference']} {there}".strip(), f"{row['here']} {here}".strip()]
    what = [changes[row["variation"]], REFERENCES[row["against"]], row["id"], readable(row["where"])]
    return [*what, *verdicts, row["agreement"]]


def _as_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
