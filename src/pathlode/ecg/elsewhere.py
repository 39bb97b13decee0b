"""Errors on recordings of another source than the training data."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from pathlode.artefacts import TableFile
from pathlode.column_kinds import Text, Whole
from pathlode.ecg.records import CLASSES
from pathlode.ecg.report import Report
from pathlode.errors import DataError

ALL = "all"
"""In place of a record's name: all of them."""
ALARMS = "SV"
"""Classes whose calls are alarms."""
_COUNTS = ["hours", "n", "called", "hits", "unflagged"]


@dataclass(frozen=True)
class Alarms(TableFile):
    """Alarms of a classifier of beats on recordings of another source, one row per recording and class, and of all."""

    columns: ClassVar[Mapping[str, str]] = {
        "source": Text("name of where the recordings come from"),
        "record": Text(f"name of the recording, {ALL} for all of them"),
        "class": Text("name of the class: S or V"),
        "hours": "duration",
        "n": Whole("annotated beats of the class"),
        "called": Whole("beats that were found and called so, also where none is annotated"),
        "hits": Whole("annotated beats of the class that were found and called so"),
        "false_per_hour": "(called - hits) / hours",
        "unflagged_per_hour": "those of them without a flag, per hour",
        "sensitivity": "hits / n; none without beats of the class",
    }


def records_in(folder: Path) -> list[Path]:
    """The WFDB records of a folder, without their ending, by name.

    Raises:
        DataError: if there are none.
    """
    found = sorted(path.with_suffix("") for path in folder.glob("*.hea"))
    if not found:
        raise DataError(
            f"{folder} has no WFDB records, expected .hea files: name another folder by ecg.elsewhere.folder"
        )
    return found


def alarms(reports: Iterable[Report], source: str) -> Alarms:
    """Alarms of reports.

    Args:
        reports: of recordings with annotations.
        source: name of where they come from.
    """
    rows = pd.DataFrame([_counts(report, name) for report in reports for name in ALARMS])
    whole = rows.groupby("class", as_index=False)[_COUNTS].sum().assign(record=ALL)
    table = pd.concat([rows, whole], ignore_index=True).assign(source=source)
    table["false_per_hour"] = (table["called"] - table["hits"]) / table["hours"]
    table["unflagged_per_hour"] = table["unflagged"] / table["hours"]
    table["sensitivity"] = table["hits"] / table["n"].where(table["n"] > 0)
    return Alarms(table[list(Alarms.columns)])


def _counts(report: Report, name: str) -> dict[str, Any]:
    label, recording = CLASSES.index(name), report.beats.recording
    annotated = recording.annotations.beats()[1] if recording.annotations else np.zeros(0, np.int8)
    called = report.classes == label
    hits = called & (report.marked == label)
    unflagged = called & ~hits & (np.array(report.flags) == "")
    counts = {
        "unflagged": int(unflagged.sum()),
        "n": int((annotated == label).sum()),
        "called": int(called.sum()),
        "hits": int(hits.sum()),
    }
    return {"record": report.record, "class": name, "hours": recording.seconds / 3600} | counts
