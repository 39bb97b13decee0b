"""Torchdiffeq for batches of trajectories, each with its own times.

torchdiffeq integrates a whole batch with common steps along one increasing grid of times. Each trajectory's time is therefore
cut into pieces, with a clock s that runs from 0 to 1 over a piece,

    t = a + d · s,   dh/ds = d · f(h),

with the piece's start a and duration d, (member, batch). If all trajectories are read out at the same fractions of their
windows, one piece covers the window. Otherwise there is one piece between any two consecutive read-out times. The alternative
is the union of all times: a grid of up to batch · time points. torchdiffeq would interpolate the whole batch at each of them,
and its adjoint would start anew from each.

The error of a step is the largest over the trajectories, so every trajectory meets the tolerances, as with torchode.

Cost: at least 2 + stages field evaluations per piece (dopri5 has 6 stages, thus 8 · time for irregular times). dopri8 and bosh3
end a step at each read-out time in any case. The adjoint solves an equation of more than twice the size backwards between any
two read-out times. A training step on 64 irregular series of 40 points takes, on one core, 19 ms with torchode, 0.7 s with this
module, and 4 s with the union of times.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import torch
import torchdiffeq
from torch import Tensor, nn

from pathlode.core.shapes import Starts, State, States, Times
from pathlode.errors import ConfigError, SolverError

if TYPE_CHECKING:
    from pathlode.core.solve import Adaptive

_FAULTS = {
    "max_num_steps": "more than max_steps={} steps between two read-out times; loosen the tolerances or raise max_steps",
    "underflow": "a step too short to advance the time; loosen the tolerances, use float64, or check that the field is finite",
    "non-finite": "a state that is not finite; check the field and the initial states",
}
"""Meaning and remedy of torchdiffeq's assertions, by a word that each contains."""

_ROUGH_BETWEEN = {"dopri8", "bosh3"}
"""Methods far less accurate between steps than at their ends (7e-6 at a tolerance of 1e-9): they step to each read-out time."""


@dataclass(frozen=True)
class _Piece:
    """A piece of every trajectory's time, and the fractions of it at which all are read out, (point,), increasing."""

    duration: Starts
    fractions: Tensor


def integrate_with_torchdiffeq(
    field: Callable[[State], State], y0: State, times: Times, start: Starts, solver: "Adaptive"
) -> tuple[States, Tensor]:
    """Steps along dh/ds = d · f(h) that all trajectories share, so all take equally many evaluations.

    Args:
        field: autonomous right-hand side. With the adjoint it must be a module, whose ``parameters()`` get gradients.
        y0: state at ``start``, (member, batch, state).
        times: read-out times, (member, batch, time).
        start: (member, batch).
        solver: method, tolerances, and whether to use the adjoint. torchdiffeq's method fehlberg2 is left out: on a linear
            oscillator its error is 100 tolerances.

    Returns:
        As :func:`pathlode.core.solvers.torchode_backend.integrate_with_torchode`.

    Raises:
        ConfigError: if the adjoint is requested but the field is a plain function, whose parameters are not known.
        SolverError: if torchdiffeq fails, here or in the adjoint's backward pass.

    Source: Chen et al. 2018, Neural ordinary differential equations (https://arxiv.org/abs/1806.07366).
    """
    pieces = _pieces(times, start)
    evaluations = 0

    parameters = tuple(field.parameters()) if isinstance(field, nn.Module) else None

    def counted(h: State) -> State:
        nonlocal evaluations
        evaluations += 1
        return field(h)

    @contextmanager
    def failures_told() -> Iterator[None]:
        try:
            yield
        except AssertionError as error:
            raise SolverError(_sentence(str(error), solver, evaluations)) from None

    def integrate(y: State) -> States:
        read = []
        for piece in pieces:
            read.append(_cross(piece, counted, y, solver, parameters or ()))
            y = read[-1][-1]
        return torch.cat(read).movedim(0, 2)

    if solver.adjoint:
        if parameters is None:
            raise ConfigError(
                "solver adjoint is true, but the field is a plain function, whose parameters cannot be found: make it a "
                "torch.nn.Module or set adjoint to false"
            )
        learnt = [parameter for parameter in parameters if parameter.requires_grad]
        with failures_told():
            states = _Adjoint.apply(integrate, failures_told, y0, *learnt)
    else:
        with failures_told():
            states = integrate(y0)
    if not states.isfinite().all():
        raise SolverError(_sentence("non-finite", solver, evaluations))
    return states, torch.full((1, 1), evaluations, device=y0.device).expand(y0.shape[:2])


