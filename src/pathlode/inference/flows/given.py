"""What users give to flows: parameters, and summaries or observations of series."""

import logging
from numbers import Integral
from typing import Any

import torch
from torch import Tensor

from pathlode.core.checks import check_gaps, check_observed, check_times, check_values
from pathlode.core.masks import observed
from pathlode.core.tables.convert import as_numbers
from pathlode.errors import ConfigError, DataError

logger = logging.getLogger(__name__)

_ROUNDED = 8
"""A number that varies by fewer units in the last place than this counts as constant."""


def as_seed(value: Any) -> int:
    """The seed of draws.

    Raises:
        ConfigError: if it is no whole number that PyTorch's generators take, at least 0.
    """
    if not isinstance(value, Integral) or isinstance(value, bool) or not 0 <= int(value) < 2**63:
        raise ConfigError(f"seed is {value}, expected a whole number of at least 0 and below 2^63")
    return int(value)


def as_parameters(theta: Any, count: int) -> Tensor:
    """Parameters (..., n, parameter) of a prior with ``count`` of them.

    Raises:
        DataError: if these are no numbers, not as many, or NaN.
    """
    theta = as_numbers(theta, "parameters")
    if theta.ndim < 2 or theta.shape[-1] != count:
        raise DataError(
            f"parameters have shape {tuple(theta.shape)}, expected (n, {count}): one row for each series, one column for each "
            "parameter of the prior"
        )
    wrong = theta.isnan().nonzero()
    if len(wrong):
        *_, vector, parameter = wrong[0].tolist()
        raise DataError(
            f"parameter {parameter + 1} of parameter vector number {vector + 1} is nan: leave the vector out"
        )
    return theta


def as_summaries(given: Any, features: int) -> Tensor:
    """Summaries, (n, number).

    Raises:
        DataError: if these are no numbers, of another shape, or not finite.
    """
    given = as_numbers(given, "summaries")
    if given.ndim != 2 or given.shape[-1] != features:
        raise DataError(
            f"summaries have shape {tuple(given.shape)}, expected (n, {features}): one row for each series, also for a single "
            "one"
        )
    wrong = (~given.isfinite()).nonzero()
    if len(wrong):
        row, column = wrong[0].tolist()
        raise DataError(
            f"summary number {row + 1} is not finite: its number {column + 1} is {given[row, column].item()}; leave the series "
            "out, or summarise it by what reads missing values: a model's z0, a grid, statistics or a recurrent network"
        )
    return given


def as_observations(given: Any, features: int, gaps: bool) -> Tensor:
    """Times and values side by side, (n, time, 1 + feature), for a recurrent network; NaN where nothing was observed.

    Args:
        given: the observations, as :func:`pathlode.inference.summaries.observations` gives them.
        features: numbers at each time, the time among them.
        gaps: whether some features may be missing at times at which others are observed.

    Raises:
        DataError: if these are no numbers, of another shape, or a series cannot be used.
    """
    given = as_numbers(given, "observations")
    if given.ndim != 3 or given.shape[-1] != features:
        raise DataError(
            f"observations have shape {tuple(given.shape)}, expected (n, time, {features}): at each time the time itself and "
            f"{features - 1} values"
        )
    times, values = given[..., 0], given[..., 1:]
    mask = observed(values)
    check_times(times, padding=mask is not None)
    check_values(values, missing=True)
    if mask is not None:
        check_observed(times, values)
        if not gaps:
            check_gaps(mask, "this flow does not read missing values: make it with FlowConfig(gaps=True)")
    return given


def units_of_columns(numbers: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation of each column of (n, number), in which NaN does not count.

    The standard deviation of a constant is infinite: in these units it is 0, wherever it lies. A value off by a little has no
    effect then, as nothing could be learnt about it.

    Raises:
        DataError: if all columns are constant.
    """
    if numbers.isnan().any():
        columns = [column[~column.isnan()] for column in numbers.unbind(dim=-1)]
        mean = torch.stack([column.mean() if len(column) else column.new_zeros(()) for column in columns])
        std = torch.stack([column.std() if len(column) > 1 else column.new_zeros(()) for column in columns])
    else:
        mean, std = numbers.mean(dim=0), numbers.std(dim=0)
    constant = std <= _ROUNDED * torch.finfo(numbers.dtype).eps * mean.abs()
    if constant.all():
        raise DataError(
            "all numbers of the summaries are the same in all pairs, so nothing can be learnt from them: summarise otherwise, "
            "or check the simulator"
        )
    if constant.any():
        logger.warning(
            "number %s of the summaries is the same in all pairs and will have no effect",
            ", ".join(str(i + 1) for i in constant.nonzero().flatten().tolist()),
        )
    return mean, std.where(~constant, torch.inf)
