import pytest
import torch
from torch import nn

from pathlode.core.fields.bounded import BoundedField
from pathlode.core.solve import Adaptive, solve
from pathlode.core.solvers.torchdiffeq_backend import integrate_with_torchdiffeq
from pathlode.errors import ConfigError, SolverError

FREQUENCY, DAMPING = 1.3, 0.1


class Oscillator(nn.Module):
    """h = (position, velocity): dx/dt = v, dv/dt = -frequency² x - 2 damping v."""

    def __init__(self):
        super().__init__()
        self.frequency = nn.Parameter(torch.tensor(FREQUENCY, dtype=torch.float64))
        self.damping = nn.Parameter(torch.tensor(DAMPING, dtype=torch.float64))

    def forward(self, h):
        position, velocity = h.unbind(-1)
        return torch.stack([velocity, -(self.frequency**2) * position - 2 * self.damping * velocity], dim=-1)


def exact(field, y0, elapsed):
    """The oscillator's solution, (member, batch, time, state), by the matrix exponential."""
    zero, one = torch.zeros_like(field.damping), torch.ones_like(field.damping)
    matrix = torch.stack([zero, one, -(field.frequency**2), -2 * field.damping]).view(2, 2)
    return torch.einsum("mbtij,mbj->mbti", torch.linalg.matrix_exp(matrix * elapsed[..., None, None]), y0)


def starts(members=2, batch=3):
    return torch.linspace(0.3, 1.4, members * batch * 2, dtype=torch.float64).view(members, batch, 2)


def irregular(members=2, batch=3, points=6, end=4.0):
    generator = torch.Generator().manual_seed(0)
    return torch.rand(members, batch, points, dtype=torch.float64, generator=generator).sort(dim=-1).values * end


def regular(members=2, batch=3, points=6):
    """Windows of different starts and lengths, read out at common fractions."""
    start = torch.arange(members * batch, dtype=torch.float64).view(members, batch, 1)
    return start + (1 + 0.5 * start) * torch.linspace(0, 1, points, dtype=torch.float64) ** 2


@pytest.mark.parametrize("times", [irregular(), regular(), irregular(points=1)], ids=["irregular", "regular", "single"])
@pytest.mark.parametrize("adjoint", [False, True])
@pytest.mark.parametrize(
    ("method", "tolerance"), [("dopri5", 1e-9), ("dopri8", 1e-9), ("bosh3", 1e-6), ("adaptive_heun", 1e-4)]
)
def test_values_and_gradients_are_those_of_the_exact_solution(method, tolerance, adjoint, times):
    field, y0, start = Oscillator(), starts().requires_grad_(), times[..., 0] - 0.2
    solver = Adaptive(method, tolerance, tolerance, backend="torchdiffeq", adjoint=adjoint)
    ours = solve(field, y0, times, start=start, solver=solver).states
    theirs = exact(field, y0, times - start[..., None])
    assert torch.allclose(ours, theirs, rtol=0, atol=100 * tolerance)
    inputs = [y0, *field.parameters()]
    weights = torch.linspace(-1, 1, theirs.numel(), dtype=torch.float64).view_as(theirs)
    found, expected = (torch.autograd.grad((states * weights).sum(), inputs) for states in (ours, theirs))
    for gradient, truth in zip(found, expected, strict=True):
        assert torch.allclose(gradient, truth, rtol=300 * tolerance, atol=300 * tolerance)


def test_agrees_with_torchode_in_values_and_gradients_of_every_weight():
    generators = [torch.Generator().manual_seed(seed) for seed in range(2)]
    field = BoundedField(generators, state=2, width=3, depth=1).double()
    y0, times = starts().requires_grad_(), irregular()
    results = []
    for settings in ({}, {"backend": "torchdiffeq"}, {"backend": "torchdiffeq", "adjoint": True}):
        states = solve(field, y0, times, solver=Adaptive(rtol=1e-9, atol=1e-9, **settings)).states
        results.append((states, *torch.autograd.grad(states.square().sum(), [y0, *field.parameters()])))
    for result in results[1:]:
        for one, other in zip(results[0], result, strict=True):
            assert torch.allclose(one, other, rtol=1e-6, atol=1e-7)


def test_common_fractions_need_no_stop_at_each_read_out():
    solver, field = Adaptive(rtol=1e-4, atol=1e-4, backend="torchdiffeq"), Oscillator()
    few, many = (int(solve(field, starts(), regular(points=n), solver=solver).evaluations.max()) for n in (5, 50))
    assert many == few
    stops = int(solve(field, starts(), irregular(points=50), solver=solver).evaluations.max())
    assert stops >= 8 * 49


def test_rounded_times_of_single_precision_are_still_common_fractions():
    solver = Adaptive(rtol=1e-4, atol=1e-4, backend="torchdiffeq")
    times = (torch.tensor([[0.0], [77.7]]) + torch.arange(100) / 360).float()
    solution = solve(lambda h: -h, torch.ones(1, 2, 1), times, solver=solver)
    assert int(solution.evaluations.max()) < 100
    assert torch.allclose(solution.states[0, :, :, 0], torch.exp(-torch.arange(100) / 360), atol=1e-3)


