import math

import pytest
import torch

from pathlode.core.solvers.reversible import ALF, REVERSIBLE_HEUN

BOTH = pytest.mark.parametrize("method", [ALF, REVERSIBLE_HEUN], ids=["alf", "reversible_heun"])


def number(value):
    return torch.full((1, 1, 1), value, dtype=torch.float64)


def pendulum(h):
    return torch.stack([h[..., 1], -torch.sin(h[..., 0])], dim=-1)


@BOTH
def test_a_step_on_an_exponential_by_hand(method):
    """Of size 1 from 1, both give 1 + 1 + 1/2, and the slope 2."""
    state, *_, slope = method.step(lambda h: h, method.begin(lambda h: h, number(1.0)), number(1.0))
    assert (state.item(), slope.item()) == (2.5, 2.0)


@BOTH
def test_a_step_back_undoes_a_step(method):
    generator = torch.Generator().manual_seed(0)
    start = torch.randn(2, 5, 2, generator=generator, dtype=torch.float64)
    h = torch.rand(2, 5, 1, generator=generator, dtype=torch.float64)
    carried = method.step(pendulum, method.begin(pendulum, start), h / 3)
    back = method.step(pendulum, method.step(pendulum, carried, h), -h)
    for ours, theirs in zip(back, carried, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-14)


def amplification(method, x):
    """The matrix of a step of dy/dt = λ y: on state and h · slope of the leapfrog, on both states of reversible Heun."""

    def field(h):
        return x * h  # with steps of size 1

    columns = []
    for first, second in ((1.0, 0.0), (0.0, 1.0)):
        pair = number(first).to(x.dtype), number(second).to(x.dtype)
        after = method.step(field, pair if method is ALF else (*pair, field(pair[1])), number(1.0))
        columns.append(torch.stack([after[0], after[1]]).flatten())
    return torch.stack(columns, dim=1)


@BOTH
@pytest.mark.parametrize("x", [-0.1, -2.0, 0.3, 0.5j, 0.99j, 1.01j], ids=str)
def test_the_amplification_has_determinant_minus_one_and_a_parasitic_eigenvalue(method, x):
    x = torch.tensor(x, dtype=torch.complex128)
    matrix = amplification(method, x)
    torch.testing.assert_close(torch.linalg.det(matrix), torch.tensor(-1.0, dtype=torch.complex128))
    root = (1 + x**2).sqrt()
    found = torch.linalg.eigvals(matrix)
    for expected in (x + root, x - root):
        assert (found - expected).abs().min() < 1e-12
    grows = bool((found.abs() > 1 + 1e-9).any())
    assert grows == (float(x.real) != 0 or abs(float(x.imag)) > 1)  # stable for x = iω, ω in [-1, 1], only


@BOTH
def test_on_a_damped_system_the_parasitic_mode_outgrows_the_solution(method):
    """dy/dt = -y with h = 0.1: after 300 steps e^-30 remains of the solution, and the error alternates and grows."""
    field, h = torch.neg, number(0.1)
    carried, found = method.begin(field, number(1.0)), []
    for _ in range(300):
        carried = method.step(field, carried, h)
        found.append(carried[0].item())
    assert found[9] == pytest.approx(math.exp(-1), rel=0.01)
    parasitic = -0.1 - math.sqrt(1.01)
    assert found[-1] / found[-2] == pytest.approx(parasitic, rel=1e-9)
    assert found[-1] / parasitic**300 == pytest.approx(-(0.1**4) / 16, rel=0.02)  # its size at the start
    equal = next(n for n, value in enumerate(found) if value < 0)
    assert equal / 10 == pytest.approx(2 * math.log(2 / 0.1), abs=0.2)  # there it cancels the solution
