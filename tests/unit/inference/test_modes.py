import math

import torch

from pathlode.inference.modes import modes


def test_modes_are_those_of_a_normal_and_a_log_normal_density(known_flow):
    """The log-normal one lies at exp(μ - σ²)."""
    x = torch.tensor([[1.0, 0.5], [-2.0, -1.0]])
    expected = [[0.8, math.exp(0.4 - 0.2)], [-1.6, math.exp(-0.8 - 0.2)]]
    found = modes(known_flow, x, draws=50)
    assert torch.allclose(found, torch.tensor(expected), atol=2e-3)
    assert not found.requires_grad


def test_modes_of_large_numbers_without_bounds_are_reached(known_flow):
    """That of 0.8 standard deviations of 10 above 100. e to its power is beyond single precision."""
    known_flow.units |= {"mean": torch.tensor([100.0, 0.0]), "spread": torch.tensor([10.0, 1.0])}
    found = modes(known_flow, torch.tensor([[1.0, 0.5]]), draws=20)
    assert torch.allclose(found, torch.tensor([[108.0, math.exp(0.4 - 0.2)]]), atol=2e-2)


def test_a_mode_is_at_least_as_likely_as_every_draw(known_flow):
    x = torch.randn(5, 2)
    draws = known_flow.sample(200, x)
    assert (
        known_flow.log_prob(modes(known_flow, x, draws=200), x) >= known_flow.log_prob(draws, x).amax(dim=0) - 1e-5
    ).all()