def test_one_hard_trajectory_among_many_meets_the_tolerance():
    """Averaged over the batch, as by torchdiffeq's own norm, its error would be 30 times too small."""
    rates = torch.ones(1, 1000, 1, dtype=torch.float64) * 1e-3
    rates[0, 0] = 30.0
    times = torch.linspace(0, 3, 5, dtype=torch.float64).expand(1000, -1)
    solver = Adaptive(rtol=1e-6, atol=1e-6, backend="torchdiffeq")
    y0 = torch.tensor([1.0, 0.0], dtype=torch.float64).expand(1, 1000, 2)
    turning = torch.tensor([[0.0, 1.0], [-1.0, 0.0]], dtype=torch.float64)
    together = solve(lambda h: rates * (h @ turning.T), y0, times, solver=solver).states
    alone = solve(lambda h: 30.0 * (h @ turning.T), y0[:, :1], times[:1], solver=solver).states
    expected = torch.cos(30.0 * times[0])
    assert (alone[0, 0, :, 0] - expected).abs().max() < 3e-4
    assert (together[0, 0, :, 0] - expected).abs().max() < 3e-4


def test_a_state_that_is_the_time_moves_as_every_trajectorys_own_and_not_beyond_its_last_read_out():
    """dh/dt = 2 t and dt/dt = 1, so h = t² - start²."""
    times, seen = irregular(), []

    def field(h):
        seen.append(h[..., 1])
        return torch.stack([2 * h[..., 1], torch.ones_like(h[..., 1])], dim=-1)

    start = times[..., 0] - 0.5
    y0 = torch.stack([torch.zeros_like(start), start], dim=-1).expand(2, -1, -1)
    solver = Adaptive(rtol=1e-8, atol=1e-8, backend="torchdiffeq")
    states, _ = integrate_with_torchdiffeq(field, y0, times, start, solver)
    assert torch.allclose(states[..., 0], times**2 - start[..., None] ** 2, atol=1e-7)
    assert (torch.stack(seen).amax(dim=0) <= times[..., -1] + 1e-9).all()


def explodes(h):
    return h**2 * 50


@pytest.mark.parametrize(
    ("field", "settings", "message"),
    [
        (explodes, {}, "with a step too short to advance the time; loosen the tolerances, use float64, or check"),
        (explodes, {"max_steps": 5}, "with more than max_steps=5 steps .*; loosen the tolerances or raise max_steps"),
        (lambda h: h * torch.nan, {}, "with a step too short .*or check that the field is finite"),
    ],
)
def test_failures_are_told_in_a_sentence(field, settings, message):
    solver = Adaptive("dopri5", 1e-6, 1e-6, backend="torchdiffeq", **settings)
    with pytest.raises(
        SolverError,
        match=f"dopri5 of torchdiffeq failed after [0-9]+ field evaluations at rtol=1e-06, atol=1e-06, {message}",
    ):
        solve(field, starts(), irregular(), solver=solver)


def test_states_that_are_not_finite_are_refused():
    y0 = torch.full((1, 1, 2), torch.inf, dtype=torch.float64)
    with pytest.raises(SolverError, match="dopri5 of torchdiffeq failed"):
        solve(torch.zeros_like, y0, irregular(1, 1), solver=Adaptive(backend="torchdiffeq"))


def test_a_failure_on_the_way_back_is_told_like_one_on_the_way_forth():
    class Spoilt(Oscillator):
        def forward(self, h):
            slope = super().forward(h)
            return slope * torch.nan if torch.is_grad_enabled() else slope

    field, solver = Spoilt(), Adaptive("dopri5", 1e-6, 1e-6, backend="torchdiffeq", adjoint=True)
    states = solve(field, starts(), irregular(), solver=solver).states
    with pytest.raises(SolverError, match="dopri5 of torchdiffeq failed after"):
        states.sum().backward()


def test_the_adjoint_refuses_a_field_whose_parameters_it_cannot_find():
    solver = Adaptive(backend="torchdiffeq", adjoint=True)
    with pytest.raises(ConfigError, match="make it a torch.nn.Module or set adjoint to false"):
        solve(lambda h: -h, starts(), irregular(), solver=solver)


def test_the_adjoint_keeps_no_step():
    """The graph behind the states holds no tensor per step: tightening the tolerance saves no more of them."""

    def saved(tolerance, adjoint):
        count = 0

        def pack(tensor):
            nonlocal count
            count += 1
            return tensor

        solver = Adaptive(rtol=tolerance, atol=tolerance, backend="torchdiffeq", adjoint=adjoint)
        with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
            solve(Oscillator(), starts(), regular(), solver=solver)
        return count

    assert (
        saved(1e-4, adjoint=True) == saved(1e-8, adjoint=True) < saved(1e-4, adjoint=False) < saved(1e-8, adjoint=False)
    )
