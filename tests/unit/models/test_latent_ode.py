"""The contract that every registered encoder and loss meets."""

import pytest
import torch

from pathlode.core.series import TimeSeries
from pathlode.core.solve import Adaptive, FixedStep
from pathlode.errors import ConfigError, DataError
from pathlode.models.latent_ode import LatentODE, ModelConfig
from pathlode.models.saving import load_model, save_model
from pathlode.registry import ENCODERS, LOSSES

EVERY = [(encoder, loss, None) for encoder in ENCODERS for loss in LOSSES] + [("gru", "path", 7), ("lstm", "kl", 5)]


@pytest.fixture(params=EVERY, ids=lambda point: "-".join(str(part) for part in point if part))
def built(request, make_model):
    encoder, loss, encoder_hidden = request.param
    return make_model(loss, encoder, encoder_hidden=encoder_hidden), LOSSES[loss]()


def run(model, series, dtype=torch.float32, **options):
    noise = torch.randn(3, len(series), 4, dtype=dtype) if model.config.variational else None
    return model(series.times.to(dtype), series.values.to(dtype), noise=noise, solver=FixedStep("rk4", 4), **options)


def test_shapes(built, series):
    model, loss = built
    prediction = run(model, series, query=series.times[:, :5].float() + 20)
    assert prediction.z0.shape == (3, 11, 4)
    assert prediction.states.shape == (3, 11, 5, 6)
    assert prediction.path.shape == (3, 11, 5, 4)
    assert prediction.values.shape == (3, 11, 5, 2)
    assert prediction.evaluations.shape == (3, 11)
    assert loss(model, prediction, series.values[:, :5].float()).shape == (3,)


def test_every_parameter_receives_gradient(built, series):
    model, loss = built
    loss(model, run(model, series), series.values.float()).sum().backward()
    without = [name for name, p in model.named_parameters() if p.grad is None or not p.grad.any()]
    assert without == []


def test_members_do_not_touch_each_other(built, series):
    model, loss = built
    loss(model, run(model, series), series.values.float())[1].backward()
    for name, p in model.named_parameters():
        assert p.grad[[0, 2]].abs().max() == 0, name


def test_save_and_load_round_trip(built, series, tmp_path):
    model, _ = built
    save_model(tmp_path / "model.pt", model, seconds=1.5)
    loaded, extra = load_model(tmp_path / "model.pt")
    assert extra == {"seconds": 1.5}
    assert loaded.config == model.config
    times, values = series.times.float(), series.values.float()
    assert torch.equal(loaded(times, values).values, model(times, values).values)


def test_dtype_is_kept_and_agrees(built, series):
    model, _ = built
    single = model(series.times.float(), series.values.float())
    double = model.double()(series.times, series.values)
    assert (single.values.dtype, double.values.dtype) == (torch.float32, torch.float64)
    assert torch.allclose(single.values.double(), double.values, atol=1e-4)


def test_a_member_is_the_model_of_its_seed_alone(built, series):
    model, _ = built
    alone = LatentODE(model.config, seeds=(2,))
    times, values = series.times.float(), series.values.float()
    assert torch.allclose(model(times, values).values[2], alone(times, values).values[0], atol=1e-5)


def test_the_time_unit_is_a_change_of_units(series):
    sizes = {"features": 2, "hidden": 6, "latent": 4, "width": 9, "depth": 2}
    seconds = LatentODE(ModelConfig(**sizes, time_unit=1.0))
    milliseconds = LatentODE(ModelConfig(**sizes, time_unit=1000.0))
    seconds.standardise(series)
    milliseconds.standardise(TimeSeries(1000 * series.times, series.values))
    assert torch.allclose(
        seconds(series.times.float(), series.values.float()).values,
        milliseconds(1000 * series.times.float(), series.values.float()).values,
        atol=1e-4,
    )


def test_the_units_of_the_data_do_not_matter_once_standardised(make_model, series):
    plain, scaled = make_model().double(), make_model().double()
    offset, unit = torch.tensor([3.0, -50.0]).double(), torch.tensor([10.0, 0.01]).double()
    other = TimeSeries(series.times, offset + unit * series.values)
    plain.standardise(series)
    scaled.standardise(other)
    predicted = scaled(other.times, other.values).values
    assert torch.allclose(predicted, offset + unit * plain(series.times, series.values).values)


def test_a_constant_feature_keeps_its_unit(make_model, series):
    model = make_model()
    values = series.values.clone()
    values[..., 1] = 4.0
    model.standardise(TimeSeries(series.times, values))
    assert (model.mean[1], model.std[1]) == (4.0, 1.0)


