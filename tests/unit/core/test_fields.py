"""Vector fields: their Jacobians against closed forms."""

import pytest
import torch

from pathlode.core.fields.contract import VectorField
from pathlode.registry import FIELDS

MEMBERS, BATCH, STATE, LATENT = 3, 5, 4, 2


class Quadratic(VectorField):
    """f = A h + τ h² + z0[0] h[0], component by component, with the same A for all members."""

    takes_time = True
    takes_context = True
    matrix = torch.arange(16.0, dtype=torch.float64).view(4, 4)

    def forward(self, h, time=None, context=None):
        return h @ self.matrix.T + time * h.square() + context[..., :1] * h[..., :1]


@pytest.fixture
def point():
    h, time, context = (torch.randn(MEMBERS, BATCH, size, dtype=torch.float64) for size in (STATE, 1, LATENT))
    return h, time.abs(), context


def test_the_jacobian_of_a_known_field(point):
    h, time, context = point
    expected = Quadratic.matrix + 2 * torch.diag_embed(time * h)
    expected[..., :, 0] += context[..., :1]
    found = Quadratic([], STATE, 1, 1, LATENT).jacobian(h, time, context)
    assert torch.allclose(found, expected)


@pytest.mark.parametrize("name", list(FIELDS))
def test_the_jacobian_is_the_limit_of_differences(name, point):
    h, time, context = point
    generators = [torch.Generator().manual_seed(seed) for seed in range(MEMBERS)]
    field = FIELDS[name](generators, STATE, 6, 2, LATENT).double()
    step = 1e-6
    columns = [
        (field(h + step * unit, time, context) - field(h - step * unit, time, context)) / (2 * step)
        for unit in torch.eye(STATE, dtype=torch.float64)
    ]
    found = field.jacobian(h, time, context)
    assert torch.allclose(found, torch.stack(columns, dim=-1), atol=1e-8)
    single = field.float().jacobian(h.float(), time.float(), context.float())  # in which compiled loops would run
    assert torch.allclose(single.double(), found, atol=1e-5)


def test_the_jacobian_of_the_papers_field_is_a_product_of_its_layers(point):
    """With one hidden layer: s (1 - tanh²) W_2ᵀ σ'(·) W_1ᵀ."""
    h = point[0]
    field = FIELDS["bounded"]([torch.Generator().manual_seed(seed) for seed in range(MEMBERS)], STATE, 6, 1).double()
    first, second = field.mlp.layers
    inner = first(h).sigmoid()[..., None] * first.weight[:, None].mT
    outer = (field.scale * (1 - field.mlp(h).tanh() ** 2))[..., None] * second.weight[:, None].mT
    assert torch.allclose(field.jacobian(h), outer @ inner)
