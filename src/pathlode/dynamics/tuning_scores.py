"""Errors by which a tuning chooses: at held-out observations, or against the truth."""

from collections.abc import Sequence

import torch
from torch import Tensor

from pathlode.core.nmse import nmse
from pathlode.core.series import TimeSeries
from pathlode.core.shapes import PerMember
from pathlode.core.solve import FixedStep
from pathlode.dynamics.data import SimulatedData
from pathlode.dynamics.windows import window_errors
from pathlode.models.contract import SequenceModel


def first_part(series: TimeSeries) -> TimeSeries:
    """The first two thirds of each trajectory's observations."""
    points = _first(series.times.shape[-1])
    return TimeSeries(series.times[..., :points], series.values[..., :points, :], series.name)


def _first(points: int) -> int:
    return points - points // 3


def held_out_errors(model: SequenceModel, observed: TimeSeries, solver: FixedStep) -> tuple[PerMember, PerMember]:
    """Errors at observations that the encoder does not see, in units of their variance, each (member,).

    * ``interpolation``: of the first two thirds of the observations, the encoder sees all but the second of every three, which
      are predicted;
    * ``extrapolation``: it sees the first two thirds, and the others are predicted.

    Both use noisy observations in the observed window only, as a user has them. For a model that was trained on
    :func:`first_part`, the second is a forecast beyond all times of its training.

    Args:
        model: the stack.
        observed: one set of trajectories for all members, or one for each, in the model's precision.
        solver: solver of the predictions.
    """
    times, values = observed.times, observed.values
    first = torch.arange(_first(times.shape[-1]))
    hidden = first[1:-1:3]
    shown = first[~torch.isin(first, hidden)]
    errors = []
    for seen, asked in ((shown, hidden), (first, torch.arange(len(first), times.shape[-1]))):
        with torch.no_grad():
            found = model(times[..., seen], values[..., seen, :], times[..., asked], solver=solver, check=False)
        errors.append(nmse(found.values, values[..., asked, :]))
    return errors[0], errors[1]


def true_errors(model: SequenceModel, data: SimulatedData, owners: Sequence[int], solver: FixedStep) -> Tensor:
    """Errors against the noise-free truth in the observed window and the next one, (2, member): an oracle's."""
    split = data["validation"].owned(owners) if data.replicates else data["validation"]
    return torch.stack(window_errors(model, split, solver))
