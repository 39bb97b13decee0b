"""Series from tables, and tables of series: what :meth:`pathlode.core.series.TimeSeries.from_frame` and ``to_frame`` do."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pathlode.core.series import TimeSeries
from pathlode.core.tables.frames import as_frame, read_frame
from pathlode.core.tables.input_columns import given_at, read_inputs
from pathlode.errors import DataError

if TYPE_CHECKING:
    import pandas as pd


def series_of(
    table: "pd.DataFrame",
    series: str | None,
    time: str,
    values: Sequence[str] | None,
    static: Sequence[str],
    inputs: "Sequence[str] | pd.DataFrame",
    missing: Any,
    name: str,
) -> TimeSeries:
    """Series from a table in long format, with arguments and errors of :meth:`pathlode.core.series.TimeSeries.from_frame`."""
    named: Any = () if hasattr(inputs, "columns") else inputs
    try:
        found = read_frame(table, series, time, values, static, named, missing)
        known = read_inputs(table, inputs, found.layout)
    except DataError as error:
        raise DataError(f"{name}: {error}") from None
    read: dict[str, Any] = {"dates": found.dates, "static": found.static, "layout": found.layout}
    if known is not None:
        parts = known.times, known.values, f"inputs of {name}"
        read["inputs"] = TimeSeries(*parts, dates=known.dates, layout=known.layout)
    return TimeSeries(found.times, found.values, name, **read)


def table_of(series: TimeSeries) -> "pd.DataFrame":
    """Series as a table in long format, as :meth:`pathlode.core.series.TimeSeries.to_frame` gives it.

    Raises:
        DataError: if there are several sets.
    """
    series.refuse_sets()
    known, layout = None, series.layout
    if series.inputs is not None and layout is not None and layout.inputs:
        known = given_at(series.inputs.times, series.inputs.values, series.times)
    return as_frame(series.times, series.values, series.dates, series.static, layout, known)
