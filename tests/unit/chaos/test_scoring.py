"""Residuals of Koopman models."""

import math

import torch

from pathlode.chaos.scoring import koopman_residuals
from pathlode.core.series import TimeSeries
from pathlode.models.edmd import EDMD
from pathlode.models.line import Line
from pathlode.models.settings import ModelConfig


def test_a_map_with_an_invariant_space_has_no_residuals_and_a_chaotic_one_has():
    times = torch.arange(9).double().expand(40, -1)
    decaying, chaotic = [torch.linspace(-0.9, 0.9, 40).double()], [torch.linspace(-0.9, 0.9, 40).double()]
    for _ in range(8):
        decaying.append(0.8 * decaying[-1])
        chaotic.append(1 - 2 * chaotic[-1] ** 2)
    found: list[float] = []
    for states in (decaying, chaotic):
        series, model = TimeSeries(times, torch.stack(states, dim=1)[..., None]), EDMD(ModelConfig(features=1)).double()
        model.fit(series)
        found += koopman_residuals(model, series).tolist()
    assert found[0] < 1e-3
    assert found[1] > 0.5
    assert math.isnan(koopman_residuals(Line(ModelConfig(features=1)), series))
