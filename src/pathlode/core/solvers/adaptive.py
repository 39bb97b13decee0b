"""Adaptive step sizes: the settings, and the backend torchode.

The other backends are in :mod:`pathlode.core.solvers.torchdiffeq_backend` and :mod:`pathlode.core.solvers.scipy_backend`.
Users call :func:`pathlode.core.solve.solve`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec

from torch import Tensor

from pathlode.core.shapes import Starts, State, States, Times
from pathlode.core.solvers.tableaus import ADAPTIVE_METHODS
from pathlode.errors import ConfigError, SolverError

Slope = Callable[[Starts, State], State]
"""dh/dt as a function of every trajectory's time, (member, batch), and state, (member, batch, state)."""

_TORCHODE_NAMES = {"dopri5": "Dopri5", "tsit5": "Tsit5"}


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
        backend: ``torchode``, ``torchdiffeq`` or ``scipy``; the latter two must be installed.
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
        if self.backend not in ADAPTIVE_METHODS:
            raise ConfigError(f"solver backend is {self.backend!r}, expected one of {', '.join(ADAPTIVE_METHODS)}")
        methods = ADAPTIVE_METHODS[self.backend]
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


def integrate_with_torchode(
    slope: Slope, y0: State, times: Times, start: Starts, solver: Adaptive
) -> tuple[States, Tensor]:
    """States at the read-out times, (member, batch, time, state), and field evaluations per trajectory, (member, batch).

    Args:
        slope: right-hand side.
        y0: state at ``start``, (member, batch, state).
        times: read-out times, (member, batch, time).
        start: (member, batch).
        solver: method and tolerances.

    Raises:
        SolverError: if a trajectory needs more than ``max_steps`` or becomes infinite or NaN.
    """
    import torchode  # here, because the import takes half a second and only this solver needs it

    members, batch, state = y0.shape
    flat_times = times.reshape(members * batch, -1).to(y0.dtype)
    flat_start = start.reshape(-1).to(y0.dtype)

    def flat_slope(t: Tensor, y: Tensor) -> Tensor:
        return slope(t.view(members, batch), y.view(members, batch, state)).reshape(members * batch, state)

    term = torchode.ODETerm(flat_slope)
    problem = torchode.InitialValueProblem(
        y0.reshape(members * batch, state), flat_start, flat_times[:, -1].contiguous(), flat_times
    )
    method = getattr(torchode, _TORCHODE_NAMES[solver.method])(term=term)
    controller = torchode.IntegralController(atol=solver.atol, rtol=solver.rtol, term=term)
    adjoint = torchode.AutoDiffAdjoint(
        method, controller, max_steps=solver.max_steps, backprop_through_step_size_control=False
    )
    solution = adjoint.solve(problem)
    failed = (solution.status != 0).nonzero()
    if len(failed) or not solution.ys.isfinite().all():
        taken = int(solution.stats["n_steps"].max())
        raise SolverError(
            f"{solver.method} failed on {max(len(failed), 1)} of {members * batch} trajectories after {taken} steps at "
            f"rtol={solver.rtol:g}, atol={solver.atol:g}: loosen the tolerances, raise max_steps, or check that the field is "
            "finite"
        )
    stages, first_guess = 6, 2  # both methods reuse a step's last stage; the first step size takes two evaluations
    evaluations = (first_guess + stages * solution.stats["n_steps"]).view(members, batch)
    return solution.ys.view(members, batch, -1, state), evaluations
