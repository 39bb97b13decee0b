"""SINDy on systems whose equations it can write."""

import numpy as np
import pytest
import torch

from pathlode.core.series import TimeSeries
from pathlode.dynamics.graphs import auroc, influences
from pathlode.dynamics.simulation import SimulationConfig, simulate, simulate_replicates
from pathlode.errors import DataError
from pathlode.models.settings import ModelConfig
from pathlode.models.sindy import SINDy
from pathlode.registry import SYSTEMS

CONFIG = SimulationConfig(8, 2, 2, points=40, window=(8.0, 10.0), noise=0.0, windows_beyond=2, seed=3)


def fitted(system, members=1, **changes):
    series = simulate(SYSTEMS[system](), CONFIG).train.observed
    model = SINDy(ModelConfig(features=series.features, **changes), range(members))
    model.fit(series)
    return model, series


def test_a_linear_system_is_found():
    """In units of τ and of standard deviations about the mean m: A_ij s_j / s_i, and the constant A m / s."""
    model, _ = fitted("damped_oscillator", time_unit=2.0)
    matrix = torch.tensor(SYSTEMS["damped_oscillator"].matrix)
    mean, std = model.mean.flatten(), model.std.flatten()
    found = model.field.coefficients[0]
    assert torch.allclose(found[1:3].T, 2 * matrix * std / std[:, None], atol=0.02)
    assert torch.allclose(found[0], 2 * matrix @ mean / std, atol=0.02)
    assert found[3:].abs().max() < 0.02
    assert float(found[1, 0]) == 0.0  # exactly: x is not in the equation of x


def test_two_independent_systems_are_told_apart():
    model, series = fitted("two_oscillators")
    assert float(auroc(influences(model, series), SYSTEMS["two_oscillators"]().adjacency())) == 1.0


def test_members_are_fitted_to_the_sets_that_they_own():
    series = simulate_replicates(SYSTEMS["damped_oscillator"](), CONFIG, [0, 1]).train.observed
    model = SINDy(ModelConfig(features=2), range(3))
    model.fit(series, [1, 0, 1])
    first, second, third = model.field.coefficients
    assert torch.equal(first, third)
    assert not torch.equal(first, second)
    alone = SINDy(ModelConfig(features=2))
    alone.fit(TimeSeries(series.times[0], series.values[0]))
    assert torch.allclose(alone.field.coefficients[0], second, atol=1e-4)


def test_short_series_and_gaps_are_left_out_and_the_random_state_is_kept():
    series = simulate(SYSTEMS["damped_oscillator"](), CONFIG).train.observed
    times, values = series.times.clone(), series.values.clone()
    values[3, 7, 0] = values[4, 2] = torch.nan
    times[5, 4:] = values[5, 4:] = torch.nan
    state = np.random.get_state()[1].copy()
    other = SINDy(ModelConfig(features=2))
    other.fit(TimeSeries(times, values))
    assert (np.random.get_state()[1] == state).all()
    std = other.std.flatten()
    found = other.field.coefficients[0, 1:3].T * std[:, None] / std  # in the data's unit
    assert torch.allclose(found, torch.tensor(SYSTEMS["damped_oscillator"].matrix), atol=0.02)


def test_what_cannot_be_fitted_is_refused(series):
    with pytest.raises(DataError, match="no series has 5 observations of each feature, which SINDy needs: give longer"):
        SINDy(ModelConfig(features=2)).fit(TimeSeries(series.times[:, :4], series.values[:, :4]))
