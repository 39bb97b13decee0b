"""The hard concrete gates of a field."""

import math

import pytest
import torch

from pathlode.core.fields.context import FieldContext
from pathlode.core.fields.gated import GatedField
from pathlode.core.solve import Adaptive, FixedStep, solve

SIGMOID_SHIFT = 2 / 3 * math.log(0.1 / 1.1)


def made(members=2, state=3, width=5, depth=2):
    return GatedField([torch.Generator().manual_seed(seed) for seed in range(members)], state, width, depth)


@torch.no_grad()
def test_a_gate_is_open_with_the_probability_of_its_closed_form():
    """P(z > 0) = σ(ln α - 2/3 ln(0.1 / 1.1)), and P(z < 1) = σ(2/3 ln(1.1 / 0.1) - ln α): of 300,000 gates."""
    field = made(members=1, state=1, width=1, depth=1)
    for log_alpha in (-1.5, 0.0, 2.0):
        field.log_alphas[0].data.fill_(log_alpha)
        gates = field.sampled(torch.randn(1, 300_000, field.draws))[0]
        expected = 1 / (1 + math.exp(SIGMOID_SHIFT - log_alpha))
        assert float(field.open_probabilities()[0]) == pytest.approx(expected, rel=1e-6)
        assert float((gates > 0).float().mean()) == pytest.approx(expected, abs=3e-3)
        assert float((gates < 1).float().mean()) == pytest.approx(
            1 / (1 + math.exp(SIGMOID_SHIFT + log_alpha)), abs=3e-3
        )


def test_the_start_is_that_of_the_source():
    field = made()
    assert torch.allclose(field.log_alphas[0], torch.full((2, 1, 3), math.log(4.0)))
    assert all(not log_alpha.any() for log_alpha in list(field.log_alphas)[1:])


@torch.no_grad()
def test_a_gate_by_hand():
    """The draw 0 is u = 1/2, of logit 0: s = σ(ln α / β), and z = 1.2 s - 0.1."""
    field = made(members=1)
    field.log_alphas[0].data.copy_(torch.tensor([-9.0, 0.5, 9.0]))
    (gates, *_), h = field.sampled(torch.zeros(1, 1, field.draws)), torch.ones(1, 1, 3)
    assert gates.flatten().tolist() == pytest.approx([0.0, 1.2 / (1 + math.exp(-0.75)) - 0.1, 1.0])
    moved = field.autonomous(FieldContext(h[..., :0], draws=torch.zeros(1, 1, field.draws)))
    h[..., 0] = 100.0  # its gate is closed
    assert torch.equal(moved(h), moved(torch.ones(1, 1, 3)))


def test_open_gates_give_the_bounded_field():
    field, h = made(), torch.randn(2, 4, 3)
    for log_alpha in field.log_alphas:
        log_alpha.data.fill_(20.0)
    assert torch.allclose(field(h), field.scale * field.mlp(h).tanh(), atol=1e-6)


def test_each_trajectory_has_gates_of_its_own():
    field, h, draws = made(), torch.randn(2, 1, 3).expand(2, 4, 3), torch.randn(2, 4, 13)
    assert field.draws == 13
    together = field.autonomous(FieldContext(h[..., :0], draws=draws))(h)
    for row in range(4):
        alone = field.autonomous(FieldContext(h[:, :1, :0], draws=draws[:, row : row + 1]))(h[:, :1])
        assert torch.allclose(together[:, row], alone[:, 0], atol=1e-6)
    assert (together.std(dim=1) > 1e-3).all()


@pytest.mark.parametrize(
    "solver",
    [
        FixedStep("alf", 6),
        FixedStep("reversible_heun", 6),
        Adaptive("dopri5", 1e-9, 1e-9, backend="torchdiffeq", adjoint=True),
    ],
    ids=["alf", "reversible_heun", "adjoint"],
)
def test_methods_that_go_back_along_the_path_find_the_gradients_of_sampled_gates(solver):
    """Those of back-propagation through the steps, which a plain function in place of a module gets."""
    field = made().double()
    start, times = torch.randn(2, 4, 3).double(), torch.rand(4, 5).double().cumsum(dim=1)
    draws, gradients = torch.randn(2, 4, field.draws).double(), []
    for plain in (False, True):
        field.zero_grad()
        held = field.autonomous(FieldContext(start[..., :0], draws=draws))
        if plain and isinstance(solver, Adaptive):
            solver = Adaptive("dopri5", 1e-9, 1e-9, backend="torchdiffeq")
        states = solve(held.forward if plain else held, start, times, solver=solver).states
        states.square().sum().backward()
        gradients.append([parameter.grad.clone() for parameter in field.parameters()])
    assert all(bool(ours.any()) for ours in gradients[0])
    for ours, theirs in zip(*gradients, strict=True):
        assert torch.allclose(ours, theirs, rtol=1e-5, atol=1e-8)
