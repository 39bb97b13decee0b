"""The encoder of a trained model as the embedding network of other libraries' posteriors, such as sbi's."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from pathlode.core.checks import check_times
from pathlode.core.masks import padded
from pathlode.core.series import TimeSeries
from pathlode.core.tables.convert import as_numbers
from pathlode.errors import ConfigError, DataError, is_count
from pathlode.models.contract import SequenceModel
from pathlode.models.latents import encode


class LatentEmbedding(nn.Module):
    """z0 of a series, as a module from numbers (n, ...) to numbers (n, latent).

    The model is trained first, on series alone: no parameters are needed for it. sbi takes the module as ``embedding_net``. The
    model standardises values and times itself, so sbi must not, and z0 is standardised by ``series``::

        embedding = LatentEmbedding(model, series=simulated)
        network = sbi.neural_nets.posterior_nn("nsf", embedding_net=embedding, z_score_x="none")
        trainer = sbi.inference.NPE(prior, density_estimator=network)
        trainer.append_simulations(theta, rows_of(simulated)).train()
        trainer.build_posterior().sample((1000,), x=rows_of(observed))

    sbi warns of numbers that are the same in all simulations, such as common times; that does no harm here.

    x has one of two layouts, each also flattened to (n, numbers):

    * with ``times``: the values at these times, the same for all series, (n, time, feature);
    * without: what :func:`rows_of` makes of series, (n, time, 1 + 2 · feature). Each row is a time, the values, and for each of
      them 1 if it was observed and 0 if it is missing. Rows at the end in which nothing is observed pad a short series.

    Args:
        model: a trained model with a latent vector.
        member: index of the member whose encoder is used.
        times: common times of all series, (time,).
        series: series whose z0 has mean 0 and standard deviation 1 afterwards, dimension by dimension; None for z0 itself.
        frozen: whether the encoder keeps its weights. Otherwise it is trained on, with the posterior. The given model never
            changes: the module holds a copy.

    Raises:
        ConfigError: if the model has no z0 or no such member, or reads more than observations.
        DataError: if the times do not increase, or there is one series alone.
    """

    def __init__(
        self,
        model: SequenceModel,
        member: int = 0,
        times: Sequence[float] | Tensor | None = None,
        series: TimeSeries | None = None,
        frozen: bool = True,
    ) -> None:
        super().__init__()
        if "latent" not in getattr(model, "offers", ()):
            raise ConfigError(f"the model is a {type(model).__name__}, expected one with a latent vector z0")
        if model.config.static or model.config.inputs:
            raise ConfigError("the model reads static covariates or inputs, expected one that reads observations alone")
        if not hasattr(member, "__index__"):
            raise ConfigError(f"member is {member}, expected the index of one of the model's {len(model.seeds)}")
        self.model, self.latent = model.member(member), model.config.latent
        self.times: Tensor | None
        self.register_buffer("times", None if times is None else _common(times))
        self.channels = model.config.features if times is not None else 1 + 2 * model.config.features
        z0 = torch.zeros(2, self.latent) if series is None else encode(self.model, series)[0]
        if len(z0) < 2:
            raise DataError("there is one series, expected at least two, in whose standard deviations z0 is measured")
        scale = torch.ones(self.latent) if series is None else z0.std(dim=0)
        self.centre, self.scale = nn.Buffer(z0.mean(dim=0)), nn.Buffer(scale.where(scale > 0, 1.0))
        self.model.requires_grad_(False)
        if not frozen:
            for part in (self.model.encoder, self.model.encoder_to_hidden, self.model.hidden_to_latent):
                part.requires_grad_(True)

    def forward(self, x: Tensor) -> Tensor:
        """Standardised z0, (n, ...) -> (n, latent).

        Raises:
            DataError: if x has another layout, a series cannot be used, or values are missing and the model does not read gaps.
        """
        rows = self._rows(x)
        if self.times is not None:
            times, values = self.times.expand(rows.shape[:2]), rows
        else:
            times, values, marks = rows.split([1, *[self.model.config.features] * 2], dim=-1)
            seen = marks > 0.5
            more = seen.any(dim=-1).flip(-1).cummax(dim=-1).values.flip(-1)  # something is seen there or later
            times, values = times[..., 0].where(more, torch.nan), values.where(seen, torch.nan)
        z0 = self.model.encode(times, values).z0[0]
        return (z0 - self.centre) / self.scale

    def _rows(self, x: Tensor) -> Tensor:
        """(n, time, channel)."""
        x = x if isinstance(x, Tensor) else as_numbers(x, "x")
        points = -1 if self.times is None else len(self.times)
        fits = x.ndim == 3 and x.shape[-1] == self.channels and points in (-1, x.shape[1])
        flat = x.ndim == 2 and x.shape[1] > 0 and x.shape[1] % self.channels == 0
        if not len(x) or (not fits and not (flat and points in (-1, x.shape[1] // self.channels))):
            count = "time" if points == -1 else points
            raise DataError(
                f"x has shape {tuple(x.shape)}, expected (n, {count}, {self.channels}), or the same flattened: "
                + ("the values at the given times" if self.times is not None else "series as rows_of gives them")
            )
        return x.reshape(len(x), -1, self.channels)


def _common(times: Any) -> Tensor:
    """Times of all series, checked, (time,)."""
    times = as_numbers(times, "times")
    if times.ndim != 1 or not len(times):
        raise DataError(f"times have shape {tuple(times.shape)}, expected (time,): one for each value of a series")
    check_times(times[None])
    return times


def rows_of(series: TimeSeries, points: int | None = None) -> Tensor:
    """Series as numbers without NaN, which sbi would leave out: (n, time, 1 + 2 · feature), as :class:`LatentEmbedding` reads.

    Args:
        series: of any lengths, with values missing or not.
        points: number of rows, so that other series get as many; as many as the longest series has if None.

    Raises:
        ConfigError: if ``points`` is no number of at least 1.
        DataError: if these are no series, or one has more times than ``points``.
    """
    if not isinstance(series, TimeSeries):
        raise DataError(f"the series are a {type(series).__name__}, expected a TimeSeries: TimeSeries(times, values)")
    length = series.times.shape[1]
    points = length if points is None else points
    if not is_count(points):
        raise ConfigError(f"points is {points}, expected a number of at least 1")
    if points < length:
        raise DataError(f"a series has {length} times, expected at most points = {points}")
    seen = ~series.values.isnan()
    rows = torch.cat([padded(series.times)[..., None], series.values.nan_to_num(), seen.to(series.values)], dim=-1)
    ends = torch.cat([rows[:, -1:, :1], torch.zeros_like(rows[:, -1:, 1:])], dim=-1)
    return torch.cat([rows, ends.expand(-1, points - length, -1)], dim=1)
