"""Latent vectors of large sets of series."""

import torch

from pathlode.core.series import TimeSeries
from pathlode.core.shapes import Latent
from pathlode.errors import DataError
from pathlode.models.contract import SequenceModel

ENCODED_AT_ONCE = 500
"""Trajectories that are encoded at once: bounds the memory of :func:`encode`."""


@torch.no_grad()
def encode(model: SequenceModel, series: TimeSeries) -> Latent:
    """z0 of every trajectory, (member, batch, latent). The series are read in the precision of the model's training data."""
    series = as_the_model(series, model)
    known, found = series.context, []
    for begin in range(0, len(series), ENCODED_AT_ONCE):
        some = slice(begin, begin + ENCODED_AT_ONCE)
        context = None if known is None else known.of_trajectories(some)
        found.append(model.encode(series.times[..., some, :], series.values[..., some, :, :], context=context).z0)
    return torch.cat(found, dim=1)


def as_the_model(series: TimeSeries, model: SequenceModel) -> TimeSeries:
    """The series in the precision of a model's training data, and on its device.

    Raises:
        DataError: if these are no series.
    """
    if not isinstance(series, TimeSeries):
        raise DataError(f"the series are a {type(series).__name__}, expected a TimeSeries: TimeSeries(times, values)")
    return series.to(model.mean.dtype, str(model.mean.device))
