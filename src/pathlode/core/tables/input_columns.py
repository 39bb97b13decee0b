"""Known inputs from the columns of a table, and back.

They stand in the table of the series, or in one of their own.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from pathlode.core.shapes import Times, Values
from pathlode.core.tables.columns import numbers_of
from pathlode.core.tables.frames import Columns, read_frame
from pathlode.core.tables.layout import Layout
from pathlode.errors import DataError

if TYPE_CHECKING:
    import pandas as pd


def read_inputs(table: "pd.DataFrame", inputs: "Sequence[str] | pd.DataFrame", layout: Layout) -> Columns | None:
    """Known inputs of the series of a table, in the order of the series; None without any.

    Args:
        table: of the series.
        inputs: names of its columns, whose cells are empty at times at which no input is given. Or another table, with the same
            columns of labels and times, all of whose other columns are inputs. It may hold more series.
        layout: of the series, as :func:`pathlode.core.tables.frames.read_frame` gives it.

    Raises:
        DataError: naming the first column, row and series at fault.
    """
    own: Any = inputs if hasattr(inputs, "columns") else None
    if own is None:
        return _of_the_series(table, layout) if layout.inputs else None
    try:
        return _of_a_table(own, layout)
    except DataError as error:
        raise DataError(f"inputs: {error}") from None


def given_at(times: Times, values: Values, query: Times) -> Values:
    """Values at those query times that are among their own times, (batch, query time, feature); NaN at the others.

    Times are compared in the less precise one of their types.

    Args:
        times: increasing, (batch, time), padded with NaN.
        values: (batch, time, feature).
        query: (batch, query time), padded with NaN.
    """
    common = min(times.dtype, query.dtype, key=lambda dtype: dtype.itemsize)
    own = times.to(common).nan_to_num(nan=torch.inf)
    query = query.to(common).contiguous()  # NaN is found last, and equal to nothing
    places = torch.searchsorted(own, query).clamp_max(own.shape[-1] - 1)
    found = values.gather(1, places[..., None].expand(*places.shape, values.shape[-1]))
    return found.where((own.gather(1, places) == query)[..., None], torch.nan)


def _of_the_series(table: "pd.DataFrame", layout: Layout) -> Columns:
    """Those of the table of the series, at the times at which they are given."""
    columns = [numbers_of(table[name], name, layout.missing) for name in layout.inputs]
    missing = np.isnan(np.stack(columns, axis=1))
    partly = missing.any(axis=1) & ~missing.all(axis=1)
    if partly.any():
        row = int(partly.argmax())
        name = layout.inputs[int(missing[row].argmax())]
        raise DataError(
            f"column {name!r}, row number {row + 1}: the input is missing, though another one is given there; impute it, or "
            "leave out all inputs of that row"
        )
    rows = table[~missing.all(axis=1)]
    if not len(rows):
        raise DataError(f"column {layout.inputs[0]!r} has no value, expected the known input at its times")
    return _in_order(read_frame(rows, layout.series, layout.time, layout.inputs, (), missing=layout.missing), layout)


def _of_a_table(table: "pd.DataFrame", layout: Layout) -> Columns:
    found = read_frame(table, layout.series, layout.time, None, (), missing=layout.missing)
    names = found.layout.values
    missing = np.isnan(np.stack([numbers_of(table[name], name, layout.missing) for name in names], axis=1))
    if missing.any():
        row, column = (int(place) for place in np.argwhere(missing)[0])
        raise DataError(
            f"column {names[column]!r}, row number {row + 1}: the input is missing; impute it, or leave the row out"
        )
    return _in_order(found, layout)


def _in_order(found: Columns, layout: Layout) -> Columns:
    """Inputs in the order of the series that they belong to."""
    if layout.labels is None:
        return found
    own = found.layout.labels.astype(object)
    places = own.get_indexer(layout.labels.astype(object))
    if (places < 0).any():
        raise DataError(
            f"{layout.name_of(int((places < 0).argmax()))} has no input, unlike {found.layout.name_of(0)}; give its inputs, or "
            "leave the series out"
        )
    times, values = found.times[places], found.values[places]
    longest = int((~times.isnan()).sum(dim=-1).max())
    return replace(found, times=times[:, :longest], values=values[:, :longest], layout=found.layout.chosen(places))
