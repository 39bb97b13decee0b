"""Errors of models on simulated systems in the observed window and in the windows after it, where the truth counts."""

import dataclasses

import torch
from torch import Tensor

from pathlode.core.nmse import nmse
from pathlode.core.shapes import PerMember, Times, Values
from pathlode.core.solve import Adaptive, FixedStep
from pathlode.dynamics.data import GRID_POINTS, ScoredSplit
from pathlode.models.contract import SequenceModel
from pathlode.models.latents import as_the_model
from pathlode.models.prediction import Prediction


def interpolation_nmse(inside: Values, split: ScoredSplit) -> PerMember:
    """:func:`nmse` of predictions (member, batch, time, feature) from the first to the last observation."""
    points = split.inside.times.shape[-1]
    return nmse(inside, split.inside.values, split.counted[..., :points])


def extrapolation_nmse(beyond: Values, split: ScoredSplit) -> PerMember:
    """:func:`nmse` over one window length after the last observation; the encoder sees no data there.

    Args:
        beyond: predictions at the split's times after the last observation, or at the first :data:`GRID_POINTS` of them,
            (member, batch, time, feature).
        split: the split, which holds the truth.
    """
    counted = _counted_beyond(split)[..., :GRID_POINTS]
    return nmse(beyond[:, :, :GRID_POINTS], split.beyond.values[..., :GRID_POINTS, :], counted)


def far_nmse(beyond: Values, split: ScoredSplit) -> PerMember:
    """:func:`nmse` from one window length after the last observation on; ``beyond`` holds all times after that observation."""
    counted = _counted_beyond(split)[..., GRID_POINTS:]
    return nmse(beyond[:, :, GRID_POINTS:], split.beyond.values[..., GRID_POINTS:, :], counted)


def _counted_beyond(split: ScoredSplit) -> Tensor:
    """Which times of ``split.beyond`` count, (n, time)."""
    return split.counted[..., split.inside.times.shape[-1] :]


@torch.no_grad()
def window_errors(
    model: SequenceModel, split: ScoredSplit, solver: Adaptive | FixedStep
) -> tuple[PerMember, PerMember]:
    """:func:`interpolation_nmse` and :func:`extrapolation_nmse` of a model, without the cost of the other scores."""
    seen = split.inside.times.shape[-1]
    times = torch.cat([split.inside.times, split.beyond.times[..., :GRID_POINTS]], dim=-1)
    values = predict(model, split, times, solver).values
    return interpolation_nmse(values[:, :, :seen], split), extrapolation_nmse(values[:, :, seen:], split)


def predict(model: SequenceModel, split: ScoredSplit, times: Times, solver: Adaptive | FixedStep) -> Prediction:
    """A model's predictions at some times from a split's observations, on the CPU."""
    observed = as_the_model(split.observed, model)
    prediction = model(observed.times, observed.values, times.to(observed.times), solver=solver)
    parts = {name: getattr(prediction, name) for name in ("z0", "path", "values", "evaluations")}
    moved = {name: part.cpu() for name, part in parts.items() if part is not None}
    return dataclasses.replace(prediction, **moved)