def _pieces(times: Times, start: Starts) -> list[_Piece]:
    """One piece if all trajectories are read out at the same fractions of their windows, up to rounding of the times."""
    duration = times[..., -1] - start
    elapsed = (times - start[..., None]).double()
    fractions = elapsed / duration[..., None].clamp_min(torch.finfo(times.dtype).tiny)
    apart = (fractions - fractions[:1, :1]).abs() * duration[..., None]
    if apart.max() <= 4 * torch.finfo(times.dtype).eps * times.abs().max():
        return [_Piece(duration, fractions[0, 0])]
    ends = torch.cat([start[..., None], times], dim=-1).unbind(-1)
    whole = torch.ones(1, dtype=torch.float64, device=times.device)
    return [_Piece(after - before, whole) for before, after in pairwise(ends)]


def _cross(
    piece: _Piece, field: Callable[[State], State], y: State, solver: "Adaptive", parameters: Sequence[Tensor]
) -> Tensor:
    """States at the piece's read-out times, (point, member, batch, state)."""
    if not piece.duration.any():
        return y.expand(len(piece.fractions), *y.shape)
    duration = piece.duration.to(y.dtype)
    grid, places = torch.cat([torch.zeros_like(piece.fractions[:1]), piece.fractions]).unique(return_inverse=True)

    def moving(_: Tensor, h: State) -> State:
        return duration[..., None] * field(h)

    chosen: dict[str, Any] = {"rtol": solver.rtol, "atol": solver.atol, "method": solver.method}
    ends = grid if solver.method in _ROUGH_BETWEEN else grid[[0, -1]]
    chosen["options"] = {"norm": _largest_error, "max_num_steps": solver.max_steps, "step_t": ends}
    if solver.adjoint:
        return torchdiffeq.odeint_adjoint(moving, y, grid, adjoint_params=tuple(parameters), **chosen)[places[1:]]
    return torchdiffeq.odeint(moving, y, grid, **chosen)[places[1:]]


def _largest_error(scaled: Tensor) -> Tensor:
    """The largest root mean square over a trajectory's states; torchdiffeq's own norm would average over the batch."""
    return scaled.square().mean(dim=-1).sqrt().amax()


def _sentence(assertion: str, solver: "Adaptive", evaluations: int) -> str:
    fault = next((told for word, told in _FAULTS.items() if word in assertion), assertion)
    return (
        f"{solver.method} of torchdiffeq failed after {evaluations} field evaluations at rtol={solver.rtol:g}, "
        f"atol={solver.atol:g}, with {fault.format(solver.max_steps)}"
    )


class _Adjoint(torch.autograd.Function):
    """Passes solution and gradients through unchanged; gives a failed backward pass the same message as a failed solution."""

    @staticmethod
    def forward(
        ctx: Any,
        integrate: Callable[[State], States],
        failures_told: Callable[[], AbstractContextManager[None]],
        y0: State,
        *parameters: Tensor,
    ) -> States:
        with torch.enable_grad():
            ctx.inputs = [y0.detach().requires_grad_(), *parameters]
            ctx.states, ctx.failures_told = integrate(ctx.inputs[0]), failures_told
        return ctx.states.detach()

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        with ctx.failures_told():
            return (
                None,
                None,
                *torch.autograd.grad(ctx.states, ctx.inputs, gradients, retain_graph=True, allow_unused=True),
            )
