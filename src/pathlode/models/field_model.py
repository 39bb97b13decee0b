"""What the models with a vector field have in common: states along its paths, and speeds and Jacobians there."""

from collections.abc import Sequence

import torch
from torch import Tensor

from pathlode.core.context import Context
from pathlode.core.fields.context import FieldContext
from pathlode.core.fields.contract import VectorField
from pathlode.core.shapes import Jacobians, Latent, Starts, State, States, Times
from pathlode.core.solve import Adaptive, FixedStep, Solution, solve
from pathlode.errors import ConfigError
from pathlode.models.contextual import ContextualModel
from pathlode.models.contract import SequenceModel
from pathlode.models.prediction import Prediction, required
from pathlode.registry import FIELDS


class FieldModel(ContextualModel):
    """A model whose state h moves along a vector field f from the first observation on: dh/dτ = f, h(τ_1) given.

    A subclass makes the field with :meth:`_made_field`, and says where h starts. Arguments, attributes and errors are those of
    :class:`pathlode.models.stack.ModelStack`.

    Attributes:
        field: the field of all members.
    """

    field: VectorField

    def _made_field(self, generators: Sequence[torch.Generator], state: int, constant: int = 0) -> VectorField:
        """The field that the configuration names.

        Args:
            generators: one random generator per member.
            state: dimensions of h.
            constant: dimensions of what a field's context has besides static covariates and inputs.

        Raises:
            ConfigError: if the model reads inputs and the field does not.
        """
        config, kind = self.config, FIELDS[self.config.field]
        if config.inputs and not kind.takes_context:
            raise ConfigError(
                f"model.inputs is {config.inputs}, but the field {config.field!r} takes no context and reads none: choose one "
                "that does, such as controlled"
            )
        made: VectorField = kind(
            generators, state, config.width, config.depth, constant + config.static + config.inputs
        )
        return made

    def _around(
        self, constant: Latent, start: Starts, given: Context | None, draws: Tensor | None = None
    ) -> FieldContext:
        """What the field reads besides h and τ.

        Args:
            constant: what does not change along a path, before the static covariates, (member, batch, constant).
            start: first times, (member, batch).
            given: the checked context of the trajectories.
            draws: those of a training step, for a field that samples.
        """
        known = self.known(given)
        constant = constant if known is None else torch.cat([constant, known], dim=-1)
        return FieldContext(constant, self.signal(given, start), draws)

    def _solve(
        self,
        h: State,
        around: FieldContext,
        start: Starts,
        times: Times,
        solver: FixedStep | Adaptive | None,
        error: bool = False,
        backward: bool = False,
        elapsed: Starts | None = None,
    ) -> Solution:
        """States at checked τ from h at ``start``; a field that depends on time reads τ since then, from ``elapsed`` on."""
        timed = self.field.timed(around)
        if timed:
            since = torch.zeros_like(h[..., :1]) if elapsed is None else elapsed[..., None].to(h)
            h = torch.cat([h, since], dim=-1)
        field = self.field.autonomous(around)
        found = solve(field, h, times, start=start, solver=solver, estimate_error=error, backward=backward, check=False)
        if not timed:
            return found
        wrong = None if found.error is None else found.error[..., :-1]
        return Solution(found.states[..., :-1], found.evaluations, wrong)

    def _model_times(self, start: Starts, query: Times) -> tuple[Starts, Times]:
        """Both as τ. Times in another precision than the model's count from the start: differences are then taken first."""
        if {start.dtype, query.dtype} != {self.dtype}:
            query = (query - start[..., None]).to(self.dtype)
            start = torch.zeros_like(start, dtype=self.dtype)
        unit = self.config.time_unit
        return (start, query) if unit == 1 else (start / unit, query / unit)

    def velocity(self, prediction: Prediction) -> States:
        states = required(prediction.states, "states")
        speed: States = self.field(*_field_arguments(prediction))
        return speed.view(states.shape)

    def jacobian(self, prediction: Prediction) -> Jacobians:
        states = required(prediction.states, "states")
        return self.field.jacobian(*_field_arguments(prediction)).view(*states.shape, states.shape[-1])


def field_of(model: SequenceModel) -> VectorField:
    """The vector field of a model.

    Raises:
        ConfigError: if it has none.
    """
    if not isinstance(model, FieldModel):
        raise ConfigError(f"{type(model).__name__} has no vector field: choose a model that offers 'field'")
    return model.field


def _field_arguments(prediction: Prediction) -> tuple[States, Times, Latent]:
    """States, elapsed times and context along a prediction, with its trajectories and times as one axis."""
    states, context = required(prediction.states, "states"), required(prediction.context, "context")
    elapsed = required(prediction.times, "times") - required(prediction.start, "start")[..., None]
    return states.flatten(1, 2), elapsed.flatten(1, 2)[..., None], context.along(elapsed).flatten(1, 2)
