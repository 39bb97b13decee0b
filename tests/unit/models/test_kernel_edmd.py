"""Kernel EDMD of a map whose Koopman operator is known, but not on polynomials."""

import pytest
import torch

from pathlode.core.series import TimeSeries
from pathlode.errors import ConfigError
from pathlode.models.edmd import EDMD
from pathlode.models.kernel_edmd import KernelEDMD
from pathlode.models.settings import ModelConfig

RATE = 0.8


def test_a_map_that_no_polynomial_makes_linear_is_continued_by_bumps():
    """x' = sinh(0.8 arsinh x): the powers of arsinh x are eigenfunctions, with the powers of 0.8 as eigenvalues."""
    start, steps = torch.linspace(-8, 8, 60).double(), torch.arange(9).double()
    values = torch.sinh(RATE**steps * start.arcsinh()[:, None])[..., None]
    series = TimeSeries(steps.expand(60, -1), values)
    cubic, bumps = (
        EDMD(ModelConfig(features=1), (0, 1)).double(),
        KernelEDMD(ModelConfig(features=1, hidden=30), (0, 1)).double(),
    )
    off = []
    for model in (cubic, bumps):
        model.fit(series)
        predicted = model(series.times[:, :1], values[:, :1], series.times).values
        off.append((predicted - values).square().mean(dim=(1, 2, 3)).sqrt())
    assert (off[1] < 0.02).all()
    assert (off[1] < off[0] / 5).all()
    rates, residuals = bumps.residuals(series)
    for rate in (1.0, RATE):
        nearest = (rates - rate).abs().argmin(dim=1, keepdim=True)
        assert ((rates.gather(1, nearest) - rate).abs() < 0.03).all()
        assert (residuals.gather(1, nearest) < 0.01).all()


def test_what_never_changes_is_continued():
    times = torch.arange(5.0).double().expand(4, -1)
    model = KernelEDMD(ModelConfig(features=2, hidden=3), (0,)).double()
    model.fit(TimeSeries(times, torch.full((4, 5, 2), 7.0, dtype=torch.float64)))
    predicted = model(times, torch.full((4, 5, 2), 7.0, dtype=torch.float64), times + 4).values
    assert torch.allclose(predicted, torch.tensor(7.0, dtype=torch.float64), atol=1e-3)


def test_more_centres_than_points_are_refused():
    with pytest.raises(ConfigError, match="model.hidden is 100000, but .* fewer centres: lower it"):
        KernelEDMD(ModelConfig(features=3, hidden=100_000), (0,))
