import inspect
import math
from pathlib import Path

import numpy as np
import pytest
import torch

from pathlode.core.fields.bounded import BoundedField
from pathlode.core.solve import Adaptive, FixedStep, solve
from pathlode.errors import ConfigError, DataError, SolverError
from pathlode.registry import ADAPTIVE_BACKENDS, SOLVERS
from pathlode.reporting.identity import reached_files

METHODS = [("rk4", 4), ("tsit5", 5), ("alf", 2), ("reversible_heun", 2)]
OTHER = {"backend": "torchdiffeq"}


def pendulum(h):
    """A nonlinear field: h = (angle, velocity)."""
    return torch.stack([h[..., 1], -torch.sin(h[..., 0])], dim=-1)


def starts(members=2, batch=3, dtype=torch.float64):
    return torch.linspace(0.3, 1.4, members * batch * 2, dtype=dtype).view(members, batch, 2)


def irregular(members=2, batch=3, points=7, end=4.0):
    return torch.rand(members, batch, points, dtype=torch.float64).sort(dim=-1).values * end


@pytest.mark.parametrize(("method", "order"), METHODS)
def test_measured_order_between_and_at_the_steps(method, order):
    times = torch.linspace(0, 4, 23, dtype=torch.float64).expand(2, 3, 23)
    exact = solve(pendulum, starts(), times, solver=Adaptive("dopri5", 1e-12, 1e-12)).states
    errors = {
        steps: (solve(pendulum, starts(), times, solver=FixedStep(method, steps)).states - exact).abs().amax((0, 1, 3))
        for steps in (16, 32)
    }
    at_the_end = math.log2(errors[16][-1] / errors[32][-1])
    anywhere = math.log2(errors[16].max() / errors[32].max())
    assert order - 0.3 < at_the_end < order + 1  # a single time may be a little luckier than the order
    assert order - 0.3 < anywhere < order + 1


@pytest.mark.parametrize(
    "solver",
    [
        FixedStep("rk4", 200),
        FixedStep("tsit5", 60),
        Adaptive("dopri5", 1e-10, 1e-10),
        Adaptive("dopri5", 1e-10, 1e-10, **OTHER),
        Adaptive("dopri8", 1e-10, 1e-10, **OTHER),
    ],
)
def test_linear_field_gives_the_matrix_exponential(solver):
    matrix = torch.tensor([[-0.1, 1.3], [-1.0, -0.1]], dtype=torch.float64)
    times = irregular()
    start = times[..., 0] - 0.2
    solution = solve(lambda h: h @ matrix.T, starts(), times, start=start, solver=solver).states
    exponentials = torch.linalg.matrix_exp(matrix * (times - start[..., None])[..., None, None])
    expected = torch.einsum("mbtij,mbj->mbti", exponentials, starts())
    assert torch.allclose(solution, expected, atol=1e-8)


BOTH_WAYS = [
    FixedStep("rk4", 200),
    FixedStep("tsit5", 60),
    Adaptive("dopri5", 1e-10, 1e-10),
    Adaptive("tsit5", 1e-10, 1e-10),
    Adaptive("dopri5", 1e-10, 1e-10, **OTHER),
    Adaptive("dopri8", 1e-10, 1e-10, **OTHER),
]


@pytest.mark.parametrize("solver", BOTH_WAYS)
def test_a_linear_field_gives_the_matrix_exponential_before_the_start_as_well(solver):
    matrix = torch.tensor([[-0.1, 1.3], [-1.0, -0.1]], dtype=torch.float64)
    times = irregular()
    start = times[..., 3].clone()  # each trajectory has times before it, at it and after it
    start[0, 0], start[1, 2] = -0.5, 4.5  # no time, and every time of these is early
    solution = solve(lambda h: h @ matrix.T, starts(), times, start=start, solver=solver, backward=True)
    exponentials = torch.linalg.matrix_exp(matrix * (times - start[..., None])[..., None, None])
    expected = torch.einsum("mbtij,mbj->mbti", exponentials, starts())
    assert torch.allclose(solution.states, expected, atol=1e-8)
    assert torch.equal(solution.states[1, 0, 3], starts()[1, 0])