def test_the_solution_starts_from_the_decoded_latent_at_the_first_observation(make_model, series):
    model = make_model()
    prediction = model(series.times.float(), series.values.float())
    assert torch.allclose(prediction.states[:, :, 0], model.latent_to_hidden(prediction.z0), atol=1e-6)
    assert torch.allclose(prediction.path, model.hidden_to_latent(prediction.states))


def test_a_prediction_does_not_depend_on_what_else_is_asked(make_model, series):
    """The default solver holds a tolerance, however far the query reaches."""
    model = make_model().double()
    near = series.times[:, -1:] + torch.linspace(1, 3, 5, dtype=torch.float64)
    far = torch.cat([near, near[:, -1:] + 200], dim=1)
    assert torch.allclose(
        model(series.times, series.values, far).values[:, :, :5],
        model(series.times, series.values, near).values,
        atol=1e-4,
    )


def test_bad_observations_are_refused_even_if_only_a_query_is_asked(make_model, series):
    model, query = make_model().double(), series.times + 10
    holes = series.values.clone()
    holes[3, 2, 1] = float("nan")
    with pytest.raises(DataError, match="values: feature 2 at time number 3 of trajectory 3 is nan"):
        model(series.times, holes, query)
    with pytest.raises(DataError, match="time number 2 is not greater"):
        model(series.times.flip(1), series.values, query)
    with pytest.raises(DataError, match="at least one time"):
        model(series.times[:, :0], series.values[:, :0], query)
    with pytest.raises(DataError, match="but the model is torch.float64: convert"):
        model(series.times.float(), series.values.float(), query.float())


def test_save_and_load_keep_the_type(make_model, tmp_path):
    save_model(tmp_path / "model.pt", make_model().double())
    assert next(load_model(tmp_path / "model.pt")[0].parameters()).dtype == torch.float64


def test_a_variational_model_samples_with_noise_and_predicts_with_the_mean(make_model, series):
    model = make_model("kl")
    times, values = series.times.float(), series.values.float()
    noise = torch.randn(3, 11, 4)
    sampled, mean = model(times, values, noise=noise), model(times, values)
    assert torch.equal(mean.z0, mean.encoding.z0)
    assert torch.allclose(sampled.z0, mean.z0 + mean.encoding.log_std.exp() * noise)


def test_estimated_error_of_the_values_is_that_of_the_solver(make_model, series):
    model = make_model().double()
    fixed = model(series.times, series.values, solver=FixedStep("rk4", 4), estimate_error=True)
    exact = model(series.times, series.values, solver=Adaptive(rtol=1e-11, atol=1e-11))
    true = (fixed.values - exact.values).detach()
    assert torch.allclose(fixed.values_error, true, atol=0.5 * float(true.abs().max()))


def test_parameters_are_counted_per_member(make_model):
    assert make_model(seeds=(0,)).parameters_per_member == make_model(seeds=(0, 1)).parameters_per_member
    model = make_model("kl")
    trained = sum(parameter.numel() for parameter in model.parameters()) // 3
    assert trained - model.parameters_per_member == 6 * 4 + 4  # the log standard deviations, which no prediction uses
    assert model.parameters_per_member == make_model("path").parameters_per_member


@pytest.mark.parametrize(
    ("times", "values", "message"),
    [
        ((11, 8), (11, 7, 2), "do not fit"),
        ((11, 8), (11, 8, 3), r"expected \(batch, time\) and \(batch, time, 2\)"),
        ((2, 11, 8), (2, 11, 8, 2), "stacked 2 times, but the model has 3 members"),
    ],
)
def test_mismatched_observations_are_refused(make_model, times, values, message):
    with pytest.raises(DataError, match=message):
        make_model()(torch.rand(times).sort(dim=-1).values, torch.randn(values))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"hidden": 0}, "model.hidden is 0"),
        ({"encoder_hidden": 0}, "model.encoder_hidden is 0"),
        ({"time_unit": 0.0}, "model.time_unit"),
        ({"encoder": "gur"}, "unknown encoder 'gur': expected one of gru, lstm, rnn"),
    ],
)
def test_wrong_sizes_are_refused_when_made(change, message):
    with pytest.raises(ConfigError, match=message):
        ModelConfig(**{"features": 2, **change})


def test_a_stack_of_none_is_refused():
    with pytest.raises(ConfigError, match="seeds is empty"):
        LatentODE(ModelConfig(features=2), seeds=())


def test_a_member_taken_out_predicts_the_same(make_model, series):
    model, series = make_model(seeds=(0, 1, 2)), series.to(torch.float32)
    model.standardise(series)
    alone = model.member(1)
    assert alone.seeds == (1,)
    whole = model(series.times, series.values).values
    assert torch.allclose(alone(series.times, series.values).values[0], whole[1], atol=1e-6)
    with torch.no_grad():
        next(alone.parameters()).add_(1.0)
    assert torch.equal(model(series.times, series.values).values, whole)
