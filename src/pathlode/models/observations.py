"""The observations that a model reads and the times that it predicts at, checked, with an axis for the stacked members."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from pathlode.core.checks import check_gaps, check_observed, check_resolution, check_times, check_values
from pathlode.core.context import Context
from pathlode.core.masks import fewest_and_most, observed, padded
from pathlode.core.series import TimeSeries
from pathlode.core.shapes import Mask, Starts, Times, Values
from pathlode.core.tables.convert import as_numbers, as_times
from pathlode.errors import DataError
from pathlode.models.context import ContextReader

if TYPE_CHECKING:
    from pathlode.core.solve import Adaptive, FixedStep  # not all models solve an ODE


@dataclass(frozen=True)
class Observations:
    """Observations as models read them.

    Attributes:
        times: (member, batch, time); padding repeats the last time of a series.
        values: (member, batch, time, feature), NaN where nothing was observed.
        mask: where values were observed; None if all were.
        context: what else is known, each part with a member axis; None for a model that reads nothing else.
    """

    times: Times
    values: Values
    mask: Mask | None = None
    context: Context | None = None

    @property
    def start(self) -> Starts:
        """First times, (member, batch)."""
        return self.times[..., 0]

    @property
    def counts(self) -> tuple[int, int]:
        """The fewest and the most observations of a trajectory: times at which any value was observed."""
        return fewest_and_most(self.mask, self.times.shape[-1])

    @property
    def last(self) -> Times:
        """Last times, (member, batch, 1)."""
        return self.times[..., -1:]


@dataclass(frozen=True)
class Query:
    """What a model is asked for: times, and how it finds its prediction there.

    Attributes:
        times: checked, (member, batch, time).
        noise: as in :meth:`pathlode.models.contract.SequenceModel.forward`, and so are the others.
        solver: of a model with an ODE.
        estimate_error: whether to estimate the solver's error in the values.
        backward: whether times may lie before the first observation.
        check: whether to refuse what is not finite.
    """

    times: Times
    noise: Tensor | None = None
    solver: "FixedStep | Adaptive | None" = None
    estimate_error: bool = False
    backward: bool = False
    check: bool = True


@dataclass(frozen=True)
class Reader:
    """What a model reads.

    Args:
        members: the model's stacked members.
        features: quantities per observation.
        dtype: the model's floating-point type.
        gaps: whether some features may be missing at times at which others are observed.
        dates: whether the model was trained on dates; None before training.
        device: the model's device.
        context: what it reads besides observations.
    """

    members: int
    features: int
    dtype: torch.dtype
    gaps: bool
    dates: bool | None
    device: torch.device
    context: ContextReader

    def observations(self, times: Any, values: Any, check: bool, context: Context | None = None) -> Observations:
        """Observations with a member axis, checked for consistency with each other and with the model.

        Args:
            times: (batch, time) or (member, batch, time): a tensor or an array, of numbers or dates.
            values: (batch, time, feature) or (member, batch, time, feature).
            check: whether to validate times and values, besides their shapes.
            context: what else is known.

        Raises:
            DataError: if shapes do not fit each other or the model, times are not finite and strictly increasing or too close
                for the model's type, values are infinite, or they are missing and the model does not read gaps, or the
                context does not fit.
        """
        times, values = self._times(times), as_numbers(values).to(self.device)
        if values.shape[:-1] != times.shape or values.shape[-1] != self.features or times.ndim not in (2, 3):
            raise DataError(
                f"times of shape {tuple(times.shape)} and values of shape {tuple(values.shape)} do not fit: "
                f"expected (batch, time) and (batch, time, {self.features}), or both with a leading axis of {self.members}"
            )
        if times.ndim == 2:
            times, values = times.expand(self.members, *times.shape), values.expand(self.members, *values.shape)
        elif times.shape[0] != self.members:
            raise DataError(
                f"observations are stacked {times.shape[0]} times, but the model has {self.members} members"
            )
        mask = observed(values)
        if check:
            self._check(times, values, mask)
        known = self.context.read(context, times.shape[1], check)
        times = times if mask is None else padded(times)
        if check:
            self.context.refuse_uncovered(known, times, "times")
        return Observations(times, values, mask, known)

    def query(self, query: Any, given: Observations, check: bool, backward: bool = False) -> Times:
        """Times to predict at with a member axis, (member, batch, time).

        Args:
            query: (batch, time) or (member, batch, time), as ``times`` above; None for the observation times.
            given: the observations.
            check: whether to validate the query times.
            backward: whether they may lie before the first observation.

        Raises:
            DataError: if the shapes do not fit, query times are not finite and strictly increasing, or they lie before the
                first observation without ``backward``.
        """
        if query is None:
            return given.times
        query = self._times(query)
        try:
            query = query.expand(*given.times.shape[:2], query.shape[-1])
        except (IndexError, RuntimeError):
            raise DataError(
                f"query times of shape {tuple(query.shape)} do not fit {given.times.shape[1]} trajectories: expected (batch, "
                "time) or (member, batch, time)"
            ) from None
        if check:
            try:
                check_times(query, None if backward else given.start, padding=True, observed=False)
                check_resolution(query, given.start, self.dtype)
            except DataError as error:
                raise DataError(f"query {error}") from None
            self.context.refuse_uncovered(given.context, query, "query times")
        return padded(query) if query.isnan().any() else query

    def check(self, series: TimeSeries) -> None:
        """Refuses series that the model cannot read, before a training in which nothing is checked again.

        Raises:
            DataError: if the features are not as many as the model's, times are too close for the model's type, or values are
                missing and the model does not read gaps.
        """
        if series.features != self.features:
            raise DataError(
                f"{series.name} has {series.features} features, but the model has {self.features}: set features of ModelConfig"
            )
        try:
            check_resolution(series.times, series.times[..., 0], self.dtype)
            self.refuse_gaps(series.values, series.mask)
            self.context.check(series.context, series.times)
        except DataError as error:
            raise DataError(f"{series.name}: {error}") from None

    def refuse_gaps(self, values: Values, mask: Mask | None) -> None:
        """Refuses values that are missing while others are observed, unless the model reads such gaps.

        Raises:
            DataError: naming the first trajectory, time and feature at fault.
        """
        if mask is None or self.gaps:
            return
        check_gaps(mask, "this model does not read missing values: make it with ModelConfig(gaps=True)")

    def _times(self, given: Any) -> Times:
        times, dates = as_times(given)
        if self.dates is not None and dates and not self.dates:
            raise DataError(
                "times are dates, but the model was trained on numbers: give times in the unit of its training"
            )
        return times.to(self.device)

    def _check(self, times: Times, values: Values, mask: Mask | None) -> None:
        check_times(times, padding=mask is not None)
        check_values(values, missing=True)
        check_resolution(times, times[..., 0], self.dtype)
        self.refuse_gaps(values, mask)
        if mask is not None:
            check_observed(times, values)
