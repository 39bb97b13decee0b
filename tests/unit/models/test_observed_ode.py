"""What holds of observed ODEs beyond the contract of all models."""

import math

import pytest
import torch

from pathlode.core.series import TimeSeries
from pathlode.core.solve import Adaptive, FixedStep
from pathlode.errors import ConfigError
from pathlode.models.observed_ode import ObservedODE
from pathlode.models.settings import ModelConfig

TIGHT = Adaptive(rtol=1e-10, atol=1e-10)
MATRIX = torch.tensor([[-0.1, 1.3], [-1.0, -0.1]], dtype=torch.float64)


def linear_model(std=(1.0, 1.0), time_unit=1.0):
    """dx/dt = A x in the data's unit, as the field of h = x / std and τ = t / time_unit."""
    model = ObservedODE(ModelConfig(features=2, field="linear", time_unit=time_unit)).double()
    unit = torch.tensor(std, dtype=torch.float64)
    model.std.copy_(unit)
    model.field.matrix.data = (time_unit * MATRIX * unit / unit[:, None])[None]
    return model


def test_a_linear_system_is_followed_exactly():
    model, x0 = linear_model((2.0, 0.1), time_unit=3.0), torch.tensor([[0.7, -0.4], [1.0, 2.0]]).double()
    times = torch.tensor([[1.0, 2.5, 4.0], [0.0, 0.3, 6.0]]).double()
    values = torch.zeros(2, 3, 2).double()
    values[:, 0] = x0
    elapsed = (times - times[:, :1])[..., None, None]
    expected = (torch.matrix_exp(elapsed * MATRIX) @ x0[:, None, :, None])[..., 0]
    prediction = model(times, values, solver=TIGHT)
    assert torch.allclose(prediction.values[0], expected, atol=1e-8)
    assert prediction.path is None
    assert prediction.z0 is None


def test_its_jacobian_is_that_of_the_data_in_standard_deviations():
    model = linear_model((2.0, 0.1), time_unit=3.0)
    prediction = model(torch.rand(4, 5).double().sort().values, torch.randn(4, 5, 2).double())
    unit = torch.tensor([2.0, 0.1]).double()
    expected = 3.0 * MATRIX * unit / unit[:, None]
    assert torch.allclose(model.jacobian(prediction), expected.expand(1, 4, 5, 2, 2))


def test_a_feature_that_is_missing_at_first_starts_from_its_first_value():
    model = linear_model()
    model.mean.copy_(torch.tensor([5.0, -3.0]))
    times = torch.tensor([0.0, 1.0, 2.0]).double().expand(3, 3)
    nan = math.nan
    values = torch.tensor(
        [
            [[1.0, nan], [2.0, 7.0], [3.0, 8.0]],
            [[1.0, nan], [2.0, nan], [3.0, nan]],
            [[4.0, 6.0], [nan, nan], [nan, nan]],
        ]
    ).double()
    start = model(times, values, times[:, :1], solver=TIGHT).values[0, :, 0]
    assert start.tolist() == [[1.0, 7.0], [1.0, -3.0], [4.0, 6.0]]


def test_only_the_first_observation_counts(series):
    model = ObservedODE(ModelConfig(features=2)).double()
    later = series.values.clone()
    later[:, 1:] += 1
    assert torch.equal(model(series.times, later).values, model(series.times, series.values).values)


def test_a_sampled_training_step_differs_from_the_prediction(series):
    """Gates are drawn with noise, and at rest without."""
    model = ObservedODE(ModelConfig(features=2, field="gated", width=5, depth=1)).double()
    assert model.draws(4) == 7
    noise = torch.randn(1, len(series), 7).double()
    found = [model(series.times, series.values, noise=each).values for each in (noise, noise, None)]
    assert torch.equal(found[0], found[1])
    assert not torch.allclose(found[0], found[2], atol=1e-3)
    assert ObservedODE(ModelConfig(features=2)).draws(4) == 0


def test_what_the_field_cannot_take_is_refused():
    with pytest.raises(
        ConfigError, match="model.features is 3, but the field 'second_order' needs an even number, which"
    ):
        ObservedODE(ModelConfig(features=3, field="second_order"))
    with pytest.raises(ConfigError, match="model.inputs is 1, but the field 'bounded' takes no context"):
        ObservedODE(ModelConfig(features=1, inputs=1))
    with pytest.raises(
        ConfigError, match="model.static is 1, but the field 'bounded' takes no context, and in an observed"
    ):
        ObservedODE(ModelConfig(features=1, static=1))


