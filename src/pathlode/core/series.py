"""Irregular time series, validated once when they are made."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, overload

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pathlode.core.accepted import accepted, refuse_unfit_inputs
from pathlode.core.context import Context
from pathlode.core.masks import fewest_and_most, lengths
from pathlode.core.ragged import side_by_side
from pathlode.core.shapes import Mask, Static, Times, Values
from pathlode.entries import imported
from pathlode.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

    from pathlode.core.tables.layout import Layout

_TABLES = "pathlode.core.tables.series_tables"
"""The module that reads and makes tables of series. Most jobs hold none, and depend neither on it nor on pandas."""


@dataclass(frozen=True)
class TimeSeries:
    """Trajectories, each at its own times. They may differ in length, and values may be missing feature by feature.

    A missing value is NaN. A trajectory shorter than the longest is padded at its end with NaN, in times and values;
    :meth:`of` does so for a list of trajectories. A time at which nothing was observed may stay: predictions are made there.

    Series are a dataset for a training loop of one's own, see :meth:`__getitem__` and the guide to such loops.

    Several sets of equally many trajectories can share a leading axis, one set for each member of a stack of models.

    Args:
        times: (batch, time) or (set, batch, time), strictly increasing along time, in the data's unit: a tensor, an array or a
            list of numbers, or dates, see :func:`pathlode.core.tables.convert.as_times`.
        values: (batch, time, feature) or (set, batch, time, feature).
        name: the data's name in messages, for example the file they came from.
        mask: where values were observed; the others become NaN. By default, values that are not NaN were.

    Attributes:
        mask: where values were observed, booleans like ``values``; None if all were.
        dates: whether the times were given as dates; they are then seconds since 1970.
        static: what does not change in time, (batch, covariate) or (set, batch, covariate), in its own precision; NaN where it
            is not known. None if there is nothing of the kind.
        inputs: known inputs of the same trajectories at their own times, without missing values: series, or a pair of times and
            values. None if there are none.
        layout: names and types of the columns of the table that the series came from, for :meth:`to_frame`.

    Raises:
        DataError: if shapes do not fit, a number is infinite, times do not increase, or a trajectory has no observation.
    """

    times: Times
    values: Values
    name: str = "time series"
    mask: Mask | None = None
    dates: bool = False
    static: Static | None = None
    layout: "Layout | None" = None
    inputs: "TimeSeries | None" = None

    def __post_init__(self) -> None:
        try:
            own = accepted(self.times, self.values, self.mask, self.static)
            dates, inputs = own.dates or self.dates, self.inputs
            if inputs is not None:
                inputs = inputs if isinstance(inputs, TimeSeries) else TimeSeries(*inputs, name="inputs")
                refuse_unfit_inputs(inputs.times, inputs.values, own.times, inputs.dates != dates)
        except DataError as error:
            told = str(error) if self.layout is None else self.layout.naming(str(error))
            raise DataError(f"{self.name}: {told}") from None
        for name, part in (vars(own) | {"dates": dates, "inputs": inputs}).items():
            object.__setattr__(self, name, part)  # the only place that sets them: the class is frozen

    @classmethod
    def of(cls, series: Iterable[Sequence[Any]], name: str = "time series") -> "TimeSeries":
        """Trajectories of any lengths, from pairs of times (time,) and values (time, feature), or (time,) for one feature.

        A third entry beside them is what does not change in time, (covariate,), or None. A fourth is the known inputs, as a
        pair of their times and values.

        Raises:
            DataError: as for the class, and if there is no pair or the numbers of features or covariates differ.
        """
        try:
            found = side_by_side(series)
        except DataError as error:
            raise DataError(f"{name}: {error}") from None
        inputs = cls.of(found.inputs, f"the inputs of {name}") if found.inputs else None
        return cls(found.times, found.values, name, dates=found.dates, static=found.static, inputs=inputs)

    @staticmethod
    def from_frame(
        table: "pd.DataFrame",
        *,
        series: str | None = None,
        time: str,
        values: Sequence[str] | None = None,
        static: Sequence[str] = (),
        inputs: "Sequence[str] | pd.DataFrame" = (),
        missing: "float | str | Sequence[float | str]" = (),
        name: str = "table",
    ) -> "TimeSeries":
        """Series from a table in long format: a row for each time of a series, with the label of the series.

        A missing cell of a value is a missing value. The rows of a series may stand anywhere, but in order of time. Columns in
        single precision stay so; all others are read in double precision. Dates are exact to a microsecond.

        Args:
            table: a pandas DataFrame.
            series: column of the labels, of any type; None if the table holds one series.
            time: column of the times, numbers, dates or durations; durations count in seconds.
            values: columns of the values; by default all others.
            static: columns that do not change within a series.
            inputs: columns of known inputs. Their cells may be empty, all of a row together; such a row is no time of the
                inputs. Or a table of their own, for inputs at other times: with the same columns of labels and times, all its
                other columns are inputs.
            missing: entries that stand for missing values, such as -999 or "?". A warning names a value that looks like one.
            name: the table's name in messages, for example its file.

        Raises:
            DataError: naming the first column, row and series at fault. The first row is number 1.
        """
        read: TimeSeries = imported(_TABLES).series_of(table, series, time, values, static, inputs, missing, name)
        return read

    def to_frame(self) -> "pd.DataFrame":
        """The series as a table in long format, with the columns, types and labels of the table that they came from.

        The rows of a series stand together, and the series in the order in which they first appeared in the table; so a table
        in this order comes back as it was. A column of whole numbers comes back as such if all its values are whole, otherwise
        in double precision. Series from elsewhere get the columns ``series``, ``time``, ``value_1`` ... and ``static_1`` ...
        Inputs that stood in a table of their own are ``series.inputs.to_frame()``.

        Raises:
            DataError: if there are several sets.
        """
        made: pd.DataFrame = imported(_TABLES).table_of(self)
        return made

    def __len__(self) -> int:
        """Number of trajectories (of each set)."""
        return self.times.shape[-2]

    @overload
    def __getitem__(self, chosen: int) -> tuple[Any, ...]: ...

    @overload
    def __getitem__(self, chosen: "slice | Sequence[int] | Tensor | NDArray[Any]") -> "TimeSeries": ...

    def __getitem__(self, chosen: Any) -> "tuple[Any, ...] | TimeSeries":
        """One trajectory, or the series of several of them.

        A number gives times (time,), values (time, feature) and, if there are any, static covariates (covariate,) and inputs,
        without padding, as :meth:`of` takes them. A slice, numbers or a mask give series that are padded as these are. So the
        series are a dataset for :class:`torch.utils.data.DataLoader`, with ``collate_fn=TimeSeries.of``.

        Raises:
            DataError: if there are several sets.
            IndexError: if there is no such trajectory.
        """
        self.refuse_sets()
        static = None if self.static is None else self.static[chosen]
        if isinstance(chosen, (int, np.integer)):
            length = int(self.lengths[chosen])
            one = self.times[chosen, :length], self.values[chosen, :length]
            if self.inputs is not None:
                return *one, static, self.inputs[int(chosen)]
            return one if static is None else (*one, static)
        inputs = None if self.inputs is None else self.inputs[chosen]
        layout = None if self.layout is None else self.layout.chosen(chosen)
        times, values = self.times[chosen], self.values[chosen]
        return replace(self, times=times, values=values, mask=None, static=static, layout=layout, inputs=inputs)

    @property
    def sets(self) -> int | None:
        """Number of sets; None without that axis."""
        return len(self.times) if self.times.ndim == 3 else None

    @property
    def features(self) -> int:
        """Measured quantities per observation."""
        return self.values.shape[-1]

    @property
    def context(self) -> Context | None:
        """What is known besides the observations, as models take it; None if there is nothing."""
        if self.static is None and self.inputs is None:
            return None
        times, values = (None, None) if self.inputs is None else (self.inputs.times, self.inputs.values)
        return Context(self.static, times, values)

    @property
    def lengths(self) -> Tensor:
        """Number of times of each trajectory without padding, (batch,) or (set, batch)."""
        return lengths(self.times)

    @property
    def counts(self) -> tuple[int, int]:
        """The fewest and the most times of a trajectory at which any value was observed."""
        return fewest_and_most(self.mask, self.times.shape[-1])

    @property
    def dtype(self) -> torch.dtype:
        """The more precise one of the floating-point types of times and values."""
        return torch.promote_types(self.times.dtype, self.values.dtype)

    def to(self, dtype: torch.dtype, device: str = "cpu") -> "TimeSeries":
        """The same series in another floating-point type, or on another device. Static covariates and inputs keep their
        precision.

        Raises:
            DataError: if that is neither single nor double precision, two times coincide in it, or a value becomes infinite.
        """
        if dtype not in (torch.float32, torch.float64):
            raise DataError(f"{self.name}: the type is {dtype}, expected torch.float32 or torch.float64")
        times = self.times.to(device, dtype)
        if (times.diff(dim=-1) <= 0).any():
            kind = str(dtype).removeprefix("torch.")
            raise DataError(
                f"{self.name}: times that differ are equal in {kind}; keep the series in their own precision"
            )
        static = None if self.static is None else self.static.to(device)
        inputs = None if self.inputs is None else self.inputs.to(self.inputs.dtype, device)
        return replace(self, times=times, values=self.values.to(device, dtype), mask=None, static=static, inputs=inputs)

    def trimmed(self) -> "TimeSeries":
        """The same series without padding that all of them share."""
        longest = int(self.lengths.max())
        if longest == self.times.shape[-1]:
            return self
        return replace(self, times=self.times[..., :longest], values=self.values[..., :longest, :], mask=None)

    def refuse_sets(self) -> None:
        """Refuses several sets.

        Raises:
            DataError: if there are several sets.
        """
        if self.sets is not None:
            raise DataError(
                f"{self.name}: these are {self.sets} sets of trajectories, expected one: choose a set first"
            )
