"""The implicit solver on systems whose solution is known, and whose stiffness defeats explicit steps."""

import math

import pytest
import torch
from torch import nn

from pathlode.core.solve import Adaptive, FixedStep, solve
from pathlode.core.solvers.scipy_backend import RADAU_NODES, RADAU_WEIGHTS
from pathlode.errors import SolverError

SLOW, FAST = 1.0, 1000.0


class Stiff(nn.Module):
    """dh/dt = -P diag(slow, fast) P⁻¹ h, with the eigenvectors (1, 1) and (1, -1)."""

    def __init__(self):
        super().__init__()
        self.rates = nn.Parameter(torch.tensor([SLOW, FAST], dtype=torch.float64))

    def forward(self, h):
        modes = torch.stack([h[..., 0] + h[..., 1], h[..., 0] - h[..., 1]], dim=-1) / 2
        slopes = -self.rates * modes
        return torch.stack([slopes.sum(dim=-1), slopes[..., 0] - slopes[..., 1]], dim=-1)

    def exact(self, y0, elapsed):
        modes = torch.stack([y0[..., 0] + y0[..., 1], y0[..., 0] - y0[..., 1]], dim=-1) / 2
        modes = modes[:, :, None] * torch.exp(-self.rates * elapsed[..., None])
        return torch.stack([modes.sum(dim=-1), modes[..., 0] - modes[..., 1]], dim=-1)


def starts(members=2, batch=3):
    return torch.linspace(0.3, 1.4, members * batch * 2, dtype=torch.float64).view(members, batch, 2).cos()


def irregular(members=2, batch=3, points=6, end=4.0):
    generator = torch.Generator().manual_seed(0)
    return torch.rand(members, batch, points, dtype=torch.float64, generator=generator).sort(dim=-1).values * end


def radau(tolerance=1e-7, **more):
    return Adaptive("radau", tolerance, tolerance, backend="scipy", **more)


def test_the_coefficients_are_those_of_collocation():
    """Σ_j a_ij c_j^(k-1) = c_i^k / k for k = 1, 2, 3."""
    nodes, weights = (torch.tensor(given, dtype=torch.float64) for given in (RADAU_NODES, RADAU_WEIGHTS))
    for k in (1, 2, 3):
        assert torch.allclose(weights @ nodes ** (k - 1), nodes**k / k, atol=1e-14)


def test_a_stiff_linear_system_gives_its_exact_solution_in_few_steps():
    field, times = Stiff(), irregular(end=40.0)
    start = times[..., 0] - 0.2
    solution = solve(field, starts(), times, start=start, solver=radau(), estimate_error=True)
    true = field.exact(starts(), times - start[..., None])
    assert (solution.states - true).abs().max() < 1e-6
    assert (solution.error - (solution.states - true)).abs().max() < 1e-7
    stable = 3.3 / FAST  # the longest step at which dopri5, with six stages, does not blow up
    assert solution.evaluations.max() < 6 * float((times[..., -1] - start).max()) / stable / 30


def test_explicit_steps_of_the_same_number_blow_up():
    field, times = Stiff(), irregular()
    explicit = solve(field, starts(), times, solver=FixedStep("rk4", 100)).states
    assert not explicit.isfinite().all() or explicit.abs().max() > 1e6


@pytest.mark.parametrize("backward", [False, True])
def test_gradients_are_those_of_the_exact_solution(backward):
    field, y0, times = Stiff(), starts().requires_grad_(), irregular(end=0.01 if backward else 4.0)
    start = times[..., 2].clone() if backward else times[..., 0] - 0.001
    solution = solve(field, y0, times, start=start, solver=radau(1e-9), backward=backward).states
    true = field.exact(y0, times - start[..., None])
    weights = torch.linspace(-1, 1, true.numel(), dtype=torch.float64).view_as(true)
    inputs = [y0, *field.parameters()]
    found, expected = (torch.autograd.grad((states * weights).sum(), inputs) for states in (solution, true))
    for gradient, truth in zip(found, expected, strict=True):
        assert torch.allclose(gradient, truth, rtol=1e-5, atol=1e-6)


def test_with_and_without_gradient_the_states_agree():
    field, times = Stiff(), irregular()
    with torch.no_grad():
        plain = solve(field, starts(), times, solver=radau()).states
    assert torch.allclose(plain, solve(field, starts(), times, solver=radau()).states, atol=1e-7)


def test_one_hard_trajectory_among_many_meets_the_tolerance():
    """Averaged over the batch, its error would be 30 times too small."""
    rates = torch.full((1, 1000, 1), 1e-3, dtype=torch.float64)
    rates[0, 0] = 30.0
    turning = torch.tensor([[0.0, 1.0], [-1.0, 0.0]], dtype=torch.float64)
    times = torch.linspace(0, 1, 5, dtype=torch.float64).expand(1000, -1)
    y0 = torch.tensor([1.0, 0.0], dtype=torch.float64).expand(1, 1000, 2)
    with torch.no_grad():
        states = solve(lambda h: rates * (h @ turning.T), y0, times, solver=radau(1e-5)).states
    assert (states[0, 0, :, 0] - torch.cos(30.0 * times[0])).abs().max() < 3e-4


def test_single_times_of_no_duration_and_single_precision():
    only = solve(Stiff(), starts(), irregular(points=1), solver=radau()).states
    assert torch.allclose(only[:, :, 0], starts())
    times = irregular().float()
    states = solve(Stiff().float(), starts().float(), times, solver=radau(1e-4)).states
    true = Stiff().exact(starts(), (times - times[..., :1]).double())
    assert states.dtype == torch.float32
    assert (states - true).abs().max() < 1e-2


@pytest.mark.parametrize(
    ("field", "settings", "message"),
    [
        (lambda h: h**2 * 50, {}, "with a (step too short|slope that is not finite)"),
        (Stiff(), {"max_steps": 3}, "with more than max_steps=3 steps; loosen the tolerances or raise max_steps"),
        (lambda h: h * torch.nan, {}, "with a slope that is not finite; check the field and the initial states"),
    ],
)
def test_failures_are_told_in_a_sentence(field, settings, message):
    with pytest.raises(SolverError, match=f"radau of scipy failed after [0-9]+ field evaluations at rtol=.*{message}"):
        solve(field, starts(), irregular(), solver=radau(**settings))


def test_reported_evaluations_are_those_made():
    calls = 0

    def counted(h):
        nonlocal calls
        calls += 1
        return -h

    with torch.no_grad():
        solution = solve(counted, starts(), irregular(), solver=radau())
    assert (solution.evaluations == calls).all()
    assert calls > 10


def test_between_its_steps_the_solution_is_the_cubic_through_the_stages():
    """For dh/dt = 1 any cubic through points of a line is that line, at every read-out."""
    times = torch.linspace(0, 3, 50, dtype=torch.float64)[None]
    states = solve(torch.ones_like, torch.zeros(1, 1, 1).double(), times, solver=radau(1e-3)).states
    assert torch.allclose(states[0, 0, :, 0], times[0], atol=1e-12)
    assert math.isclose(float(states[0, 0, -1, 0]), 3.0)
