"""Integration of ODEs: a batch of trajectories, each at its own irregular times, in one pass.

Every trajectory takes its own steps and is read out at its own times through the solver's continuous extension. There is
no union of time grids and no loop over observation times. There are two solvers: :class:`FixedStep` for training, and
:class:`Adaptive`, which meets a tolerance, for reference.

Tableaus and torchode are common, and are imported here. All other methods and backends are imported on use, so a job that names
none of them does not depend on them.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import Any

import torch
from torch import Tensor

from pathlode.core.checks import check_times
from pathlode.core.recorded import recorded
from pathlode.core.shapes import Starts, State, States, Times
from pathlode.core.solvers.fixed import Field, integrate_with_fixed_steps
from pathlode.core.solvers.reversal import reversed_in_time
from pathlode.core.solvers.tableaus import Tableau
from pathlode.core.solvers.torchode_backend import integrate_with_torchode
from pathlode.errors import ConfigError, DataError
from pathlode.registry import ADAPTIVE_BACKENDS, SOLVERS


@dataclass(frozen=True)
class FixedStep:
    """Explicit steps of equal size per trajectory, for training. Gradients are those of the discretised solution.

    The number of steps is fixed, not their size: a longer window needs more steps.

    Args:
        method: name in :data:`pathlode.registry.SOLVERS`, each with dense output of the same order: ``rk4`` (Runge-Kutta, order
            4), ``tsit5`` (Runge-Kutta, order 5), or ``alf`` or ``reversible_heun`` (order 2,
            :mod:`pathlode.core.solvers.reversible`), whose memory in training does not grow with the number of steps, but whose
            errors grow on damped systems.
        steps: number of steps per trajectory, from its start to its last read-out time.

    Cost: 1 + steps · stages field evaluations (rk4: 4 stages, tsit5: 6, the others: 1). A field's compiled march takes
    Runge-Kutta steps only; plain PyTorch takes the others.
    """

    method: str = "rk4"
    steps: int = 8

    def __post_init__(self) -> None:
        SOLVERS.path(self.method)
        if self.steps < 1:
            raise ConfigError(f"solver steps is {self.steps}, expected at least 1")


@dataclass(frozen=True)
class Adaptive:
    """Step sizes chosen by an embedded error estimate; every trajectory meets the tolerances.

    With ``torchode`` every trajectory takes its own steps and is interpolated between them. With ``torchdiffeq`` a batch takes
    common steps, as small as its hardest trajectory needs, and the cost grows with the number of read-out times (see
    :mod:`pathlode.core.solvers.torchdiffeq_backend`). In return, torchdiffeq offers methods of other orders and an adjoint.
    ``scipy`` has the implicit method ``radau`` for stiff fields, whose explicit solution would take very many steps
    (:mod:`pathlode.core.solvers.scipy_backend`); a batch takes common steps.

    Args:
        method: ``dopri5``, with torchode also ``tsit5``, with torchdiffeq also ``dopri8``, ``bosh3`` or ``adaptive_heun``;
            ``radau`` with scipy.
        rtol: relative tolerance of a step.
        atol: absolute tolerance of a step.
        max_steps: largest number of steps, beyond which :class:`pathlode.errors.SolverError` is raised. It counts the steps of
            a trajectory with torchode, those of the batch between two read-out times with torchdiffeq, and those of the batch
            with scipy.
        backend: name in :data:`pathlode.registry.ADAPTIVE_BACKENDS`: ``torchode``, ``torchdiffeq`` or ``scipy``; the latter two
            must be installed.
        adjoint: with torchdiffeq, whether gradients come from the adjoint equation, solved backwards in time. Memory then does
            not grow with the number of steps, which helps with large fields; small fields are faster without it. The field
            must be a module, and gradients are only as accurate as the tolerances.

    Raises:
        ConfigError: if a setting is not one of the above, or the backend is not installed.

    Source: Lienen & Günnemann 2022, torchode (https://arxiv.org/abs/2210.12375); Chen et al. 2018, Neural ordinary
    differential equations (https://arxiv.org/abs/1806.07366) for torchdiffeq and the adjoint.
    """

    method: str = "dopri5"
    rtol: float = 1e-6
    atol: float = 1e-6
    max_steps: int = 10_000
    backend: str = "torchode"
    adjoint: bool = False

    def __post_init__(self) -> None:
        if self.backend not in ADAPTIVE_BACKENDS:
            raise ConfigError(f"solver backend is {self.backend!r}, expected one of {', '.join(ADAPTIVE_BACKENDS)}")
        methods = sorted(ADAPTIVE_BACKENDS.words(self.backend))
        if self.method not in methods:
            raise ConfigError(
                f"solver method is {self.method!r}, expected one of {', '.join(methods)} with backend {self.backend}"
            )
        if min(self.rtol, self.atol) <= 0:
            raise ConfigError(f"solver tolerances are rtol={self.rtol}, atol={self.atol}, expected both above 0")
        if self.max_steps < 1:
            raise ConfigError(f"solver max_steps is {self.max_steps}, expected at least 1")
        if self.adjoint and self.backend != "torchdiffeq":
            raise ConfigError(f"solver adjoint is true with backend {self.backend}, expected backend torchdiffeq")
        if self.backend != "torchode" and find_spec(self.backend) is None:
            raise ConfigError(
                f"solver backend is {self.backend}, but its package is not installed: pip install "
                f"'pathlode[{self.backend}]', or choose torchode"
            )


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
    states, evaluations = _integrated(method, field, y0, times, start, solver.steps)
    if not estimate_error:
        return Solution(states, evaluations)
    with torch.no_grad():
        finer, _ = _integrated(method, field, y0, times, start, 2 * solver.steps)
        amplification = 2**method.order / (2**method.order - 1)
        error = (states - finer) * amplification
    return Solution(states, evaluations, error)


def _integrated(method: Any, field: Field, y0: State, times: Times, start: Starts, steps: int) -> tuple[States, Tensor]:
    """States at the read-out times, and field evaluations, by a Runge-Kutta method or one that integrates by itself."""
    if isinstance(method, Tableau):
        return integrate_with_fixed_steps(field, y0, times, start, method, steps)
    integrated: tuple[States, Tensor] = method.integrate(field, y0, times, start, steps)
    return integrated


def _solve_adaptive(
    field: Field, y0: State, times: Times, start: Starts, solver: Adaptive, estimate_error: bool
) -> Solution:
    """Adaptive steps; the error is the difference to a solution with 1/100 of the tolerances."""
    integrate: Callable[..., tuple[States, Tensor]] = (
        integrate_with_torchode if solver.backend == "torchode" else ADAPTIVE_BACKENDS[solver.backend]
    )
    states, evaluations = integrate(field, y0, times, start, solver)
    if not estimate_error:
        return Solution(states, evaluations)
    tighter = replace(solver, rtol=solver.rtol / 100, atol=solver.atol / 100)
    with torch.no_grad():
        error = states - integrate(field, y0, times, start, tighter)[0]
    return Solution(states, evaluations, error)
