"""Latent vectors of large sets of series."""

import torch

from pathlode.core.series import TimeSeries
from pathlode.core.shapes import Latent
from pathlode.models.contract import SequenceModel

ENCODED_AT_ONCE = 500
"""Trajectories that are encoded at once: bounds the memory of :func:`encode`."""


@torch.no_grad()
def encode(model: SequenceModel, series: TimeSeries) -> Latent:
    """z0 of every trajectory, (member, batch, latent). The series are read in the precision of the model's training data."""
    series = as_the_model(series, model)
    parts = zip(series.times.split(ENCODED_AT_ONCE, -2), series.values.split(ENCODED_AT_ONCE, -3), strict=True)
    return torch.cat([model.encode(times, values).z0 for times, values in parts], dim=1)


def as_the_model(series: TimeSeries, model: SequenceModel) -> TimeSeries:
    """The series in the precision of a model's training data, and on its device."""
    return series.to(model.mean.dtype, str(model.mean.device))
