"""What follows if a quantity is held at a value: predictions of models, and the truth of simulated systems."""

import copy

import numpy as np
import torch
from torch import Tensor, nn

from pathlode.arrays import Array
from pathlode.core.fields.context import FieldContext
from pathlode.core.fields.contract import VectorField
from pathlode.core.nmse import nmse
from pathlode.core.series import TimeSeries
from pathlode.core.shapes import Latent, PerMember, State, Times, Values
from pathlode.core.solve import Adaptive, FixedStep, solve
from pathlode.dynamics.data import ScoredSplit
from pathlode.dynamics.systems.contract import System
from pathlode.errors import ConfigError
from pathlode.models.contract import SequenceModel
from pathlode.models.field_model import FieldModel
from pathlode.models.latents import as_the_model

TRUTH = Adaptive("dopri5", 1e-10, 1e-10)
"""Solver of a system with a quantity held, in double precision."""


class ClampedField(VectorField):
    """A field with one component of the state held: its derivative is 0, and the others feel its value.

    Args:
        field: the field.
        size: dimensions of the state.
        component: the one that is held.
    """

    def __init__(self, field: VectorField, size: int, component: int) -> None:
        super().__init__((), size, 0, 0)
        self.field = field
        self.free = nn.Buffer((torch.arange(size) != component).float())

    def forward(self, h: State, time: Tensor | None = None, context: Latent | None = None) -> State:
        return self.field(h, time, context) * self.free

    def timed(self, context: FieldContext) -> bool:
        return self.field.timed(context)

    def autonomous(self, context: FieldContext) -> nn.Module:
        free = torch.cat([self.free, torch.ones_like(self.free[:1])]) if self.timed(context) else self.free
        return _Masked(self.field.autonomous(context), free)


class _Masked(nn.Module):
    """A function of the state, times numbers for each component."""

    def __init__(self, inner: nn.Module, free: Tensor) -> None:
        super().__init__()
        self.inner, self.free = inner, free

    def forward(self, h: State) -> State:
        return self.inner(h) * self.free


@torch.no_grad()
def predict_clamped(
    model: SequenceModel,
    series: TimeSeries,
    query: Times,
    quantity: int,
    value: float,
    solver: Adaptive | FixedStep | None = None,
) -> Values:
    """Predictions if one quantity is set to a value at each series' first time and held there, (member, batch, time, feature).

    Args:
        model: a stack whose state is what was observed, and moves along a field.
        series: observations.
        query: times to predict at.
        quantity: index of the feature that is held.
        value: its value, in the data's unit.
        solver: as for the model.

    Raises:
        ConfigError: if the state is not what was observed, or there is no such quantity.
    """
    if not isinstance(model, FieldModel) or "observed" not in model.offers:
        raise ConfigError(
            f"no quantity can be held in {type(model).__name__}, whose state is not what was observed: choose a model that "
            "offers 'observed', such as observed_ode"
        )
    if not 0 <= quantity < series.features:
        raise ConfigError(f"there is no quantity {quantity}: {series.name} has {series.features}, counted from 0")
    given, held = as_the_model(series, model), copy.deepcopy(model)
    values = given.values.clone()
    values[..., 0, quantity] = value
    held.field = ClampedField(model.field, series.features, quantity).to(model.mean.device, model.dtype)
    return held(given.times, values, query.to(given.times), solver=solver).values


def clamped_solution(
    system: System, parameters: Array, start: Array, elapsed: Array, quantity: int, value: float
) -> Array:
    """A system's trajectories if one quantity is set to a value at the start and held there, (n, time, feature).

    Args:
        system: a system that knows its rates of change.
        parameters: (n, parameter).
        start: states, (n, feature).
        elapsed: increasing times since the start, of at least 0, (n, time).
        quantity: index of the feature that is held.
        value: its value.
    """

    def slope(h: State) -> State:
        rates = system.velocity(parameters, h[0].numpy())
        rates[:, quantity] = 0.0
        return torch.from_numpy(rates)[None]

    state = np.array(start, dtype=np.float64)
    state[:, quantity] = value
    since = torch.zeros(1, len(state), dtype=torch.float64)
    found = solve(slope, torch.from_numpy(state)[None], torch.from_numpy(elapsed), start=since, solver=TRUTH)
    return found.states[0].numpy()


def clamped_nmse(
    model: SequenceModel, system: System, split: ScoredSplit, quantity: int, value: float, solver: Adaptive
) -> PerMember:
    """:func:`pathlode.core.nmse.nmse` in the observed window if one quantity is held from the first time on, (member,).

    The model starts from the noisy first observation, the truth from the state without noise. The held quantity does not count.

    Args:
        model: as in :func:`predict_clamped`.
        system: the system that the split was simulated from.
        split: one data set for all members, or one for each.
        quantity: index of the feature that is held.
        value: its value, in the data's unit.
        solver: as for the model.
    """
    times, states = split.inside.times, split.inside.values
    parameters, start, elapsed = (
        part.flatten(0, -2).double().numpy() for part in (split.parameters, states[..., 0, :], times - times[..., :1])
    )
    solved = clamped_solution(system, parameters, start, elapsed, quantity, value)
    truth = torch.from_numpy(solved).view(states.shape)
    predicted = predict_clamped(model, split.observed, times, quantity, value, solver).cpu()
    others = [index for index in range(states.shape[-1]) if index != quantity]
    return nmse(predicted[..., others], truth[..., others])
