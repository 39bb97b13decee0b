"""Series from tables in long format, one row for each time of a series, and tables from series.

pandas is imported when a table is read or made.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pathlode.core.tables.codes import warn_of_codes
from pathlode.core.tables.columns import MICROSECONDS, as_given, dates_of, numbers_of, promoted, type_of_dates
from pathlode.core.tables.convert import as_times
from pathlode.core.tables.layout import Layout, default_layout, layout_of
from pathlode.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Columns:
    """A table's content as padded arrays, as :class:`pathlode.core.series.TimeSeries` takes them.

    Attributes:
        times: (batch, time), padded with NaN.
        values: (batch, time, feature), padded with NaN.
        dates: whether the times were dates; they are seconds since 1970 then.
        static: (batch, covariate); None without such columns.
        layout: names, types and labels.
    """

    times: Tensor
    values: Tensor
    dates: bool
    static: Tensor | None
    layout: Layout


def read_frame(
    table: "pd.DataFrame",
    series: str | None,
    time: str,
    values: Sequence[str] | None,
    static: Sequence[str],
    inputs: Sequence[str] = (),
    missing: Any = (),
) -> Columns:
    """Padded arrays of a table, without its columns of known inputs; see :meth:`pathlode.core.series.TimeSeries.from_frame`.

    Raises:
        DataError: naming the first column, row and series at fault.
    """
    layout = layout_of(table, series, time, values, static, inputs, missing)
    if not len(table):
        raise DataError("the table has no row, expected one for each time of a series")
    codes, layout = _labels(table, layout)
    order = np.argsort(codes, kind="stable")  # the rows of a series together, in the table's order
    codes = codes[order]
    place = np.arange(len(codes)) - np.searchsorted(codes, codes)
    original, dates = _times(table[time], time)
    if dates:
        layout = replace(layout, dtypes={**layout.dtypes, time: type_of_dates(table[time])})
    _refuse_disorder(original[order], codes, order, time, layout)
    seconds = as_times(original[:, None])[0].numpy()[
        order, 0
    ]  # of one time each, so as not to compare those of two series
    _refuse_too_close(seconds, codes, order, layout)
    columns = {name: numbers_of(table[name], name, layout.missing) for name in layout.values}
    warn_of_codes(columns)
    observed = promoted(list(columns.values()))[order]
    _refuse_empty(observed, codes, layout)
    shape = int(codes[-1]) + 1, int(place.max()) + 1
    return Columns(
        _padded(seconds, codes, place, shape),
        _padded(observed, codes, place, (*shape, observed.shape[1])),
        dates,
        _static(table, layout, codes, order),
        layout,
    )


def as_frame(
    times: Tensor,
    values: Tensor,
    dates: bool,
    static: Tensor | None,
    layout: Layout | None,
    inputs: Tensor | None = None,
) -> "pd.DataFrame":
    """The table of series: a row for each time that is not padding, the rows of a series together.

    A column of whole numbers comes back as such if all its values are whole. The columns of known inputs, (batch, time, input),
    are NaN where none are given.
    """
    import pandas as pd

    layout = layout or default_layout(values.shape[-1], 0 if static is None else static.shape[-1])
    present = ~times.isnan().numpy(force=True)
    codes, _ = np.nonzero(present)
    labels = pd.RangeIndex(len(times)) if layout.labels is None else layout.labels
    columns: dict[str, Any] = {}
    if layout.series is not None:
        columns[layout.series] = labels.take(codes)
    own = times.numpy(force=True)[present]
    columns[layout.time] = _as_dates(own, layout) if dates else as_given(own, layout.dtypes.get(layout.time))
    for names, part, rows in (
        (layout.values, values, present),
        (layout.static, static, codes),
        (layout.inputs, inputs, present),
    ):
        if part is not None:
            for name, column in zip(names, part.numpy(force=True)[rows].T, strict=True):
                columns[name] = as_given(column, layout.dtypes.get(name))
    return pd.DataFrame(columns)


def _labels(table: "pd.DataFrame", layout: Layout) -> tuple[NDArray[np.int64], Layout]:
    """The number of each row's series, counted as they first appear, and the layout with their labels."""
    import pandas as pd

    if layout.series is None:
        return np.zeros(len(table), dtype=np.int64), layout
    codes, labels = pd.factorize(table[layout.series])
    if (codes < 0).any():
        row = int((codes < 0).argmax())
        raise DataError(
            f"column {layout.series!r}, row number {row + 1}: the label of the series is missing; give it, or remove the row"
        )
    return codes.astype(np.int64), replace(layout, labels=pd.Index(labels, name=None))


