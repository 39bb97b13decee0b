"""What a time series accepts as its parts: numbers or dates of fitting shapes, as tensors."""

from dataclasses import dataclass
from typing import Any

from pathlode.core.checks import check_inputs, check_observed, check_static, check_times, check_values
from pathlode.core.masks import masked, observed
from pathlode.core.shapes import Mask, Static, Times, Values
from pathlode.core.tables.convert import as_numbers, as_times
from pathlode.errors import DataError


@dataclass(frozen=True)
class Accepted:
    """Checked parts of a :class:`pathlode.core.series.TimeSeries`, as its attributes of the same names.

    Attributes:
        times: (batch, time) or (set, batch, time), padded with NaN.
        values: (batch, time, feature) or (set, batch, time, feature); NaN where nothing was observed.
        mask: where values were observed; None if all were.
        dates: whether the times were given as dates.
        static: (batch, covariate) or (set, batch, covariate); None without covariates.
    """

    times: Times
    values: Values
    mask: Mask | None
    dates: bool
    static: Static | None


def accepted(times: Any, values: Any, mask: Any, static: Any) -> Accepted:
    """The parts of series as tensors.

    Args:
        times: tensors, arrays or lists of numbers or dates.
        values: numbers.
        mask: where values were observed; None where values are not NaN.
        static: what does not change in time; None if there is nothing of the kind.

    Raises:
        DataError: if shapes do not fit, a number is infinite, times do not increase, or a trajectory has no observation.
    """
    times, dates = as_times(times)
    values = as_numbers(values)
    if times.ndim not in (2, 3) or times.shape != values.shape[:-1] or not values.shape[-1]:
        raise DataError(
            f"times of shape {tuple(times.shape)} and values of shape {tuple(values.shape)} do not fit, expected "
            "(batch, time) and (batch, time, feature) with at least one feature, or both with a leading axis of sets; "
            "for single trajectories, and for one feature without its axis, use TimeSeries.of([(times, values), ...])"
        )
    if mask is not None:
        values = masked(values, mask)
    seen = observed(values)
    check_times(times, padding=seen is not None)
    check_values(values, missing=seen is not None)
    if seen is not None:
        check_observed(times, values)
    if static is not None:
        static = as_numbers(static, "static covariates")
        check_static(static, times)
    return Accepted(times, values, seen, dates, static)


def refuse_unfit_inputs(input_times: Times, input_values: Values, times: Times, mixed: bool) -> None:
    """Refuses known inputs that do not fit the series.

    Args:
        input_times: those of the inputs.
        input_values: their values.
        times: those of the series.
        mixed: whether one of both has dates and the other numbers as times.

    Raises:
        DataError: if there are not inputs for each trajectory, both mix dates and numbers, or an input is missing.
    """
    if input_times.shape[:-1] != times.shape[:-1]:
        raise DataError(
            f"inputs of {tuple(input_times.shape[:-1])} trajectories do not fit series of {tuple(times.shape[:-1])}, "
            "expected inputs for each trajectory"
        )
    if mixed:
        raise DataError("times of series and of their inputs mix dates and numbers: give both as one of them")
    check_inputs(input_times, input_values)
