"""Torchode: explicit methods whose error estimate sets the steps of each trajectory.

Users call :func:`pathlode.core.solve.solve`.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from torch import Tensor

from pathlode.core.shapes import Starts, State, States, Times
from pathlode.errors import SolverError

if TYPE_CHECKING:
    from pathlode.core.solve import Adaptive

_TORCHODE_NAMES = {"dopri5": "Dopri5", "tsit5": "Tsit5"}


def integrate_with_torchode(
    field: Callable[[State], State], y0: State, times: Times, start: Starts, solver: "Adaptive"
) -> tuple[States, Tensor]:
    """Steps y' = y + h Σ_i b_i k_i of sizes h that keep an estimate of a step's error below atol + rtol \\|y\\|.

    Args:
        field: autonomous right-hand side.
        y0: state at ``start``, (member, batch, state).
        times: read-out times, (member, batch, time).
        start: (member, batch).
        solver: method and tolerances.

    Returns:
        States at the read-out times, (member, batch, time, state), and field evaluations per trajectory, (member, batch).

    Raises:
        SolverError: if a trajectory needs more than ``max_steps`` or becomes infinite or NaN.

    Source: Lienen & Günnemann 2022, torchode (https://arxiv.org/abs/2210.12375).
    """
    import torchode  # here, because the import takes half a second and only this solver needs it

    members, batch, state = y0.shape
    flat_times = times.reshape(members * batch, -1).to(y0.dtype)
    flat_start = start.reshape(-1).to(y0.dtype)

    def flat_slope(_: Tensor, y: Tensor) -> Tensor:
        return field(y.view(members, batch, state)).reshape(members * batch, state)

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