def _times(column: "pd.Series[Any]", name: str) -> tuple[NDArray[Any], bool]:
    """Numbers or ``datetime64``, none missing, and whether they are dates."""
    import pandas as pd

    if pd.api.types.is_string_dtype(column.dtype) and any(isinstance(entry, str) for entry in column):
        raise DataError(
            f"column {name!r} is text, expected numbers or dates: convert it, for example with "
            f"pandas.to_datetime(table[{name!r}])"
        )
    if pd.api.types.is_timedelta64_dtype(column.dtype):
        column = pd.Series(as_times(column.to_numpy())[0].numpy())  # seconds
    found = dates_of(column, name)
    times = numbers_of(column, name) if found is None else found
    bad = np.isnat(times) if found is not None else ~np.isfinite(times)
    if bad.any():
        row = int(bad.argmax())
        raise DataError(
            f"column {name!r}, row number {row + 1}: the time is {column.iloc[row]}; correct or remove the row"
        )
    if found is None:
        _warn_of_written_dates(times, name)
    return times, found is not None


def _warn_of_written_dates(times: NDArray[Any], name: str) -> None:
    """Warns of numbers that are all dates if read as year, month and day: their differences are no durations."""
    day, month = times % 100, times // 100 % 100
    dated = (times == times.round()) & (times > 19000100) & (times < 22000000) & (day >= 1) & (day <= 31)
    if (dated & (month >= 1) & (month <= 12)).all():
        logger.warning(
            "column %r has numbers such as %d, which are read as numbers: if they are dates, give them as dates, by "
            "pandas.to_datetime(table[%r], format='%%Y%%m%%d')",
            *(name, int(times[0]), name),
        )


def _refuse_disorder(
    times: NDArray[Any], codes: NDArray[np.int64], order: NDArray[np.int64], name: str, layout: Layout
) -> None:
    """Refuses times that do not increase within a series."""
    bad = (codes[1:] == codes[:-1]) & (times[1:] <= times[:-1])
    if not bad.any():
        return
    at = int(bad.argmax()) + 1
    where = f"column {name!r}, {layout.name_of(int(codes[at]))}, row number {order[at] + 1}"
    now, before = (np.datetime_as_string(t, unit="auto") if times.dtype.kind == "M" else t for t in times[[at, at - 1]])
    if times[at] == times[at - 1]:
        remedy = "merge the two"
        if times.dtype == np.float32:
            remedy += ", or give the column in double precision, if they differed before they were rounded to single precision"
        raise DataError(f"{where}: the time {now} is that of row number {order[at - 1] + 1} too; {remedy}")
    columns = [each for each in (layout.series, name) if each is not None]
    raise DataError(
        f"{where}: the time {now} is before {before} of the row before it; sort with table.sort_values({columns})"
    )


def _refuse_too_close(
    seconds: NDArray[Any], codes: NDArray[np.int64], order: NDArray[np.int64], layout: Layout
) -> None:
    """Refuses dates that differ, but not as seconds in double precision."""
    close = (codes[1:] == codes[:-1]) & (seconds[1:] <= seconds[:-1])
    if close.any():
        at = int(close.argmax())
        raise DataError(
            f"{layout.name_of(int(codes[at]))}, rows number {order[at] + 1} and {order[at + 1] + 1}: the dates are less than a "
            "microsecond apart, which seconds since 1970 do not resolve; give times as numbers from an origin of your own"
        )


def _refuse_empty(observed: NDArray[Any], codes: NDArray[np.int64], layout: Layout) -> None:
    counts = np.bincount(codes, weights=(~np.isnan(observed)).any(axis=1))
    if not counts.all():
        raise DataError(f"{layout.name_of(int(counts.argmin()))} has no observed value; remove it")


def _padded(rows: NDArray[Any], codes: NDArray[np.int64], place: NDArray[np.int64], shape: tuple[int, ...]) -> Tensor:
    found = np.full(shape, np.nan, dtype=rows.dtype)
    found[codes, place] = rows
    return torch.from_numpy(found)


def _static(table: "pd.DataFrame", layout: Layout, codes: NDArray[np.int64], order: NDArray[np.int64]) -> Tensor | None:
    if not layout.static:
        return None
    rows = promoted([numbers_of(table[name], name, layout.missing) for name in layout.static])[order]
    first = rows[np.searchsorted(codes, codes)]
    bad = (rows != first) & ~(np.isnan(rows) & np.isnan(first))
    if bad.any():
        at, which = (int(place) for place in np.argwhere(bad)[0])
        raise DataError(
            f"column {layout.static[which]!r}, row number {order[at] + 1}: {rows[at, which]:g} differs from "
            f"{first[at, which]:g} before it in {layout.name_of(int(codes[at]))}, but a static column does not change in a "
            "series; name it under values"
        )
    static = first[np.flatnonzero(np.diff(codes, prepend=-1))]
    warn_of_codes(dict(zip(layout.static, static.T, strict=True)))
    return torch.from_numpy(static)


def _as_dates(seconds: NDArray[Any], layout: Layout) -> Any:
    import pandas as pd

    exact = np.round(seconds * MICROSECONDS).astype(np.int64).view("datetime64[us]")
    found = pd.Series(exact)
    dtype: Any = layout.dtypes.get(layout.time)
    if dtype is None:
        return found
    zone = getattr(pd.api.types.pandas_dtype(dtype), "tz", None)
    located: Any = found if zone is None else found.dt.tz_localize("UTC")
    return located.astype(dtype)
