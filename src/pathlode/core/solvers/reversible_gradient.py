"""Integration by a reversible method, whose backward pass rebuilds the solution from its end.

Back-propagation through a solver keeps what each step computed. Here it keeps the end alone: each step is undone, taken again
from what was rebuilt, and differentiated. Memory then does not grow with the number of steps. Gradients are those of the
discretised solution, up to rounding.

Cost of the backward pass: two field evaluations and one differentiation per step. Undone steps amplify rounding as the reversed
equation does: on dy/dt = λ y with λ < 0, by e^(\\|λ\\| t) over a time t.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from pathlode.core.shapes import Starts, State, States, Times

if TYPE_CHECKING:
    from pathlode.core.solvers.reversible import Reversible


def integrate_reversibly(
    field: Callable[[State], State], y0: State, times: Times, start: Starts, method: "Reversible", steps: int
) -> tuple[States, Tensor]:
    """Equal steps per trajectory, read out by the cubic through the states and slopes at a step's ends, whose error is O(h²).

    Args:
        field: autonomous vector field on (member, batch, state). All tensors that it depends on must be among its
            ``parameters()``. A plain function has none: then all steps are kept and differentiated as usual.
        y0: state at ``start``, (member, batch, state).
        times: read-out times, (member, batch, time), not before ``start``.
        start: time of y0, (member, batch).
        method: the method.
        steps: number of steps.

    Returns:
        The states, (member, batch, time, state), and the field evaluations per trajectory, (member, batch).
    """
    elapsed = times - start[..., None]
    step = (elapsed[..., -1:] / steps).to(y0.dtype)
    places, back = _Places.of(elapsed, step, steps)
    if isinstance(field, nn.Module):
        learnt = [parameter for parameter in field.parameters() if parameter.requires_grad]
        read = _Rebuilt.apply(method, field, places, step, y0, *learnt)
    else:
        read, _ = _march(method, field, places, step, y0)
    evaluations = torch.full((1, 1), 1 + steps, device=y0.device).expand(y0.shape[:2])
    return read[back].view(*times.shape, y0.shape[-1]), evaluations


@dataclass(frozen=True)
class _Places:
    """Read-out times in the order of the steps that contain them.

    Attributes:
        trajectory: index of each one's trajectory among (member · batch).
        position: how far into its step it lies, θ from 0 to 1.
        ends: how many lie in each step and those before it.
    """

    trajectory: Tensor
    position: Tensor
    ends: list[int]

    @classmethod
    def of(cls, elapsed: Times, step: Tensor, steps: int) -> tuple["_Places", Tensor]:
        """The places of times since the start, (member, batch, time), and the index that brings them back into that order."""
        position = elapsed / step.clamp_min(torch.finfo(step.dtype).tiny)
        index = position.floor().clamp_(0, steps - 1)
        order = index.flatten().argsort(stable=True)
        ends = torch.bincount(index.flatten().long(), minlength=steps).cumsum(0).tolist()
        theta = (position - index).to(step.dtype).flatten()
        return cls(order // elapsed.shape[-1], theta[order][:, None], ends), order.argsort()

    def within(self, number: int) -> slice:
        """Those in one of the steps."""
        return slice(self.ends[number - 1] if number else 0, self.ends[number])

    def read(self, number: int, before: tuple[State, ...], after: tuple[State, ...], step: Tensor) -> Tensor:
        """The solution at those in a step, (place, state): the cubic through states and slopes at both ends."""
        some = self.within(number)
        rows, theta = self.trajectory[some], self.position[some]
        parts = before[0], before[-1], after[0], after[-1], step
        low, rise, high, fall, h = (part.flatten(0, 1)[rows] for part in parts)
        rise, fall, gain = h * rise, h * fall, high - low
        return low + theta * (rise + theta * (3 * gain - 2 * rise - fall + theta * (rise + fall - 2 * gain)))


def _march(
    method: "Reversible", field: Callable[[State], State], places: _Places, step: Tensor, y0: State
) -> tuple[Tensor, tuple[State, ...]]:
    """The solution at all places, (place, state), and what the method carries at the end."""
    carried, read = method.begin(field, y0), []
    for number in range(len(places.ends)):
        after = method.step(field, carried, step)
        read.append(places.read(number, carried, after, step))
        carried = after
    return torch.cat(read), carried


class _Rebuilt(torch.autograd.Function):
    """:func:`_march`, without its end, as one operation; the last arguments are the field's parameters."""

    @staticmethod
    def forward(
        ctx: Any, method: "Reversible", field: nn.Module, places: _Places, step: Tensor, y0: State, *learnt: Tensor
    ) -> Tensor:
        read, end = _march(method, field, places, step, y0)
        ctx.method, ctx.field, ctx.places = method, field, places
        ctx.save_for_backward(step, y0, *learnt, *end)
        return read

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        method, field, places = ctx.method, ctx.field, ctx.places
        step, y0, *rest = ctx.saved_tensors
        learnt, carried = rest[: len(ctx.needs_input_grad) - 5], rest[len(ctx.needs_input_grad) - 5 :]
        ours, theirs = [torch.zeros_like(part) for part in carried], [torch.zeros_like(each) for each in learnt]

        def collect(outputs: list[Tensor], given: list[Tensor], inputs: list[Tensor]) -> list[Tensor]:
            """The gradients of the inputs; adds up those of the parameters."""
            found = torch.autograd.grad(outputs, [*inputs, *learnt], given, allow_unused=True, materialize_grads=True)
            for total, more in zip(theirs, found[len(inputs) :], strict=True):
                total += more
            return list(found[: len(inputs)])

        for number in reversed(range(len(places.ends))):
            carried = [part.requires_grad_() for part in method.step(field, tuple(carried), -step)]
            with torch.enable_grad():
                after = method.step(field, tuple(carried), step)
                read = places.read(number, tuple(carried), after, step)
            ours = collect([*after, read], [*ours, gradient[places.within(number)]], carried)
            carried = [part.detach() for part in carried]
        with torch.enable_grad():
            first = y0.detach().requires_grad_()
            begun = method.begin(field, first)
        (start,) = collect(list(begun), ours, [first])
        return None, None, None, None, start, *theirs
