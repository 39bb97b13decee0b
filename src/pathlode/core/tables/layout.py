"""The columns of tables that series come from and return to."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from pathlode.core.tables.codes import Codes, as_codes
from pathlode.errors import DataError

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Layout:
    """The columns of the table that series were read from, which :func:`pathlode.core.tables.frames.as_frame` gives back.

    Attributes:
        series: name of the column of labels; None if the table held one series.
        time: name of the column of times.
        values: names of the columns of values, in the order of the features.
        static: names of the columns that do not change in time.
        dtypes: each column's type, in pandas' words.
        labels: each series' label, a pandas index; None for numbers from 0 on.
        inputs: names of the columns of known inputs, if they stand in this table.
        missing: entries that stood for missing values.
    """

    series: str | None
    time: str
    values: tuple[str, ...]
    static: tuple[str, ...] = ()
    dtypes: Mapping[str, str] = field(default_factory=dict)
    labels: Any = None
    inputs: tuple[str, ...] = ()
    missing: Codes = ()

    def chosen(self, which: Any) -> "Layout":
        """The layout of some of the series."""
        return self if self.labels is None else replace(self, labels=self.labels[_index(which)])

    def name_of(self, number: int) -> str:
        """A series in messages."""
        return f"trajectory {number}" if self.labels is None else f"series {self.label(number)!r}"

    def naming(self, message: str, first: int = 0) -> str:
        """A message about a trajectory, which then has its label, as features and covariates of a table have their columns.

        Args:
            message: with "trajectory 3", for example.
            first: the number of the trajectory that the message calls number 0.
        """
        told = re.sub("trajectory ([0-9]+)", lambda found: self.name_of(first + int(found[1])), message)
        for what, names in (("feature", self.values), ("static covariate", self.static)):
            if self.dtypes:  # of a table
                told = re.sub(f"{what} ([0-9]+)", partial(_column, names), told)
        return told

    def label(self, number: int) -> Any:
        """A series' label, or its number."""
        found = number if self.labels is None else self.labels[number]
        return found.item() if isinstance(found, np.generic) else found


def layout_of(
    table: "pd.DataFrame",
    series: str | None,
    time: str,
    values: Sequence[str] | None,
    static: Sequence[str],
    inputs: Sequence[str] = (),
    missing: Any = (),
) -> Layout:
    """The named columns of a table, without labels; by default, all columns that are named nowhere else hold values.

    Raises:
        DataError: if a column is missing, named twice, or twice in the table, there is none of values, or an entry of
            ``missing`` is neither a number nor text.
    """
    if not all(hasattr(table, name) for name in ("columns", "dtypes", "iloc")):
        remedy = ": give table.to_pandas()" if hasattr(table, "to_pandas") else ""
        home = f"{type(table).__module__.partition('.')[0]} " if remedy else ""
        raise DataError(f"the table is a {home}{type(table).__name__}, expected a pandas DataFrame{remedy}")
    if getattr(table.columns, "nlevels", 1) > 1:
        raise DataError(
            f"the table's columns have names of {table.columns.nlevels} levels, expected one: give it "
            "table.columns = [' '.join(map(str, name)).strip() for name in table.columns]"
        )
    for name, given in (("values", values), ("static", static), ("inputs", inputs)):
        if isinstance(given, str):
            raise DataError(f"{name} is the text {given!r}, expected a list of columns: [{given!r}]")
    taken = [*([] if series is None else [series]), time, *static, *inputs]
    names = [*table.columns] if values is None else [*values]
    if values is None:
        names = [name for name in names if name not in taken]
    for name in (all_names := [*taken, *names]):
        if name not in table.columns and name in getattr(table.index, "names", ()):
            raise DataError(f"{name!r} is an index of the table, expected a column: give table.reset_index()")
        if name not in table.columns:
            raise DataError(f"the table lacks the column {name!r}: it has {', '.join(map(str, table.columns))}")
        if all_names.count(name) > 1:
            raise DataError(f"the column {name!r} is named twice: each column has one part")
        if list(table.columns).count(name) > 1:
            raise DataError(f"the table has two columns {name!r}: rename one of them")
    if not names:
        raise DataError("there is no column of values: name at least one")
    dtypes = {name: str(table[name].dtype) for name in all_names}
    return Layout(series, time, tuple(names), tuple(static), dtypes, inputs=tuple(inputs), missing=as_codes(missing))


def default_layout(features: int, covariates: int) -> Layout:
    """The columns of series that came from no table: ``series``, ``time``, ``value_1`` ... and ``static_1`` ..."""
    values = tuple(f"value_{number + 1}" for number in range(features))
    return Layout("series", "time", values, tuple(f"static_{number + 1}" for number in range(covariates)))


def _column(names: Sequence[str], found: re.Match[str]) -> str:
    """The column of a feature that a message counts from 1."""
    return f"column {names[int(found[1]) - 1]!r}" if int(found[1]) <= len(names) else found[0]


def _index(which: Any) -> Any:
    return which if isinstance(which, slice) else np.asarray(which)
