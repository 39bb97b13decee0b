"""Intensive-care stays of PhysioNet's challenge of 2012, from its archive.

One text file per stay has lines ``Time,Parameter,Value``, with hours and minutes since admission.
Source: Silva et al. 2012, Predicting in-hospital mortality of ICU patients (https://physionet.org/content/challenge-2012/1.0.0/).
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pathlode.errors import DataError
from pathlode.real.archives import members
from pathlode.real.measured import UNKNOWN, MeasuredSeries
from pathlode.real.quantities import DESCRIPTORS, QUANTITIES

if TYPE_CHECKING:
    import pandas as pd

HEADER = "Time,Parameter,Value"
"""First line of every stay's file."""
HOURS = 48
"""Length of a stay's record. The few measurements at its very end belong to the last hour."""
_NUMBER = "RecordID"


@dataclass(frozen=True)
class Stays:
    """The stays as they were read.

    Attributes:
        measured: one row per stay and interval of the grid; the mean, if a quantity was measured more than once.
        repeated: measurements of a quantity in the same minute as the one before it.
        implausible: measurements outside the plausible range, which count as missing.
        unknown: descriptors that are unknown.
        empty: stays without any measurement, which are left out.
    """

    measured: MeasuredSeries
    repeated: int
    implausible: int
    unknown: int
    empty: int


def read_stays(archive: Path, outcomes: Path, source: str, interval: float = 1.0) -> Stays:
    """Reads all stays in one pass through the archive.

    Times are rounded to a grid that all stays share: a row holds what was measured within one interval, and its time is the
    interval's middle. Repeated measurements of a minute count as one, their mean.

    Args:
        archive: ``set-a.tar.gz``.
        outcomes: ``Outcomes-a.txt``, the table with the deaths in hospital.
        source: origin of the files.
        interval: interval of the grid in hours; 48 must be a multiple of it.

    Raises:
        DataError: if a file is missing, damaged, or has another form.
    """
    texts = _texts(archive)
    names = list(texts)
    table = _table(archive, texts)
    described = _is_descriptor(table)
    descriptors, died = _described(archive, table[described], names), _deaths(outcomes, names)
    unknown = int(np.isnan(descriptors).sum())
    measured, repeated, implausible = _merged(archive, table[~described])
    steps = round(HOURS / interval)
    values = _on_grid(measured, len(names), interval, steps)
    kept = np.isfinite(values).any(axis=(1, 2))
    number = int(kept.sum())
    series = MeasuredSeries(
        data="physionet",
        source=source,
        time_unit="h",
        features=list(QUANTITIES),
        units=[quantity.unit for quantity in QUANTITIES.values()],
        target="death",
        classes=["survived", "died"],
        described=list(DESCRIPTORS),
        names=np.array(names)[kept],
        counts=np.full(number, steps),
        times=np.tile((np.arange(steps) + 0.5) * interval, number),
        values=values[kept].reshape(-1, len(QUANTITIES)),
        labels=died[kept],
        descriptors=descriptors[kept],
        given_test=np.zeros(number, bool),
    )
    return Stays(series, repeated, implausible, unknown, len(names) - number)


def _texts(archive: Path) -> dict[str, str]:
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


def _table(archive: Path, texts: Mapping[str, str]) -> "pd.DataFrame":
    """All lines of all files: stay (its position), Time, Parameter and Value."""
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


def _is_descriptor(table: "pd.DataFrame") -> "pd.Series[bool]":
    """Which lines describe a stay. Its weight is measured too; the first one at admission describes it."""
    own = table["Parameter"].isin({_NUMBER, *DESCRIPTORS} - QUANTITIES.keys())
    both = table["Parameter"].isin(DESCRIPTORS.keys() & QUANTITIES.keys()) & (table["Time"] == "00:00")
    return own | (both & ~table[both].duplicated(["stay", "Parameter"]).reindex(table.index, fill_value=True))


def _described(archive: Path, head: "pd.DataFrame", names: Sequence[str]) -> NDArray[np.float32]:
    """The descriptors, (stay, descriptor), NaN where unknown."""
    wide = head.pivot_table(index="stay", columns="Parameter", values="Value", aggfunc="first", observed=True)
    absent = [name for name in DESCRIPTORS if name not in wide]
    if absent or len(wide) < len(names):
        raise DataError(f"{archive}: a stay lacks the descriptor {(absent or [*DESCRIPTORS])[0]}: fetch it again")
    values = wide[list(DESCRIPTORS)].to_numpy(np.float32)
    return np.where(values == -1, np.float32(np.nan), values)


def _merged(archive: Path, table: "pd.DataFrame") -> "tuple[pd.DataFrame, int, int]":
    """Measurements by stay, minute and quantity, each once; the number of repeated and of implausible ones."""
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


def _on_grid(rows: "pd.DataFrame", stays: int, interval: float, steps: int) -> NDArray[np.float32]:
    """Means over each interval, (stay, interval, quantity), NaN where nothing was measured."""
    shape = (stays, steps, len(QUANTITIES))
    within = (rows["minute"].to_numpy() / (60 * interval)).astype(int).clip(max=steps - 1)
    where = np.ravel_multi_index((rows["stay"].to_numpy(), within, rows["feature"].to_numpy()), shape)
    size = int(np.prod(shape))
    numbers = np.bincount(where, minlength=size)
    sums = np.bincount(where, rows["Value"].to_numpy(), minlength=size)
    with np.errstate(invalid="ignore"):
        return (sums / numbers).astype(np.float32).reshape(shape)


def _deaths(outcomes: Path, names: Sequence[str]) -> NDArray[np.int64]:
    """1 for each stay that ended with death in hospital, else 0.

    Raises:
        DataError: if the table is missing, lacks a column, or lacks a stay.
    """
    import pandas as pd

    try:
        table = pd.read_csv(outcomes)
        died = dict(zip(table["RecordID"].astype(int).astype(str), table["In-hospital_death"], strict=True))
    except (OSError, ValueError, KeyError) as error:
        reason = "it does not exist" if isinstance(error, FileNotFoundError) else f"{type(error).__name__}: {error}"
        raise DataError(
            f"{outcomes} cannot be read as the table of outcomes, with the columns RecordID and In-hospital_death "
            f"({reason}): fetch it again"
        ) from error
    lacking = [name for name in names if name not in died]
    if lacking:
        raise DataError(f"{outcomes} has no outcome of stay {lacking[0]}: fetch the archive and the table together")
    labels = np.array([died[name] for name in names], dtype=float)
    return np.where(np.isin(labels, (0, 1)), labels, UNKNOWN).astype(np.int64)
