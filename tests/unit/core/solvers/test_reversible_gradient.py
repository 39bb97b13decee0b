import pytest
import torch

from pathlode.core.fields.bounded import BoundedField
from pathlode.core.fields.context import FieldContext
from pathlode.core.fields.controlled import ControlledField
from pathlode.core.solve import FixedStep, solve
from pathlode.core.solvers.reversible import ALF
from pathlode.core.solvers.reversible_gradient import integrate_reversibly

BOTH = pytest.mark.parametrize("method", ["alf", "reversible_heun"])
GENERATOR = torch.Generator().manual_seed(0)
TIMES = torch.rand(2, 3, 7, generator=GENERATOR, dtype=torch.float64).sort(dim=-1).values * 4
START = torch.randn(2, 3, 2, generator=GENERATOR, dtype=torch.float64)


def bounded():
    return BoundedField([torch.Generator().manual_seed(seed) for seed in range(2)], state=2, width=5, depth=1).double()


def kept(field, solver):
    """Numbers that the solution keeps for its backward pass."""
    count = 0

    def pack(tensor):
        nonlocal count
        count += tensor.numel()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        solve(field, START.clone().requires_grad_(), TIMES, solver=solver)
    return count


@BOTH
def test_what_is_kept_does_not_grow_with_the_steps(method):
    field = bounded()
    assert kept(field, FixedStep(method, 128)) == kept(field, FixedStep(method, 2))
    assert kept(lambda h: field(h), FixedStep(method, 128)) > 20 * kept(lambda h: field(h), FixedStep(method, 2))
    assert kept(field, FixedStep("rk4", 128)) > 20 * kept(field, FixedStep("rk4", 2))


@BOTH
@pytest.mark.parametrize("backward", [False, True])
def test_gradients_are_those_of_plain_differentiation(method, backward):
    """With read-out times in some steps and in none, and before the start."""
    field, weights = bounded(), torch.randn(2, 3, 7, 2, generator=GENERATOR, dtype=torch.float64)
    start, found = TIMES[..., 3] if backward else None, []
    for function in (field, lambda h: field(h)):
        y0 = START.clone().requires_grad_()
        states = solve(function, y0, TIMES, start=start, solver=FixedStep(method, 20), backward=backward).states
        gradients = torch.autograd.grad((weights * states).sum(), [y0, *field.parameters()])
        found.append([states, *gradients])
    for ours, theirs in zip(*found, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-10, atol=1e-11)


@BOTH
def test_gradients_reach_what_the_context_was_made_from(method):
    generators = [torch.Generator().manual_seed(seed) for seed in range(2)]
    field = ControlledField(generators, 2, 5, 1, 3).double()
    given, found = torch.randn(2, 3, 3, generator=GENERATOR, dtype=torch.float64), []
    for wrapped in (False, True):
        z0 = given.clone().requires_grad_()
        around = field.autonomous(FieldContext(z0.sin()))
        states = solve(
            (lambda h, f=around: f(h)) if wrapped else around, START, TIMES, solver=FixedStep(method, 9)
        ).states
        found.append(torch.autograd.grad(states.square().sum(), z0)[0])
    assert found[0].abs().min() > 0
    torch.testing.assert_close(*found, rtol=1e-10, atol=1e-11)


def test_weights_that_are_held_fixed_get_no_gradient():
    field = bounded()
    field.scale.requires_grad_(False)
    y0 = START.clone().requires_grad_()
    solve(field, y0, TIMES, solver=FixedStep("alf", 5)).states.sum().backward()
    assert field.scale.grad is None
    assert y0.grad.all()


def test_a_read_out_between_steps_is_the_cubic_of_states_and_slopes():
    """On dy/dt = y from 1 with one step of size 1: states 1 and 5/2, slopes 1 and 2; half way 7/4 - 1/8."""
    times = torch.tensor([[[0.0, 0.5, 1.0]]], dtype=torch.float64)
    one, start = torch.ones(1, 1, 1, dtype=torch.float64), torch.zeros(1, 1, dtype=torch.float64)
    states, evaluations = integrate_reversibly(lambda h: h, one, times, start, ALF, 1)
    torch.testing.assert_close(states.flatten(), torch.tensor([1.0, 1.625, 2.5], dtype=torch.float64))
    assert evaluations.tolist() == [[2]]
