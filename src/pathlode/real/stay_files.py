"""The text files of intensive-care stays: their lines, descriptors and measurements.

One file per stay has lines ``Time,Parameter,Value``, with hours and minutes since admission.
Source: Silva et al. 2012, Predicting in-hospital mortality of ICU patients (https://physionet.org/content/challenge-2012/1.0.0/).
"""

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pathlode.errors import DataError
from pathlode.real.archives import members
from pathlode.real.quantities import DESCRIPTORS, QUANTITIES

if TYPE_CHECKING:
    import pandas as pd

HEADER = "Time,Parameter,Value"
"""First line of every stay's file."""
_NUMBER = "RecordID"


def stay_texts(archive: Path) -> dict[str, str]:
    """Content of each stay's file, by the stay's name.

    Raises:
        DataError: if the archive is missing or damaged, or has no stay.
    """
    try:
        found = {Path(name).stem: content.decode() for name, content in members(archive).items()}
    except UnicodeDecodeError as error:
        raise DataError(f"{archive} cannot be read as an archive of stays ({error}): fetch it again") from None
    if not found:
        raise DataError(f"{archive} has no file, expected one text file for each stay: fetch it again")
    return found


def lines_of_stays(archive: Path, texts: Mapping[str, str]) -> "pd.DataFrame":
    """All lines of all files: stay (its position), Time, Parameter and Value.

    Raises:
        DataError: if a line has another form.
    """
    import pandas as pd

    bodies = []
    for name, text in texts.items():
        first, _, body = text.partition("\n")
        if first.strip() != HEADER:
            raise DataError(f"{archive}: the file of stay {name} begins with {first!r}, expected {HEADER!r}")
        bodies.append(body if body.endswith("\n") or not body else f"{body}\n")
    counts = [body.count("\n") for body in bodies]
    try:
        table = pd.read_csv(
            io.StringIO("".join(bodies)),
            names=HEADER.split(","),
            dtype={"Time": "category", "Parameter": "category", "Value": "float64"},
            skip_blank_lines=False,
        )
    except ValueError:
        raise _first_bad(archive, texts) from None
    table["stay"] = np.repeat(np.arange(len(texts)), counts)
    if table[["Time", "Parameter", "Value"]].isna().to_numpy().any():
        raise _first_bad(archive, texts)
    return table


def _first_bad(archive: Path, texts: Mapping[str, str]) -> DataError:
    """The error that names the first line of another form."""
    for name, text in texts.items():
        for number, line in enumerate(text.splitlines()[1:], start=2):
            parts = line.split(",")
            try:
                if len(parts) == 3 and parts[0] and parts[1] and float(parts[2]) == float(parts[2]):
                    continue
            except ValueError:
                pass
            return DataError(f"{archive}: line {number} of stay {name} is {line!r}, expected {HEADER} with a number")
    return DataError(f"{archive} cannot be read: fetch it again")


def is_descriptor(table: "pd.DataFrame") -> "pd.Series[bool]":
    """Which lines describe a stay. Its weight is measured too; the first one at admission describes it."""
    own = table["Parameter"].isin({_NUMBER, *DESCRIPTORS} - QUANTITIES.keys())
    both = table["Parameter"].isin(DESCRIPTORS.keys() & QUANTITIES.keys()) & (table["Time"] == "00:00")
    return own | (both & ~table[both].duplicated(["stay", "Parameter"]).reindex(table.index, fill_value=True))


def descriptors_of_stays(archive: Path, head: "pd.DataFrame", names: Sequence[str]) -> NDArray[np.float32]:
    """The descriptors, (stay, descriptor), NaN where unknown.

    Raises:
        DataError: if a stay lacks one.
    """
    wide = head.pivot_table(index="stay", columns="Parameter", values="Value", aggfunc="first", observed=True)
    absent = [name for name in DESCRIPTORS if name not in wide]
    if absent or len(wide) < len(names):
        raise DataError(f"{archive}: a stay lacks the descriptor {(absent or [*DESCRIPTORS])[0]}: fetch it again")
    values = wide[list(DESCRIPTORS)].to_numpy(np.float32)
    return np.where(values == -1, np.float32(np.nan), values)


def merged_measurements(archive: Path, table: "pd.DataFrame") -> "tuple[pd.DataFrame, int, int]":
    """Measurements by stay, minute and quantity, each once; the number of repeated and of implausible ones.

    Raises:
        DataError: if a quantity is unknown, or a time has another form.
    """
    known = {name: place for place, name in enumerate(QUANTITIES)}
    foreign = set(table["Parameter"].unique()) - known.keys()
    if foreign:
        raise DataError(
            f"{archive}: a stay has the quantity {min(foreign)!r}, expected one of pathlode.real.quantities.QUANTITIES"
        )
    minutes = {time: _minutes(archive, time) for time in table["Time"].unique()}
    rows = table[["stay", "Value"]].assign(
        minute=table["Time"].map(minutes).astype("int64"), feature=table["Parameter"].map(known).astype("int64")
    )
    low, high = (np.array([getattr(each, end) for each in QUANTITIES.values()]) for end in ("low", "high"))
    plausible = rows["Value"].between(low[rows["feature"]], high[rows["feature"]])
    rows = rows[plausible]
    once = rows.groupby(["stay", "minute", "feature"])["Value"].mean().reset_index()
    return once, len(rows) - len(once), int((~plausible).sum())


def _minutes(archive: Path, time: str) -> int:
    hours, colon, minutes = str(time).partition(":")
    if not (colon and hours.isdigit() and minutes.isdigit() and int(minutes) < 60):
        raise DataError(f"{archive}: a time is {time!r}, expected hours and minutes such as 07:30")
    return 60 * int(hours) + int(minutes)
