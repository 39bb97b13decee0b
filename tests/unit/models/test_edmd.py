"""EDMD of maps whose Koopman operator is known."""

import math

import torch

from pathlode.core.series import TimeSeries
from pathlode.models.edmd import EDMD
from pathlode.models.settings import ModelConfig

SLOW, FAST = 0.9, 0.7


def curved(start, steps):
    """x' = 0.9 x, y' = 0.7 y + x²: linear in x, y and x², with the eigenvalues 0.9, 0.7 and 0.81."""
    rows = [start]
    for _ in range(steps):
        x, y = rows[-1].unbind(-1)
        rows.append(torch.stack([SLOW * x, FAST * y + x**2], dim=-1))
    return torch.stack(rows, dim=1)


def test_a_map_with_an_invariant_space_is_predicted_exactly_far_ahead():
    torch.manual_seed(0)
    start, times = torch.randn(30, 2).double(), torch.arange(13).double().expand(30, -1)
    values = curved(start, 12)
    model = EDMD(ModelConfig(features=2), (0, 1)).double()
    model.fit(TimeSeries(times[:, :6], values[:, :6]))
    found = model(times[:, :2], values[:, :2], times).values
    assert torch.allclose(found, values.expand(2, -1, -1, -1), atol=1e-4)
    rates, residuals = model.residuals(TimeSeries(times[:, :6], values[:, :6]))
    for rate in (1.0, SLOW, FAST, SLOW**2):
        place = (rates[0] - rate).abs().argmin()
        assert (rates[0, place] - rate).abs() < 1e-4
        assert residuals[0, place] < 1e-3


def test_eigenvalues_of_a_chaotic_map_have_residuals():
    """x' = 1 - 2 x² has no eigenfunction among the cubic polynomials but the constant one, of eigenvalue 1."""
    x = [torch.linspace(-0.9, 0.9, 40).double()]
    for _ in range(8):
        x.append(1 - 2 * x[-1] ** 2)
    series = TimeSeries(torch.arange(9).double().expand(40, -1), torch.stack(x, dim=1)[..., None])
    model = EDMD(ModelConfig(features=1)).double()
    model.fit(series)
    rates, residuals = model.residuals(series)
    others = (rates[0] - 1).abs() > 1e-3
    assert others.sum() == 3
    assert residuals[0][others].min() > 0.5
    assert residuals[0][~others].max() < 1e-4


def test_growth_is_bounded():
    times = torch.arange(6).double().expand(20, -1)
    values = torch.linspace(1, 2, 20).double()[:, None] * 1.5**times
    model = EDMD(ModelConfig(features=1)).double()
    model.fit(TimeSeries(times, values[..., None]))
    assert torch.linalg.eigvals(model.operator).abs().max() < 1 + 1e-6
    far = model(times, values[..., None], 5 + 300.0 * torch.ones(20, 1).double()).values
    assert math.isfinite(float(far.abs().max()))
