"""A fitted ensemble, and what it says of series."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

import torch
from torch import Tensor

from pathlode.core.context import as_argument
from pathlode.core.series import TimeSeries
from pathlode.core.shapes import Times, Values
from pathlode.core.tables.layout import Layout
from pathlode.errors import DataError, SolverError
from pathlode.forecasting.comparison import Errors
from pathlode.forecasting.coverage import Widths, misfits, own_misfit
from pathlode.forecasting.defaults import WINDOW, covariates, known_inputs
from pathlode.forecasting.queries import as_series, input_columns, naming, observed_at
from pathlode.models.contract import SequenceModel
from pathlode.models.latents import as_the_model
from pathlode.models.prediction import Prediction
from pathlode.uncertainty.intervals import intervals

AT_ONCE = 256
"""Series that are predicted at once: bounds the memory."""


@dataclass(frozen=True)
class Ensemble:
    """What a fit has found.

    Attributes:
        model: the members, as a stack.
        errors: each member's lowest validation error, a mean squared error in the model's units.
        weight: the weight of the loss's penalty.
        layout: columns of the table that the series came from; None if they came from elsewhere.
        inputs: names of the columns of known inputs, in this table or another; None if they came from elsewhere.
        compared: errors of the fit and of predictions without a model on the held-out series, see
            :func:`pathlode.forecasting.comparison.errors_beside_simple`; none in files of older versions.
        widths: factors of the intervals of each feature inside the window, see :mod:`pathlode.forecasting.coverage`; without,
            intervals have the width that the noise says.
    """

    model: SequenceModel
    errors: list[float]
    weight: float
    layout: Layout | None
    inputs: tuple[str, ...] | None = None
    compared: Errors = field(default_factory=dict)
    widths: tuple[Widths, ...] = ()

    @property
    def facts(self) -> dict[str, Any]:
        """All but the model, as plain values."""
        layout = None if self.layout is None else asdict(self.layout)
        widths = [asdict(each) for each in self.widths]
        found = {"errors": self.errors, "weight": self.weight, "compared": self.compared, "widths": widths}
        return found | {"layout": layout, "inputs": self.inputs}

    @classmethod
    def of(cls, model: SequenceModel, facts: Mapping[str, Any]) -> Self:
        """An ensemble from its model and its :attr:`facts`."""
        layout = facts["layout"] and Layout(**facts["layout"])
        newer = {name: facts[name] for name in ("inputs", "compared") if name in facts}
        widths = tuple(Widths(**each) for each in facts.get("widths", ()))
        return cls(model, facts["errors"], facts["weight"], layout, **newer, widths=widths)

    def readable(self, given: Any) -> TimeSeries:
        """Series that the members can read, from those or a list of pairs of times and values.

        Raises:
            DataError: if they have other features, covariates, inputs or times than those of the fit.
        """
        series = as_series(given)
        self._refuse_other_numbers(series)
        self._refuse_other_columns(series)
        if series.dates != bool(self.model.dates):
            found, fitted = ("dates", "numbers") if series.dates else ("numbers", "dates")
            raise DataError(
                f"the times of {series.name} are {found}, but the forecaster was fitted to {fitted}: give {fitted}"
            )
        return series

    def _refuse_other_numbers(self, series: TimeSeries) -> None:
        read = self.model.config
        for what, found, fitted in (
            ("features", series.features, read.features),
            ("static covariates", covariates(series), read.static),
            ("inputs", known_inputs(series), read.inputs),
        ):
            if found != fitted:
                raise DataError(
                    f"{series.name} has {found} {what}, but the forecaster was fitted to {fitted}: give as many"
                )

    def _refuse_other_columns(self, series: TimeSeries) -> None:
        layout = series.layout
        for what, found, fitted in (
            ("columns", layout and layout.values, self.layout and self.layout.values),
            ("static columns", layout and layout.static, self.layout and self.layout.static),
            ("columns of inputs", input_columns(series), self.inputs),
        ):
            if found and fitted and found != fitted:
                raise DataError(
                    f"{series.name} has the {what} {_names(found)}, but the forecaster was fitted to {_names(fitted)}: give "
                    "these, in this order"
                )

    @torch.no_grad()
    def values(self, series: TimeSeries, query: Times, backward: bool = False) -> Values:
        """The members' mean prediction, (batch, time, feature), in the series' type; NaN where the query is padded.

        Args:
            series: as :meth:`readable` gives them.
            query: times, (batch, time), padded with NaN.
            backward: whether they may lie before a series' first time.
        """
        (mean,) = self._read(series, query, backward, lambda prediction, some: (prediction.values.mean(dim=0),))
        return mean

    @torch.no_grad()
    def bounds(self, series: TimeSeries, query: Times, level: float, backward: bool = False) -> tuple[Values, Values]:
        """Lower and upper bounds of observations, as :func:`pathlode.uncertainty.intervals.intervals`, inside the window with
        :attr:`widths` and the misfit of each series.

        The arguments are those of :meth:`values`, and the probability that an observation lies between the bounds.
        """
        device = self.model.mean.device
        observed = observed_at(query, series).to(device)
        known = ~observed.isnan()
        inside = (query <= series.times.nan_to_num(nan=-torch.inf).amax(dim=-1, keepdim=True)).to(device)
        elapsed = (query - series.times[:, :1]).to(device)
        found = self._misfits(series) if self.widths else None

        def read(prediction: Prediction, some: slice) -> tuple[Values, Values]:
            interval = intervals(self.model, prediction, level, known[some])
            if found is not None:
                own = own_misfit(found[some], misfits(self.model, prediction, observed[some]))
                factors = [each.of(elapsed[some], known[some, ..., f]) for f, each in enumerate(self.widths)]
                scale = own * torch.stack(factors, dim=-1)
                interval = interval.widened(torch.where(inside[some][..., None], scale, 1.0))
            return interval.lower, interval.upper

        lower, upper = self._read(series, query, backward, read)
        return lower, upper

    def _misfits(self, series: TimeSeries) -> Values:
        """Of all observations of the series, see :func:`pathlode.forecasting.coverage.misfits`."""
        values = series.values.to(self.model.mean.device)

        def read(prediction: Prediction, some: slice) -> tuple[Values]:
            return (misfits(self.model, prediction, values[some]),)

        (found,) = self._read(series, series.times, False, read)
        return found.to(self.model.mean.device)

    def _read(
        self, series: TimeSeries, query: Times, backward: bool, read: Callable[[Prediction, slice], tuple[Values, ...]]
    ) -> tuple[Values, ...]:
        """What is read off the members' predictions of some series, each (batch, time, feature)."""
        parts = []
        for first, part in _parts(as_the_model(series, self.model)):
            some = slice(first, first + len(part))
            asked = query[some].to(self.model.mean.device)
            with naming(series, first):
                try:
                    predicted = self.model(
                        part.times, part.values, asked, backward=backward, **as_argument(part.context)
                    )
                except SolverError as error:
                    raise SolverError(f"{series.name}: {self._too_far(part.times, asked)} ({error})") from error
                found = read(predicted, some)
            present = ~asked.isnan()[..., None]
            parts.append([values.where(present, torch.nan).to(series.values) for values in found])
        return tuple(torch.cat(each) for each in zip(*parts, strict=True))

    def _too_far(self, times: Times, asked: Times) -> str:
        """Why predictions may not be solvable."""
        reach = (asked - times[:, :1]).abs().nan_to_num(nan=0.0).max() / (WINDOW * self.model.config.time_unit)
        return f"the solver gave up on times up to {float(reach):.3g} times as long as the fitted series: ask for nearer ones"

    @torch.no_grad()
    def summaries(self, series: TimeSeries) -> Tensor:
        """z0 of each series, (batch, latent), of the member with the lowest validation error."""
        best = self.model.member(self.errors.index(min(self.errors)))
        parts = []
        for first, part in _parts(as_the_model(series, best)):
            with naming(series, first):
                parts.append(best.encode(part.times, part.values, **as_argument(part.context)).z0[0].cpu())
        return torch.cat(parts)


def _parts(series: TimeSeries) -> Iterator[tuple[int, TimeSeries]]:
    """Parts of at most :data:`AT_ONCE` series, each with the number of its first series."""
    for first in range(0, len(series), AT_ONCE):
        yield first, series[first : first + AT_ONCE].trimmed()


def _names(columns: Iterable[object]) -> str:
    return ", ".join(map(str, columns))
