"""Langevin chains of densities whose samples are known."""

import pytest
import torch

from pathlode.core.langevin import langevin
from pathlode.errors import SolverError

PRECISION = torch.tensor([0.5, 1.0, 4.0], dtype=torch.float64)
MEAN = torch.tensor([1.0, 0.0, -2.0], dtype=torch.float64)


def normal(z):
    return -((z - MEAN).square() * PRECISION).sum(dim=-1) / 2


def test_chains_of_a_normal_distribution_have_the_mean_and_variance_of_their_recursion():
    """z - m ← (1 - s² λ / 2) (z - m) + s ξ; after 60 steps the variance has reached 1 / (λ (1 - s² λ / 4))."""
    start, step = torch.full((2, 2000, 3), 3.0, dtype=torch.float64), torch.tensor([0.4, 0.6]).double().view(2, 1, 1)
    end = langevin(normal, start, step, torch.randn(60, *start.shape, dtype=torch.float64))
    kept = (1 - step[:, 0] ** 2 * PRECISION / 2) ** 60
    mean = MEAN + kept * (3 - MEAN)
    variance = (1 - kept**2) / (PRECISION * (1 - step[:, 0] ** 2 * PRECISION / 4))
    assert ((end.mean(dim=1) - mean).abs() < 4 * (variance / 2000).sqrt()).all()
    assert torch.allclose(end.var(dim=1), variance, rtol=0.15)


def test_without_draws_a_chain_is_the_mean_of_those_with_draws():
    start = torch.full((1, 1, 3), 3.0, dtype=torch.float64)
    end = langevin(normal, start, 0.4, torch.zeros(7, 1, 1, 3, dtype=torch.float64))
    assert torch.allclose(end, MEAN + (1 - 0.08 * PRECISION) ** 7 * (3 - MEAN))


def test_gradients_are_taken_where_they_are_switched_off_and_none_remain():
    start = torch.randn(1, 4, 3, dtype=torch.float64, requires_grad=True)
    draws = torch.randn(3, 1, 4, 3, dtype=torch.float64)
    with torch.no_grad():
        off = langevin(normal, start, 0.4, draws)
    on = langevin(normal, start, 0.4, draws)
    assert torch.equal(on, off)
    assert not on.requires_grad
    assert start.grad is None


def test_a_chain_that_diverges_names_the_step_and_the_remedy():
    """z ← -10^100 z exceeds the range of double precision at the fourth step."""
    start, draws = torch.ones(1, 2, 1).double(), torch.zeros(6, 1, 2, 1).double()

    def narrow(z):
        return -(z.square() * (1 + 1e100)).sum(dim=-1) / 2

    message = "a Langevin chain diverged at step 4 of 6: lower the size of its steps, or the learning rate"
    with pytest.raises(SolverError, match=message):
        langevin(narrow, start, 2**0.5, draws)
    assert not langevin(narrow, start, 2**0.5, draws, check=False).isfinite().any()


def test_with_a_limit_chains_with_too_large_steps_stay_near():
    """s² λ = 100: without a limit each step takes z to -49 z."""
    start, draws = torch.full((1, 50, 1), 5.0).double(), torch.randn(60, 1, 50, 1).double()

    def narrow(z):
        return -50 * z.square().sum(dim=-1)

    assert langevin(narrow, start, 1.0, draws).abs().min() > 1e50
    near = langevin(narrow, start, 1.0, draws, limit=3.0)
    assert near.abs().max() < 10
    assert torch.allclose(
        langevin(narrow, start, 0.01, draws, limit=3.0), langevin(narrow, start, 0.01, draws), atol=1e-12
    )
