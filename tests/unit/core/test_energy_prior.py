"""Energy-based priors whose samples are known."""

import pytest
import torch
from scipy.stats import kstest

from pathlode.core.energy_prior import PRIOR_STEP, PRIOR_STEPS, EnergyPrior

LATENT = 3


def made(seeds=(0, 1)):
    return EnergyPrior([torch.Generator().manual_seed(seed) for seed in seeds], LATENT, 5, 2).double()


def draws(rows, members=2):
    return torch.randn(1 + PRIOR_STEPS, members, rows, LATENT, dtype=torch.float64)


def test_without_energy_samples_are_standard_normal():
    """But for the steps' size s, by which the variance grows from 1 towards 1 / (1 - s² / 4)."""
    prior = made()
    with torch.no_grad():
        prior.weight.zero_()
    samples = prior.sample(draws(3000))
    kept = (1 - PRIOR_STEP**2 / 2) ** (2 * PRIOR_STEPS)
    variance = kept + (1 - kept) / (1 - PRIOR_STEP**2 / 4)
    assert variance < 1.07
    for member in samples:
        assert torch.allclose(torch.cov(member.T), variance * torch.eye(LATENT).double(), atol=0.1)
        for component in member.T:
            assert kstest(component.numpy(), "norm", (0, variance**0.5)).pvalue > 1e-3


def test_a_linear_energy_moves_the_mean():
    """f(z) = aᵀz gives N(a, 1), which chains approach from N(0, 1) as (1 - s²/2)^k falls. Far above 0 softplus is linear."""
    prior = made()
    with torch.no_grad():
        prior.mlp.layers[0].bias.fill_(60.0)
        prior.mlp.layers[1].bias.fill_(600.0)
        prior.weight.mul_(5)
    a = (prior.mlp.layers[0].weight @ prior.mlp.layers[1].weight @ prior.weight).squeeze(-1).detach()
    z = torch.randn(2, 4, LATENT, dtype=torch.float64)
    assert torch.allclose(prior.tilt(z) - prior.tilt(torch.zeros_like(z)), (z * a[:, None]).sum(dim=-1))
    expected = (1 - (1 - PRIOR_STEP**2 / 2) ** PRIOR_STEPS) * a
    found = prior.sample(draws(3000)).mean(dim=1)
    assert torch.allclose(found, expected, atol=4 * 3000**-0.5)
    assert expected.abs().max() > 0.2


def test_a_member_samples_as_it_would_alone():
    given = draws(6)
    assert torch.allclose(made().sample(given)[1:], made(seeds=(1,)).sample(given[:, 1:]))


@pytest.mark.parametrize("depth", [1, 3])
def test_a_prior_takes_any_depth(depth):
    prior = EnergyPrior([torch.Generator()], LATENT, 5, depth)
    assert len(prior.mlp.layers) == depth
    assert prior.log_density(torch.randn(1, 7, LATENT)).shape == (1, 7)