@pytest.mark.parametrize("solver", BOTH_WAYS)
def test_there_and_back_again(solver):
    """From y(0) to y(3), and from there back to time 0, gives y(0)."""
    end = torch.full((3, 1), 3.0, dtype=torch.float64)
    there = solve(pendulum, starts(), end, start=torch.zeros(3).double(), solver=solver).states[:, :, 0]
    back = solve(pendulum, there, end - 3, start=end[:, 0], solver=solver, backward=True).states[:, :, 0]
    assert torch.allclose(back, starts(), atol=1e-7)


@pytest.mark.parametrize("solver", [FixedStep("tsit5", 9), Adaptive("dopri5", 1e-8, 1e-8)])
def test_without_early_times_the_option_changes_nothing(solver):
    times = irregular()
    plain = solve(pendulum, starts(), times, solver=solver, estimate_error=True)
    other = solve(pendulum, starts(), times, solver=solver, estimate_error=True, backward=True)
    assert torch.equal(plain.states, other.states)
    assert torch.equal(plain.evaluations, other.evaluations)


def test_the_error_is_estimated_before_the_start_as_well():
    times = irregular()
    options = {"start": times[..., 3], "backward": True}
    found = solve(pendulum, starts(), times, solver=FixedStep("rk4", 6), estimate_error=True, **options)
    exact = solve(pendulum, starts(), times, solver=Adaptive("dopri5", 1e-12, 1e-12), **options)
    true = found.states - exact.states
    assert torch.allclose(found.error, true, atol=0.35 * float(true.abs().max()))
    assert true[:, :, :3].abs().max() > 1e-7


