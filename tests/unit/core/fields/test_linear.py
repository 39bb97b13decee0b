import pytest
import torch

from pathlode.core.fields.linear import LinearField
from pathlode.core.solve import Adaptive, FixedStep, solve


@pytest.fixture
def field():
    return LinearField([torch.Generator().manual_seed(seed) for seed in (0, 1)], 4, 8, 2).double()


@pytest.mark.parametrize(
    ("solver", "accuracy"), [(FixedStep("tsit5", 40), 1e-8), (Adaptive(rtol=1e-9, atol=1e-9), 1e-7)]
)
def test_the_solution_is_the_matrix_exponential(field, solver, accuracy):
    """With a matrix that is neither symmetric nor antisymmetric, forward and backward in time."""
    matrix = torch.randn(2, 4, 4, dtype=torch.float64) / 3
    field.matrix.data = matrix
    start, times = torch.randn(2, 3, 4).double(), torch.linspace(-1.5, 3, 10).double().expand(3, -1)
    states = solve(field, start, times, start=torch.zeros(3).double(), solver=solver, backward=True).states
    exact = torch.matrix_exp(times[0, :, None, None, None] * matrix) @ start.mT
    assert torch.allclose(states, exact.permute(1, 3, 0, 2), atol=accuracy)


def test_it_starts_with_a_state_of_constant_norm(field):
    start, times = torch.randn(2, 3, 4).double(), torch.tensor([[0.0, 2.0, 30.0]]).double()
    norms = solve(field, start, times.expand(3, -1), solver=FixedStep("tsit5", 200)).states.norm(dim=-1)
    assert torch.allclose(norms, norms[..., :1].expand(norms.shape), rtol=1e-6)
    assert field.matrix.abs().amax() <= 1  # twice the bound of each entry


def test_the_jacobian_is_the_matrix(field):
    found = field.jacobian(torch.randn(2, 3, 4).double())
    assert torch.allclose(found, field.matrix[:, None].expand(-1, 3, -1, -1))