def test_static_covariates_are_a_context():
    """dh/dτ = s tanh(MLP(h, c)): other covariates, another path."""
    model = ObservedODE(ModelConfig(features=1, static=1, field="controlled"))
    times, values = torch.arange(4.0).expand(2, 4), torch.ones(2, 4, 1)
    series = TimeSeries(times, values, static=torch.tensor([[1.0], [2.0]]))
    found = model(times, values, context=series.context).values[0]
    assert torch.equal(found[0, 0], found[1, 0])
    assert not torch.allclose(found[0, 1:], found[1, 1:], atol=1e-3)


def forced_by_hand(times, values, growth, rate):
    """Predictions of dh/dτ = a h, drawn to each observation, of one series of one feature whose missing values are NaN."""
    state, drawn, predicted = values[0], times[0], [values[0]]
    for before, now, value in zip(times, times[1:], values[1:], strict=False):
        state = state * math.exp(growth * (now - before))
        predicted.append(state)
        if not math.isnan(value):
            state += (1 - math.exp(-rate * (now - drawn))) * (value - state)
            drawn = now
    return predicted


@pytest.mark.parametrize("rate", [0.0, 0.7, math.inf])
def test_a_forced_state_is_drawn_by_what_was_observed(rate):
    """Also of series with gaps and of different lengths, in other units."""
    model, nan = ObservedODE(ModelConfig(features=1, field="linear", time_unit=2.0), (0, 1)).double(), math.nan
    model.std.fill_(3.0)
    model.field.matrix.data = torch.tensor([0.4, -1.0], dtype=torch.float64)[:, None, None]
    times, values = [[0.0, 0.3, 1.1, 1.2, 2.0], [1.0, 3.0, 4.0]], [[1.0, 2.0, nan, -1.0, 0.5], [2.0, nan, 1.0]]
    series = TimeSeries.of(list(zip(times, values, strict=True)))
    found = model.forced(series.times, series.values, rate, solver=FixedStep("tsit5", 40)).values
    for member, growth in enumerate((0.4, -1.0)):
        for row, (when, what) in enumerate(zip(times, values, strict=True)):
            expected = forced_by_hand([t / 2 for t in when], what, growth, rate)
            assert torch.allclose(found[member, row, : len(when), 0], torch.tensor(expected).double(), atol=1e-8)


def test_forcing_beyond_the_growth_of_errors_bounds_the_gradient():
    """∂x̂_T/∂x_1 = e^{a T} without forcing, and e^{a T} e^{-κ(T - Δ)} with it, Δ the last gap."""
    model = ObservedODE(ModelConfig(features=1, field="linear")).double()
    model.field.matrix.data.fill_(3.0)
    times = torch.linspace(0, 4, 41).double()[None]
    slopes = []
    for rate in (0.0, 3.0):
        values = torch.ones(1, 41, 1).double().requires_grad_()
        model.forced(times, values, rate, solver=FixedStep("tsit5", 40)).values[0, 0, -1].backward()
        slopes.append(float(values.grad[0, 0]))
    assert slopes == pytest.approx([math.exp(12.0), math.exp(0.3)], rel=1e-4)


def test_with_few_steps_every_kth_observation_draws():
    """Two steps for four gaps: the state is restarted at the third observation, and not at the second and fourth."""
    model = linear_model()
    times, values = torch.tensor([[0.0, 0.1, 0.2, 0.3, 0.4]]).double(), torch.randn(1, 5, 2).double()
    found = model.forced(times, values, math.inf, solver=FixedStep("tsit5", 2)).values[0, 0]
    start = values[0, [0, 0, 0, 2, 2]]
    elapsed = torch.tensor([0.0, 0.1, 0.2, 0.1, 0.2]).double()[:, None, None]
    assert torch.allclose(found, (torch.matrix_exp(elapsed * MATRIX) @ start[..., None])[..., 0], atol=1e-7)


def test_a_forced_field_knows_the_time(series):
    """Without forcing the solution in pieces is the solution, also of a field that depends on time."""
    model = ObservedODE(ModelConfig(features=2, field="galerkin", width=5)).double()
    steps = FixedStep("tsit5", 40)
    pieces = model.forced(series.times, series.values, 0.0, solver=steps).values
    assert torch.allclose(pieces, model(series.times, series.values, solver=steps).values, atol=1e-6)
