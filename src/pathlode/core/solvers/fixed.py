"""Runge-Kutta steps of equal size, with dense output. Users call :func:`pathlode.core.solve.solve`."""

from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor

from pathlode.core.recorded import recorded, recorded_scan
from pathlode.core.shapes import Starts, State, States, Times
from pathlode.core.solvers.tableaus import Tableau

Field = Callable[[State], State]
"""An autonomous vector field: (member, batch, state) -> time derivative of the same shape."""


@runtime_checkable
class MarchingField(Protocol):
    """A field with a faster way to take all steps of a Runge-Kutta method than one evaluation at a time."""

    def march(self, tableau: Tableau, steps: int, step: Tensor, elapsed: Times, y0: State) -> States | None:
        """The solution at the read-out times, or None if the solver must evaluate the field.

        Args:
            tableau: the method.
            steps: number of steps.
            step: their size, (member, batch, 1).
            elapsed: read-out times since the start, (member, batch, time).
            y0: state at the start, (member, batch, state).
        """
        ...


def integrate_with_fixed_steps(
    field: Field, y0: State, times: Times, start: Starts, tableau: Tableau, steps: int
) -> tuple[States, Tensor]:
    """Equal steps per trajectory, read out by each step's polynomial.

    Args:
        field: autonomous vector field on (member, batch, state).
        y0: state at ``start``, (member, batch, state).
        times: read-out times, (member, batch, time), not before ``start``.
        start: time of y0, (member, batch).
        tableau: the method.
        steps: number of steps.

    Returns:
        The states, (member, batch, time, state), and the field evaluations per trajectory, (member, batch).
    """
    elapsed = times - start[..., None]
    step = (elapsed[..., -1:] / steps).to(y0.dtype)
    states = field.march(tableau, steps, step, elapsed, y0) if isinstance(field, MarchingField) else None
    if states is None:
        states = _read_out(_march(field, tableau, steps, step, y0), step, elapsed)
    evaluations = torch.full((1, 1), 1 + steps * len(tableau.b), device=y0.device).expand(y0.shape[:2])
    return states, evaluations


def _march(field: Field, tableau: Tableau, steps: int, step: Tensor, y: State) -> Tensor:
    """Each step's polynomial y_n + h Σ_j θ^j Σ_i dense[j][i] k_i, (member, batch, step, degree + 1, state)."""

    def one_step(y: State, slope: State) -> tuple[State, State, Tensor]:
        stages, start = [slope], y
        for row in tableau.a:
            stages.append(field(_advance(start, step, row, stages)))
        y = _advance(start, step, tableau.b, stages)
        slope = field(y)
        stages.append(slope)
        zero = torch.zeros_like(y)
        return y, slope, torch.stack([start, *(_advance(zero, step, row, stages) for row in tableau.dense)], dim=2)

    slope, polynomials = field(y), []
    if recorded():
        return _recorded_march(one_step, y, slope, steps)
    for _ in range(steps):
        y, slope, polynomial = one_step(y, slope)
        polynomials.append(polynomial)
    return torch.stack(polynomials, dim=2)


def _recorded_march(
    one_step: Callable[[State, State], tuple[State, ...]], y: State, slope: State, steps: int
) -> Tensor:
    def advance(state: list[Tensor], _: list[Tensor]) -> tuple[list[Tensor], list[Tensor]]:
        y, slope, polynomial = one_step(*state)
        return [y, slope], [polynomial]

    _, (polynomials,) = recorded_scan(advance, [y, slope], [torch.zeros(steps, device=y.device)])
    return polynomials.movedim(0, 2)


def _advance(y: State, step: Tensor, weights: Sequence[float], stages: Sequence[State]) -> State:
    """y + h Σ_i w_i k_i."""
    for weight, stage in zip(weights, stages, strict=True):
        if weight:
            y = torch.addcmul(y, step, stage, value=weight)
    return y


def _read_out(polynomials: Tensor, step: Tensor, elapsed: Times) -> States:
    """Evaluates, at every read-out time, the polynomial of the step that contains it."""
    members, batch, steps, _, state = polynomials.shape
    position = elapsed / step.clamp_min(torch.finfo(step.dtype).tiny)
    index = position.floor().clamp_(0, steps - 1)
    theta = (position - index).to(polynomials.dtype).flatten()
    trajectory = torch.arange(members * batch, device=elapsed.device).view(members, batch, 1)
    rows = (trajectory * steps + index.long()).flatten()
    *lower, points = polynomials.flatten(0, 2)[rows].unbind(1)
    for coefficient in reversed(lower):
        points = torch.addcmul(coefficient, theta[:, None], points)
    return points.view(members, batch, elapsed.shape[-1], state)
