"""Integration of ODEs: a batch of trajectories, each at its own irregular times, in one pass.

Every trajectory takes its own steps and is read out at its own times through the solver's continuous extension. There is
no union of time grids and no loop over observation times. There are two solvers:
:class:`pathlode.core.solvers.fixed.FixedStep` for training, and :class:`pathlode.core.solvers.adaptive.Adaptive`, which meets
a tolerance, for reference.
"""

from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from pathlode.core.checks import check_times
from pathlode.core.recorded import recorded
from pathlode.core.shapes import Starts, State, States, Times
from pathlode.core.solvers.adaptive import Adaptive as Adaptive
from pathlode.core.solvers.adaptive import integrate_with_torchode
from pathlode.core.solvers.fixed import Field, integrate_with_fixed_steps
from pathlode.core.solvers.fixed import FixedStep as FixedStep
from pathlode.core.solvers.fixed import MarchingField as MarchingField
from pathlode.core.solvers.reversal import reversed_in_time
from pathlode.core.solvers.reversible import Reversible
from pathlode.core.solvers.reversible_gradient import integrate_reversibly
from pathlode.errors import ConfigError, DataError
from pathlode.registry import SOLVERS


@dataclass(frozen=True)
class Solution:
    """What :func:`solve` returns.

    Attributes:
        states: the solution at the read-out times, (member, batch, time, state).
        evaluations: field evaluations per trajectory, (member, batch), integers.
        error: estimate of solution minus truth at the read-out times, shaped like ``states``; None if not requested.
    """

    states: States
    evaluations: Tensor
    error: States | None = None


def solve(
    field: Field,
    y0: State,
    times: Times,
    *,
    start: Starts | None = None,
    solver: FixedStep | Adaptive | None = None,
    estimate_error: bool = False,
    backward: bool = False,
    check: bool = True,
) -> Solution:
    """Integrates dh/dt = field(h) from y0 for every trajectory and reads it out at that trajectory's own times.

    With ``backward``, times before the start are solved in s = start - t by the reversed field dh/ds = -field(h), from the
    same y0. The two solutions meet in y0 at the start. Each takes the steps of the solver, which then count twice.

    Args:
        field: autonomous vector field on (member, batch, state).
        y0: state at ``start``, (member, batch, state).
        times: read-out times, strictly increasing, (batch, time) or (member, batch, time); not before ``start`` without
            ``backward``.
        start: time of y0, (batch,) or (member, batch); by default each trajectory's first read-out time.
        solver: :class:`Adaptive` (default) or :class:`FixedStep`, whose step size grows with the last read-out time.
        estimate_error: also estimate the solver's error, without gradient. With :class:`FixedStep` the estimate is
            Richardson's, from a second solution with twice the steps: e = (y_N - y_2N) · 2^p / (2^p - 1) at order p. With
            :class:`Adaptive`, e is the difference to a solution with 1/100 of the tolerances.
        backward: whether times may lie before the start.
        check: validate times; turn off only for data that were validated before, for example in a training loop.

    Returns:
        :class:`Solution`. Gradients flow to y0 and to the field's parameters, not to the times.

    Raises:
        DataError: if shapes do not fit, or times are not finite, not strictly increasing, or before the start without
            ``backward``.
        SolverError: if the adaptive solver fails.
        ConfigError: if ``solver`` is something else.
    """
    solver = Adaptive() if solver is None else solver
    if not isinstance(solver, (FixedStep, Adaptive)):
        raise ConfigError(f"the solver is {solver!r}, expected FixedStep('tsit5', steps=8) or Adaptive('dopri5')")
    members, batch, _ = y0.shape
    try:
        times = times.expand(members, batch, times.shape[-1])
        start = times[..., 0] if start is None else start.expand(members, batch)
    except RuntimeError:
        raise DataError(
            f"times of shape {tuple(times.shape)} do not fit initial states of shape {tuple(y0.shape)}: "
            "expected (batch, time) or (member, batch, time), with start (batch,) or (member, batch)"
        ) from None
    if check and not recorded():
        check_times(times, None if backward else start, observed=False)
    origin = start[..., None]
    early = times < origin
    if not backward or not (recorded() or early.any()):
        return _solve_onward(field, y0, times, start, solver, estimate_error)
    after = _solve_onward(field, y0, times.maximum(origin), start, solver, estimate_error)
    mirrored = (2 * origin - times).maximum(origin).flip(-1)
    before = _solve_onward(reversed_in_time(field), y0, mirrored, start, solver, estimate_error)
    return _joined(before, after, early)


def _joined(before: Solution, after: Solution, early: Tensor) -> Solution:
    """The solution before the start, whose times are mirrored, where ``early``, (member, batch, time), and that after it."""

    def join(first: States, second: States) -> States:
        return first.flip(2).where(early[..., None], second)

    error = None
    if before.error is not None and after.error is not None:
        error = join(before.error, after.error)
    return Solution(join(before.states, after.states), before.evaluations + after.evaluations, error)


def _solve_onward(
    field: Field, y0: State, times: Times, start: Starts, solver: FixedStep | Adaptive, estimate_error: bool
) -> Solution:
    """The solution at times that are not before the start."""
    if isinstance(solver, Adaptive):
        return _solve_adaptive(field, y0, times, start, solver, estimate_error)
    return _solve_fixed(field, y0, times, start, solver, estimate_error)


def _solve_fixed(
    field: Field, y0: State, times: Times, start: Starts, solver: FixedStep, estimate_error: bool
) -> Solution:
    """Fixed steps; the error is Richardson's, from a solution with twice the steps."""
    method = SOLVERS[solver.method]
    integrate = integrate_reversibly if isinstance(method, Reversible) else integrate_with_fixed_steps
    states, evaluations = integrate(field, y0, times, start, method, solver.steps)
    if not estimate_error:
        return Solution(states, evaluations)
    with torch.no_grad():
        finer, _ = integrate(field, y0, times, start, method, 2 * solver.steps)
        amplification = 2**method.order / (2**method.order - 1)
        error = (states - finer) * amplification
    return Solution(states, evaluations, error)


def _solve_adaptive(
    field: Field, y0: State, times: Times, start: Starts, solver: Adaptive, estimate_error: bool
) -> Solution:
    """Adaptive steps; the error is the difference to a solution with 1/100 of the tolerances."""
    states, evaluations = _integrate(field, y0, times, start, solver)
    if not estimate_error:
        return Solution(states, evaluations)
    tighter = replace(solver, rtol=solver.rtol / 100, atol=solver.atol / 100)
    with torch.no_grad():
        error = states - _integrate(field, y0, times, start, tighter)[0]
    return Solution(states, evaluations, error)


def _integrate(field: Field, y0: State, times: Times, start: Starts, solver: Adaptive) -> tuple[States, Tensor]:
    def slope(_: Starts, h: State) -> State:
        return field(h)

    if solver.backend == "torchode":
        return integrate_with_torchode(slope, y0, times, start, solver)
    if solver.backend == "scipy":
        from pathlode.core.solvers.scipy_backend import integrate_with_scipy  # here: scipy may not be installed

        return integrate_with_scipy(field, y0, times, start, solver)
    from pathlode.core.solvers.torchdiffeq_backend import integrate_with_torchdiffeq  # as may torchdiffeq

    parameters = tuple(field.parameters()) if isinstance(field, nn.Module) else None
    return integrate_with_torchdiffeq(slope, y0, times, start, solver, parameters)
