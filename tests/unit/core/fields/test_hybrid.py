"""What holds for every expert."""

import pytest
import torch

from pathlode.core.fields.hybrid import HybridField
from pathlode.parts import needed_of_state
from pathlode.registry import FIELDS

HYBRID = [name for name, field in FIELDS.items() if issubclass(field, HybridField)]


@pytest.fixture(params=HYBRID)
def kind(request):
    return FIELDS[request.param]


def made(kind, rest):
    return kind([torch.Generator().manual_seed(seed) for seed in (0, 1)], kind.variables + rest, 6, 2).double()


def test_the_experts_part_does_not_depend_on_the_rest_but_drives_it(kind):
    field, known = made(kind, 3), kind.variables
    found = field.jacobian(torch.randn(2, 5, known + 3).double())
    assert not found[..., :known, known:].any()
    for block in (found[..., :known, :known], found[..., known:, :known], found[..., known:, known:]):
        assert (block.abs().amax(dim=(2, 3)) > 1e-4).all()


def test_the_rest_is_bounded_by_its_scale(kind):
    field = made(kind, 2)
    field.scale.data.fill_(0.5)
    rest = field(3 * torch.randn(2, 50, kind.variables + 2).double())[..., kind.variables :]
    assert 0.1 < rest.abs().amax() <= 0.5


def test_without_a_rest_only_the_constants_are_learnt(kind):
    field = made(kind, 0)
    assert [name for name, _ in field.named_parameters()] == ["log_constants"]
    h = torch.randn(2, 5, kind.variables).double()
    assert torch.allclose(
        field(h), made(kind, 3)(torch.cat([h, torch.randn(2, 5, 3).double()], dim=-1))[..., : h.shape[-1]]
    )


def test_constants_start_at_the_experts_values_and_stay_positive(kind):
    field = made(kind, 1)
    for name, start in kind.constants.items():
        assert torch.allclose(field.learnt()[name], torch.full((2,), start, dtype=torch.float64))
    field.log_constants.data -= 30
    assert all((constant > 0).all() for constant in field.learnt().values())


def test_the_registry_says_how_many_variables_the_expert_has():
    for name in HYBRID:
        known = FIELDS[name].variables
        assert needed_of_state(name, known) is None
        assert needed_of_state(name, known - 1) == f"at least {known}"
