"""What follows the windows of a chaotic flow: by a fitted model, or by the true equations in its place."""

import copy
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from pathlode.arrays import Array
from pathlode.chaos.data import ChaosData
from pathlode.chaos.forecasts import NUDGE
from pathlode.core.solve import FixedStep
from pathlode.core.streams import stream
from pathlode.errors import PathlodeError
from pathlode.models.contract import SequenceModel

WINDOWS_AT_ONCE = 10
"""Windows of each member that are predicted together: bounds the memory."""
_PURPOSE = 5
"""Of a member's streams; its training and its predictions draw from others."""


@dataclass(frozen=True)
class Predicted:
    """What follows a window: of a model, or of the true equations in its place. NaN where it is not finite.

    Attributes:
        forecast: at :attr:`pathlode.chaos.data.ChaosData.ahead`, (member, window, step, feature).
        nudged: the same from observations that are :data:`pathlode.chaos.forecasts.NUDGE` larger.
        orbits: at :attr:`pathlode.chaos.data.ChaosData.moments`, (member, window, moment, feature); of a model with a posterior
            over paths, whose forecast is the mean of many, along a single one.
    """

    forecast: Array
    nudged: Array
    orbits: Array


@dataclass(frozen=True)
class Asking:
    """How models are asked.

    Args:
        solver_steps: Runge-Kutta steps of a learnt ODE in a period of the flow. They are of equal size, so that two forecasts
            from near states differ by what the learnt system does alone.
        from_last: whether a prediction begins at the last observation alone, for a model that reads only the first that it is
            shown.
        smoothing: standard deviation of the filter of spectra, in cycles per period.
        forcing: rate κ, per unit of the model's time, with which the observations of the window draw the state from which the
            prediction begins, :func:`follow_window`; 0 for none.
    """

    solver_steps: int
    from_last: bool
    smoothing: float
    forcing: float = 0.0


def predicted_by(model: SequenceModel, data: ChaosData, asking: Asking) -> Predicted:
    """What a stack predicts of its members' test windows, in double precision."""
    exact = copy.deepcopy(model).double()
    begin = -1 if asking.from_last else 0
    times, values = (torch.from_numpy(part)[:, :, begin:] for part in (data.test_times, data.test_values))
    ahead = torch.from_numpy(data.ahead)
    moments = torch.from_numpy(data.moments).double().expand(len(ahead), -1)
    both, places = torch.cat([ahead, moments], dim=1).sort(dim=1)
    query, back = times[..., -1:] + _apart(both)[:, None], places.argsort(dim=1).numpy()[:, None, :, None]
    own, nudged = (
        np.take_along_axis(_values(exact, times, values + shift, query, asking), back, axis=2) for shift in (0.0, NUDGE)
    )
    steps, orbits = ahead.shape[1], own
    if "path_kl" in model.offers:
        orbits = np.take_along_axis(_values(exact, times, values, query, asking, single=True), back, axis=2)
    return Predicted(own[:, :, :steps], nudged[:, :, :steps], orbits[:, :, steps:])


def _apart(times: Tensor) -> Tensor:
    """Sorted times, moved by rounding errors, so that none are equal."""
    return times + 1e-9 * torch.arange(times.shape[-1])


@torch.no_grad()
def _values(
    model: SequenceModel, times: Tensor, values: Tensor, query: Tensor, asking: Asking, single: bool = False
) -> Array:
    """Predictions (member, window, time, feature). Where a stack fails, each member is asked alone; NaN where that fails.

    Args:
        model: the stack.
        times: of the windows, (member, window, point).
        values: (member, window, point, feature).
        query: (member, window, time).
        asking: how it is asked.
        single: whether to predict along one path, of draws of the member's own stream, in place of the mean of many.
    """
    parts = [slice(begin, begin + WINDOWS_AT_ONCE) for begin in range(0, times.shape[1], WINDOWS_AT_ONCE)]
    streams = [stream(seed, _PURPOSE) for seed in model.seeds] if single else []
    try:
        found = [_followed(model, times[:, own], values[:, own], query[:, own], asking, streams) for own in parts]
    except PathlodeError:
        if len(model.seeds) == 1:
            return np.full((*query.shape, values.shape[-1]), np.nan)
        members = range(len(model.seeds))
        each = [_values(model.member(m), times[[m]], values[[m]], query[[m]], asking, single) for m in members]
        return np.concatenate(each)
    whole = torch.cat(found, dim=1)
    return whole.where(whole.isfinite(), torch.nan).numpy(force=True)


def _followed(
    model: SequenceModel,
    times: Tensor,
    values: Tensor,
    query: Tensor,
    asking: Asking,
    streams: Sequence[torch.Generator],
) -> Tensor:
    if asking.forcing:
        values = follow_window(model, times, values, asking.forcing, asking.solver_steps)[:, :, None]
        times = times[..., -1:]
    solver = FixedStep("tsit5", math.ceil(float((query[..., -1] - times[..., 0]).max()) * asking.solver_steps))
    shape, noise = (times.shape[1], model.draws(solver.steps)), None
    if streams:
        noise = torch.stack([torch.randn(shape, generator=own, dtype=torch.float64) for own in streams])
    return model(times, values, query, noise=noise, solver=solver).values


def follow_window(model: SequenceModel, times: Tensor, values: Tensor, rate: float, solver_steps: int) -> Tensor:
    """The state to which the observations of a window have drawn a model's prediction at the last of them, (member, window,
    feature).

    It is that of :meth:`pathlode.models.contract.SequenceModel.forced` after the last drawing. It averages the noise of the
    observations of about 1/κ units of τ, while each of them alone has all of its own.

    Args:
        model: one with ``forcing``.
        times: (member, window, point).
        values: (member, window, point, feature).
        rate: κ.
        solver_steps: least number of steps in a period.

    Source: Hoke & Anthes 1976, The initialization of numerical models by a dynamic-initialization technique
    (https://doi.org/10.1175/1520-0493(1976)104<1551:TIONMB>2.0.CO;2), where it is called nudging.
    """
    gaps = times.diff(dim=-1)
    steps = gaps.shape[-1] * math.ceil(float(gaps.max()) * solver_steps)
    before = model.forced(times, values, rate, solver=FixedStep("tsit5", steps)).values[:, :, -1]
    share = -torch.expm1(-rate * gaps[..., -1:] / model.config.time_unit)
    return before + share * (values[:, :, -1] - before)


def of_the_truth(data: ChaosData) -> Predicted:
    """What the true equations give in a model's place: forecasts from the last observation, with its noise, and independent
    orbits.

    The scores of this are the floors of those of models.
    """
    return Predicted(data.from_noisy, data.from_nudged, data.other_orbits)
