"""An implicit method for stiff fields: scipy's Radau IIA of order 5, with gradients.

An explicit method must take steps as short as the fastest component's time scale, even after that component has died out.
Radau IIA is L-stable: its steps are as long as the solution is smooth. A step of size h from y solves, by Newton's method,

    Y_i = y + h Σ_j a_ij f(Y_j),   i = 1, 2, 3,

and ends at Y_3. Between its ends the solution is the cubic through y, Y_1, Y_2 and Y_3.

All trajectories of a batch are one system on a common clock s, dh/ds = d · f(h), which runs from 0 to 1 over each one's window
of duration d. Its Jacobian is block-diagonal and stays sparse. scipy measures a step's error as the root mean square over all
trajectories; here the tolerances are divided by the root of their number, so each trajectory meets them.

Gradients are those of the discretised solution with the steps that scipy chose. One more Newton step from the converged stages,
Y ← Y - (I - h A ⊗ J)⁻¹ (Y - y - h A f(Y)), carries them from the stages to y and to the field's parameters (the implicit
function theorem). Nothing is integrated backwards, which would be unstable for a stiff field.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np
import torch
from scipy import sparse
from scipy.integrate import Radau
from torch import Tensor

from pathlode.arrays import Array
from pathlode.core.jacobian import jacobian
from pathlode.core.shapes import Starts, State, States, Times
from pathlode.errors import SolverError

if TYPE_CHECKING:
    from pathlode.core.solve import Adaptive

_R = sqrt(6)
RADAU_NODES = ((4 - _R) / 10, (4 + _R) / 10, 1.0)
"""Places of the stages in a step."""
RADAU_WEIGHTS = (
    ((88 - 7 * _R) / 360, (296 - 169 * _R) / 1800, (-2 + 3 * _R) / 225),
    ((296 + 169 * _R) / 1800, (88 + 7 * _R) / 360, (-2 - 3 * _R) / 225),
    ((16 - _R) / 36, (16 + _R) / 36, 1 / 9),
)
"""a_ij, the weight of stage j's slope in stage i."""


@dataclass(frozen=True)
class _Step:
    """A step of all trajectories from s = ``start`` to ``end``, and its stages, (stage, member, batch, state)."""

    start: float
    end: float
    stages: Tensor


class _System:
    """All trajectories as one system of scipy's, which counts the evaluations of the field.

    Args:
        field: the right-hand side.
        y0: state at s = 0, (member, batch, state).
        duration: d, (member, batch).
        solver: the settings.
    """

    def __init__(self, field: Callable[[State], State], y0: State, duration: Starts, solver: "Adaptive") -> None:
        self.field, self.solver, self.evaluations = field, solver, 0
        self.y0, self.duration = y0, duration.to(y0.dtype)[..., None]
        size = y0.shape[-1]
        block = np.arange(y0.numel()).reshape(-1, size)
        self.rows = np.repeat(block, size, axis=1).ravel()
        self.columns = np.tile(block, (1, size)).ravel()

    def steps(self) -> list[_Step]:
        """The steps that meet the tolerances, without gradient.

        Raises:
            SolverError: if there are too many, or one fails.
        """
        share = sqrt(self.y0[..., 0].numel())
        rtol, atol = self.solver.rtol / share, self.solver.atol / share
        radau = Radau(self._slope, 0.0, self._flat(self.y0), 1.0, rtol=rtol, atol=atol, jac=self._jacobian)
        taken: list[_Step] = []
        while radau.status == "running":
            if len(taken) == self.solver.max_steps:
                raise self.failure(f"more than max_steps={len(taken)} steps; loosen the tolerances or raise max_steps")
            if radau.step() is not None:
                raise self.failure("a step too short to advance the time; loosen the tolerances or use float64")
            places = radau.t_old + (radau.t - radau.t_old) * np.array(RADAU_NODES)
            stages = self._state(radau.dense_output()(places).T)
            taken.append(_Step(radau.t_old, radau.t, stages))
        return taken

    def refined(self, y: State, step: _Step) -> Tensor:
        """The stages of a step from y after one more Newton step, through which gradients flow to y and to the field."""
        h = (step.end - step.start) * self.duration
        weights = torch.tensor(RADAU_WEIGHTS, dtype=y.dtype, device=y.device)
        slopes = torch.stack([self._evaluate(stage) for stage in step.stages])
        residual = step.stages - y - h * torch.einsum("ij,jmbs->imbs", weights, slopes)
        with torch.no_grad():
            blocks = torch.stack([jacobian(self.field, stage) for stage in step.stages], dim=2)
            coupled = h[..., None] * torch.einsum("ij,mbjrc->mbirjc", weights, blocks).flatten(4).flatten(2, 3)
            newton = torch.eye(coupled.shape[-1], dtype=y.dtype, device=y.device) - coupled
        shift = torch.linalg.solve(newton, residual.movedim(0, 2).flatten(2))
        return step.stages - shift.unflatten(2, (len(RADAU_NODES), -1)).movedim(2, 0)

    def failure(self, fault: str) -> SolverError:
        return SolverError(
            f"radau of scipy failed after {self.evaluations} field evaluations at rtol={self.solver.rtol:g}, "
            f"atol={self.solver.atol:g}, with {fault}"
        )

    def _evaluate(self, h: State) -> State:
        self.evaluations += 1
        return self.field(h)

    def _slope(self, _: float, y: Array) -> Array:
        with torch.no_grad():
            slope = self.duration * self._evaluate(self._state(y))
        if not slope.isfinite().all():
            raise self.failure("a slope that is not finite; check the field and the initial states")
        return self._flat(slope)

    def _jacobian(self, _: float, y: Array) -> sparse.csc_matrix:
        with torch.no_grad():
            self.evaluations += 1
            blocks = self.duration[..., None] * jacobian(self.field, self._state(y))
        return sparse.csc_matrix((self._flat(blocks), (self.rows, self.columns)))

    def _state(self, y: Array) -> Tensor:
        return torch.from_numpy(np.ascontiguousarray(y)).to(self.y0).unflatten(-1, self.y0.shape)

    @staticmethod
    def _flat(tensor: Tensor) -> Array:
        return tensor.detach().double().cpu().flatten().numpy()