@pytest.mark.parametrize("adjoint", [False, True])
def test_gradients_flow_to_a_module_s_parameters_before_the_start(adjoint):
    """dh/dt = a h, so h(-1) = h(0) exp(-a), with the derivative -h(0) exp(-a) after a."""

    class Growth(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.rate = torch.nn.Parameter(torch.tensor(0.7, dtype=torch.float64))

        def forward(self, h):
            return self.rate * h

    field, solver = Growth(), Adaptive(rtol=1e-9, atol=1e-9, backend="torchdiffeq", adjoint=adjoint)
    y0, times = torch.full((1, 1, 1), 2.0, dtype=torch.float64), torch.tensor([[-1.0]], dtype=torch.float64)
    solve(field, y0, times, start=torch.zeros(1).double(), solver=solver, backward=True).states.sum().backward()
    assert math.isclose(float(field.rate.grad), -2 * math.exp(-0.7), rel_tol=1e-7)


def test_every_trajectory_is_read_out_on_its_own_times():
    times = irregular()
    together = solve(pendulum, starts(), times, solver=FixedStep("tsit5", 9)).states
    for member in range(2):
        for trajectory in range(3):
            pick = (slice(member, member + 1), slice(trajectory, trajectory + 1))
            alone = solve(pendulum, starts()[pick], times[pick], solver=FixedStep("tsit5", 9)).states
            assert torch.allclose(together[pick], alone, atol=1e-14)


@pytest.mark.parametrize(
    "solver",
    [
        FixedStep("rk4", 3),
        FixedStep("tsit5", 2),
        FixedStep("alf", 3),
        FixedStep("reversible_heun", 3),
        Adaptive("dopri5", 1e-6, 1e-6),
    ],
)
def test_gradcheck(solver):
    generators = [torch.Generator().manual_seed(seed) for seed in range(2)]
    field = BoundedField(generators, state=2, width=3, depth=1).double()
    y0, times = starts().requires_grad_(), irregular(points=4)
    parameters = tuple(field.parameters())
    assert torch.autograd.gradcheck(
        lambda y, *_: solve(field, y, times, solver=solver).states, (y0, *parameters), atol=1e-4
    )


@pytest.mark.parametrize(("method", "stages"), [("rk4", 4), ("tsit5", 6), ("alf", 1), ("reversible_heun", 1)])
def test_reported_evaluations_are_those_made(method, stages):
    calls = 0

    def counted(h):
        nonlocal calls
        calls += 1
        return pendulum(h)

    solution = solve(counted, starts(), irregular(), solver=FixedStep(method, 5))
    assert calls == 1 + 5 * stages
    assert solution.evaluations.shape == (2, 3)
    assert (solution.evaluations == calls).all()


@pytest.mark.parametrize("backend", ["torchode", "torchdiffeq"])
def test_reported_evaluations_of_the_adaptive_solver_are_those_made(backend):
    calls = 0

    def counted(h):
        nonlocal calls
        calls += 1
        return pendulum(h)

    solution = solve(counted, starts(1, 1), irregular(1, 1), solver=Adaptive("dopri5", 1e-6, 1e-6, backend=backend))
    assert solution.evaluations.tolist() == [[calls]]


def test_adaptive_solver_reports_more_evaluations_for_a_tighter_tolerance():
    loose, tight = (
        solve(pendulum, starts(), irregular(), solver=Adaptive("dopri5", tolerance, tolerance)).evaluations
        for tolerance in (1e-3, 1e-9)
    )
    assert (tight > loose).all()


@pytest.mark.parametrize(("method", "_order"), METHODS)
def test_error_estimate_is_close_to_the_true_error(method, _order):
    times = irregular()
    solution = solve(pendulum, starts(), times, solver=FixedStep(method, 8), estimate_error=True)
    exact = solve(pendulum, starts(), times, solver=Adaptive("dopri5", 1e-12, 1e-12)).states
    true = (solution.states - exact)[..., 1:, :]
    assert torch.allclose(solution.error[..., 1:, :], true, atol=0.35 * true.abs().max())
    assert solution.error.abs().max() > 1e-8


@pytest.mark.parametrize("backend", ["torchode", "torchdiffeq"])
def test_adaptive_error_estimate_is_of_the_order_of_the_tolerance(backend):
    solver = Adaptive("dopri5", 1e-5, 1e-5, backend=backend)
    error = solve(pendulum, starts(), irregular(), solver=solver, estimate_error=True).error
    assert 1e-9 < error.abs().max() < 1e-3


def test_times_shared_by_all_members_and_a_single_time():
    times = irregular()[0]
    shared = solve(pendulum, starts(), times, solver=FixedStep()).states
    assert torch.equal(shared, solve(pendulum, starts(), times.expand(2, -1, -1), solver=FixedStep()).states)
    only = solve(pendulum, starts(), times[:, :1], solver=FixedStep()).states
    assert torch.equal(only[:, :, 0], starts())


@pytest.mark.parametrize(
    ("times", "message"),
    [
        ([[0.0, 1.0, 1.0]], "trajectory 0, time number 3 is not greater"),
        ([[0.0, 2.0, 1.0]], "trajectory 0, time number 3 is not greater"),
        ([[0.0, float("nan"), 1.0]], "trajectory 0, time number 2 is not finite"),
        ([[-1.0, 0.0, 1.0]], "lies before the start"),
        ([[]], "at least one time"),
    ],
)
def test_bad_times_are_refused_by_place(times, message):
    with pytest.raises(DataError, match=message):
        solve(pendulum, starts(1, 1), torch.tensor(times, dtype=torch.float64), start=torch.zeros(1))


def test_mismatched_shapes_are_refused():
    with pytest.raises(DataError, match=r"\(5, 7\) do not fit initial states of shape \(2, 3, 2\)"):
        solve(pendulum, starts(), torch.rand(5, 7))


def test_a_failing_adaptive_solve_says_what_to_do():
    def explodes(h):
        return h**2 * 50

    with pytest.raises(SolverError, match="loosen the tolerances, raise max_steps"):
        solve(explodes, starts(), irregular(), solver=Adaptive("dopri5", 1e-6, 1e-6, max_steps=50))


def test_agrees_with_scipy_on_a_long_irregular_window():
    from scipy.integrate import solve_ivp

    times = irregular(1, 1, points=30, end=30.0)
    ours = solve(pendulum, starts(1, 1), times, start=torch.zeros(1), solver=Adaptive("dopri5", 1e-9, 1e-9)).states
    y0 = starts(1, 1)[0, 0].numpy()
    reference = solve_ivp(
        *(lambda _, y: [y[1], -np.sin(y[0])], (0, 30), y0),
        method="DOP853",
        t_eval=times[0, 0].numpy(),
        rtol=1e-12,
        atol=1e-12,
    )
    assert np.abs(ours[0, 0].numpy() - reference.y.T).max() < 1e-6


def test_jobs_that_integrate_depend_on_tableaus_and_torchode_and_on_what_else_they_name():
    script = Path(inspect.getfile(solve))

    def reached(*entries):
        return {file.stem for file in reached_files(script, entries) if file.parent.name == "solvers"}

    common = {"fixed", "reversal", "tableaus", "torchode_backend"}
    assert reached() == reached(SOLVERS.path("rk4"), ADAPTIVE_BACKENDS.path("torchode")) == common
    assert reached(SOLVERS.path("alf")) == common | {"reversible", "reversible_gradient"}
    assert reached(ADAPTIVE_BACKENDS.path("scipy")) == common | {"scipy_backend"}


@pytest.mark.parametrize("wrong", [lambda: FixedStep("euler"), lambda: FixedStep("rk4", 0)])
def test_wrong_fixed_steps_are_refused_when_made(wrong):
    with pytest.raises(ConfigError, match="expected"):
        wrong()


def test_methods_with_steps_of_equal_size_are_no_adaptive_ones_and_the_reverse():
    with pytest.raises(
        ConfigError, match="unknown solver method 'dopri5': expected one of rk4, tsit5, alf, reversible_h"
    ):
        FixedStep("dopri5")
    with pytest.raises(
        ConfigError, match="solver method is 'alf', expected one of dopri5, tsit5 with backend torchode"
    ):
        Adaptive("alf")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"backend": "jax"}, "solver backend is 'jax', expected one of torchode, torchdiffeq, scipy"),
        ({"backend": "scipy"}, "solver method is 'dopri5', expected one of radau with backend scipy"),
        ({"method": "rk4"}, "solver method is 'rk4', expected one of dopri5, tsit5 with backend torchode"),
        ({"method": "dopri8"}, "expected one of dopri5, tsit5 with backend torchode"),
        ({"method": "tsit5", "backend": "torchdiffeq"}, "expected one of adaptive_heun, bosh3, dopri5, dopri8 with"),
        ({"rtol": 0.0}, "rtol=0.0, atol=1e-06, expected both above 0"),
        ({"atol": -1.0}, "rtol=1e-06, atol=-1.0, expected both above 0"),
        ({"max_steps": 0}, "solver max_steps is 0, expected at least 1"),
        ({"adjoint": True}, "solver adjoint is true with backend torchode, expected backend torchdiffeq"),
    ],
)
def test_wrong_settings_of_adaptive_steps_are_refused_when_made(settings, message):
    with pytest.raises(ConfigError, match=message):
        Adaptive(**settings)


def test_without_torchdiffeq_one_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setattr("pathlode.core.solve.find_spec", lambda name: None)
    with pytest.raises(ConfigError, match=r"not installed: pip install 'pathlode\[torchdiffeq\]', or choose torchode"):
        Adaptive(backend="torchdiffeq")
    Adaptive()
