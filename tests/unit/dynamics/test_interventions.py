"""Quantities that are held, in models and in systems whose solutions are then known."""

import math

import numpy as np
import pytest
import torch

from pathlode.core.series import TimeSeries
from pathlode.core.solve import Adaptive, FixedStep
from pathlode.dynamics.interventions import clamped_nmse, clamped_solution, predict_clamped
from pathlode.dynamics.simulation import SimulationConfig, simulate, simulate_replicates
from pathlode.errors import ConfigError
from pathlode.models.curve import Curve
from pathlode.models.observed_ode import ObservedODE
from pathlode.models.settings import ModelConfig
from pathlode.registry import SYSTEMS

TIGHT = Adaptive(rtol=1e-9, atol=1e-9)
CONFIG = SimulationConfig(20, 4, 5, points=10, window=(3.0, 4.0), noise=0.0, windows_beyond=2, seed=3)


def true_model(members=1):
    """The damped oscillator itself, in units of its data."""
    model = ObservedODE(ModelConfig(features=2, field="linear", time_unit=2.0), range(members)).double()
    model.mean.zero_()
    unit = torch.tensor([2.0, 0.5], dtype=torch.float64)
    model.std.copy_(unit)
    matrix = torch.tensor(SYSTEMS["damped_oscillator"].matrix, dtype=torch.float64)
    model.field.matrix.data = (2.0 * matrix * unit / unit[:, None]).repeat(members, 1, 1)
    return model


def test_a_held_oscillator_by_hand():
    """With x held at c, v̇ = -c - θ v: v = -c/θ + (v0 + c/θ) e^{-θt}. With v held at c, x = x0 + c t."""
    times, start = np.array([[0.0, 0.5, 2.0], [0.0, 1.0, 3.0]]), np.array([[1.0, 2.0], [-0.5, 0.3]])
    system, theta, c = SYSTEMS["damped_oscillator"](), 0.12, 0.7
    found = clamped_solution(system, start, start, times, 0, c)
    assert np.allclose(found[..., 0], c, atol=1e-12)
    assert np.allclose(found[..., 1], -c / theta + (start[:, 1:] + c / theta) * np.exp(-theta * times), atol=1e-8)
    found = clamped_solution(system, start, start, times, 1, c)
    assert np.allclose(found[..., 0], start[:, :1] + c * times, atol=1e-8)


def test_held_predators_let_their_prey_grow_by_an_exponential():
    system, parameters = SYSTEMS["lotka_volterra"](), np.array([[1.2, 0.8, 1.0, 2.0, 2.0, 1.0]])
    times = np.linspace(0, 2, 5)[None]
    found = clamped_solution(system, parameters, np.array([[2.0, 1.0]]), times, 1, 0.5)
    assert np.allclose(found[0, :, 0], 2.0 * np.exp((1.2 - 0.8 * 0.5) * times[0]), rtol=1e-8)


def test_the_true_field_predicts_an_intervention_exactly_and_another_does_not():
    data = simulate(SYSTEMS["damped_oscillator"](), CONFIG)
    system, split = SYSTEMS["damped_oscillator"](), data["test"]
    for quantity in (0, 1):
        assert float(clamped_nmse(true_model(), system, split, quantity, 1.5, TIGHT)) < 1e-12
    wrong = true_model()
    with torch.no_grad():
        wrong.field.matrix[:, 1, 0] *= -1
    assert float(clamped_nmse(wrong, system, split, 0, 1.5, TIGHT)) > 0.1


def test_members_may_have_data_sets_of_their_own():
    data = simulate_replicates(SYSTEMS["damped_oscillator"](), CONFIG, [0, 1])
    found = clamped_nmse(true_model(2), SYSTEMS["damped_oscillator"](), data["test"], 0, -1.0, TIGHT)
    assert found.shape == (2,)
    assert (found < 1e-12).all()


@pytest.mark.parametrize("field", ["bounded", "galerkin", "gated"])
def test_the_held_quantity_rests_and_the_model_is_unchanged(field):
    model = ObservedODE(ModelConfig(features=2, field=field, width=5))
    nan = math.nan
    times = torch.tensor([[0.0, 1.0, 2.0], [0.0, 1.0, nan]])
    values = torch.tensor([[[1.0, nan], [nan, 2.0], [3.0, 4.0]], [[1.0, 2.0], [3.0, 4.0], [nan, nan]]])
    series, query = TimeSeries(times, values), torch.tensor([[0.5, 3.0], [0.5, 3.0]])
    before = model(times, values, query, solver=FixedStep()).values
    found = predict_clamped(model, series, query, 1, -0.7, FixedStep())
    assert torch.allclose(found[..., 1], torch.tensor(-0.7))
    assert not torch.allclose(found[..., 0], before[..., 0], atol=1e-4)
    assert torch.equal(model(times, values, query, solver=FixedStep()).values, before)


def test_what_cannot_be_held_is_refused(series):
    with pytest.raises(
        ConfigError, match="no quantity can be held in Curve, whose state is not what was observed: choose"
    ):
        predict_clamped(Curve(ModelConfig(features=2)), series, series.times, 0, 1.0)
    with pytest.raises(ConfigError, match="there is no quantity 2: time series has 2, counted from 0"):
        predict_clamped(ObservedODE(ModelConfig(features=2)), series, series.times, 2, 1.0)