def integrate_with_scipy(
    field: Callable[[State], State], y0: State, times: Times, start: Starts, solver: "Adaptive"
) -> tuple[States, Tensor]:
    """Steps with stages Y_i = y + h Σ_j a_ij f(Y_j); all trajectories take equally many evaluations.

    Args:
        field: autonomous right-hand side.
        y0: state at ``start``, (member, batch, state).
        times: read-out times, (member, batch, time).
        start: (member, batch).
        solver: tolerances and the largest number of steps.

    Returns:
        As :func:`pathlode.core.solvers.torchode_backend.integrate_with_torchode`.

    Raises:
        SolverError: if scipy fails.

    Source: Hairer & Wanner 1996, Solving ordinary differential equations II, sec. IV.8
    (https://doi.org/10.1007/978-3-642-05221-7); scipy.integrate.Radau.
    """
    duration = times[..., -1] - start
    system = _System(field, y0, duration, solver)
    steps = system.steps()
    y, points = y0, []
    for step in steps:
        stages = system.refined(y, step) if torch.is_grad_enabled() else step.stages
        points.append(torch.cat([y[None], stages]))
        y = stages[-1]
    fractions = (times - start[..., None]).double() / duration[..., None].double().clamp_min(
        torch.finfo(times.dtype).tiny
    )
    states = _read_out(torch.stack(points), [step.end for step in steps], fractions)
    return states, torch.full((1, 1), system.evaluations, device=y0.device).expand(y0.shape[:2])


def _read_out(points: Tensor, ends: list[float], fractions: Tensor) -> States:
    """At each s in ``fractions``, (member, batch, time), the cubic through a step's start and stages.

    Args:
        points: start and stages of every step, (step, point, member, batch, state).
        ends: s at the end of every step.
        fractions: s of the read-outs.
    """
    end = torch.tensor(ends, dtype=torch.float64, device=points.device)
    begin = torch.cat([torch.zeros_like(end[:1]), end[:-1]])
    index = torch.searchsorted(end, fractions.contiguous()).clamp_max(len(ends) - 1)
    theta = ((fractions - begin[index]) / (end - begin)[index]).to(points.dtype)
    members, batch = (torch.arange(n, device=points.device) for n in fractions.shape[:2])
    along = points.permute(2, 3, 0, 1, 4)[members[:, None, None], batch[:, None], index]  # (m, b, time, point, state)
    nodes = (0.0, *RADAU_NODES)
    basis = [
        torch.stack([(theta - other) / (node - other) for other in nodes if other != node]).prod(dim=0)
        for node in nodes
    ]
    return torch.einsum("mbtp,mbtps->mbts", torch.stack(basis, dim=-1), along)
