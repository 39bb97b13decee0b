"""A field with parameters in its state, against one with the same parameters as a context."""

import pytest
import torch

from pathlode.core.fields.context import FieldContext
from pathlode.core.fields.controlled import ControlledField
from pathlode.core.fields.parametrised import ParametrisedField
from pathlode.core.kernels.library import plain
from pathlode.core.solve import FixedStep, solve

MEMBERS, BATCH, MOVING, STATIC = 2, 5, 3, 2


@pytest.fixture
def fields():
    generators = [torch.Generator().manual_seed(seed) for seed in range(MEMBERS)]
    field, other = (
        ParametrisedField(generators, MOVING, STATIC, 6, 2),
        ControlledField(generators, MOVING, 6, 2, STATIC),
    )
    other.load_state_dict(field.state_dict())
    return field, other


def solved(field, state, scale=1.0):
    times = scale * torch.linspace(0, 3, 7).expand(BATCH, -1)
    return solve(field, state, times, solver=FixedStep("tsit5", 4)).states


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["compiled", "plain"])
def test_it_moves_as_the_field_with_a_context_and_its_parameters_stand_still(fields, dtype):
    field, other = (each.to(dtype) for each in fields)
    h, p = torch.randn(MEMBERS, BATCH, MOVING, dtype=dtype), torch.randn(MEMBERS, BATCH, STATIC, dtype=dtype)
    found = solved(field, torch.cat([h, p], dim=-1))
    expected = solved(other.autonomous(FieldContext(p)), h)
    assert torch.allclose(found[..., :MOVING], expected, atol=1e-5)
    assert torch.equal(found[..., MOVING:], p[:, :, None].expand(-1, -1, 7, -1))


def test_the_compiled_march_has_the_gradients_of_the_plain_one(fields):
    field, _ = fields
    state, found = torch.randn(MEMBERS, BATCH, MOVING + STATIC), []
    for switch in (torch.enable_grad, plain):
        begin = state.clone().requires_grad_()
        with switch():
            loss = solved(field, begin).square().sum()
        found.append(torch.autograd.grad(loss, [begin, *field.parameters()]))
    for ours, theirs in zip(*found, strict=True):
        assert torch.allclose(ours, theirs, rtol=1e-3, atol=1e-4)
