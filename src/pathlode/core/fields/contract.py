"""The interface of vector fields: the learned right-hand side dh/dτ of a latent ODE, for all members of a stack."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from pathlode.core.fields.context import FieldContext
from pathlode.core.jacobian import jacobian
from pathlode.core.shapes import Latent, State
from pathlode.errors import ConfigError
from pathlode.registry import FIELDS


class VectorField(nn.Module, ABC):
    """dh/dτ = f(h), f(h, c), f(h, τ) or f(h, τ, c), with τ the model's time since a trajectory's first observation.

    The context c is z0, followed by the static covariates and by the known inputs at τ that the model reads.

    Args:
        generators: one random generator per member.
        state: dimensions of h.
        width: units of each hidden layer.
        depth: number of hidden layers.
        latent: dimensions of c, for a field that takes it.

    A field with a compiled march also defines :meth:`pathlode.core.solvers.fixed.MarchingField.march`; it must be autonomous.
    """

    takes_time: ClassVar[bool] = False
    """Whether f depends on τ."""
    takes_context: ClassVar[bool] = False
    """Whether f depends on c."""

    def __init__(
        self, generators: Sequence[torch.Generator], state: int, width: int, depth: int, latent: int = 0
    ) -> None:
        super().__init__()

    @abstractmethod
    def forward(self, h: State, time: Tensor | None = None, context: Latent | None = None) -> State:
        """dh/dτ at h.

        Args:
            h: (member, batch, state).
            time: τ, (member, batch, 1), for a field that takes it.
            context: c, (member, batch, latent), for a field that takes it.
        """

    def jacobian(self, h: State, time: Tensor | None = None, context: Latent | None = None) -> Tensor:
        """∂f_i/∂h_j, (member, batch, i, j), by automatic differentiation, with the arguments of :meth:`forward`.

        It can be differentiated again. Cost: one backward pass per component of h, all in one vectorised pass.
        """
        return jacobian(lambda state: self(state, time, context), h)

    def weights(self) -> list[Tensor]:
        """Weights of the layers from h to dh/dτ, from the first, each (member, component, inputs, outputs).

        They are those of a field that is a network of h alone. There is one component, or one for each entry of dh/dτ if each
        has a network of its own.

        Raises:
            ConfigError: if the field is no such network.
        """
        raise ConfigError(
            f"{type(self).__name__} is no network of layers from the state to its velocity, so its weights cannot be "
            f"penalised: choose one of the fields {', '.join(name for name in FIELDS if 'weights' in FIELDS.words(name))}"
        )

    @property
    def draws(self) -> int:
        """Standard normal draws per trajectory and training step of a field that samples."""
        return 0

    def timed(self, context: FieldContext) -> bool:
        """Whether dh/dτ depends on τ, of itself or through known inputs."""
        return self.takes_time or context.signal is not None

    def autonomous(self, context: FieldContext) -> nn.Module:
        """The field as the solvers need it: a function of the state alone.

        A field that depends on time reads it from an additional last component of the state, whose derivative is 1;
        Runge-Kutta methods give the same solution for both forms. A field that takes neither time nor context is returned
        unchanged, with its compiled march.
        """
        return _Held(self, context) if self.timed(context) or self.takes_context else self


class _Held(nn.Module):
    """A field with a context, and with the time as part of the state if anything depends on the time."""

    def __init__(self, field: VectorField, context: FieldContext) -> None:
        super().__init__()
        self.field, self.context = field, context

    def parameters(self, recurse: bool = True) -> Iterator[Any]:
        """Those of the field, and the context: the adjoint needs gradients of all of them."""
        yield from self.field.parameters(recurse)
        if self.field.takes_context:
            yield self.context.constant

    def forward(self, h: State) -> State:
        if not self.field.timed(self.context):
            return self.field(h, context=self.context.constant)
        time = h[..., -1:]
        slope = self.field(h[..., :-1], time, self.context.along(time)[..., 0, :])
        return torch.cat([slope, torch.ones_like(slope[..., :1])], dim=-1)
