"""What holds of latent ODEs beyond the contract of all models."""

import math

import torch
from torch.nn import Identity

from pathlode.core.series import TimeSeries
from pathlode.core.solve import Adaptive, FixedStep
from pathlode.models.latent_ode import LatentODE
from pathlode.models.settings import ModelConfig


def test_a_constant_feature_keeps_its_unit(make_model, series):
    model = make_model()
    values = series.values.clone()
    values[..., 1] = 4.0
    model.standardise(TimeSeries(series.times, values))
    assert (model.mean[..., 1] == 4.0).all()
    assert (model.std[..., 1] == 1.0).all()


def test_the_solution_starts_from_the_decoded_latent_at_the_first_observation(make_model, series):
    model = make_model()
    prediction = model(series.times.float(), series.values.float())
    assert torch.allclose(prediction.states[:, :, 0], model.latent_to_hidden(prediction.z0), atol=1e-6)
    assert torch.allclose(prediction.path, model.hidden_to_latent(prediction.states))


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


def test_a_squareplus_decoder_predicts_positive_values_in_the_datas_unit(make_model, series):
    """x = std (b + √(b² + 4)) / 2, whatever the mean, if the state has no weight."""
    model = make_model(decoder="squareplus")
    model.standardise(TimeSeries(series.times, 100 + 7 * series.values))
    with torch.no_grad():
        model.hidden_to_data.weight.zero_()
        model.hidden_to_data.bias.copy_(torch.tensor([0.0, -3.0]))
    prediction = model(series.times.float(), series.values.float())
    expected = model.std * torch.tensor([1.0, (math.sqrt(13) - 3) / 2])
    assert torch.allclose(prediction.values, expected.float().expand_as(prediction.values))


def test_an_encoder_of_logarithms_reads_the_ratio_of_values(make_model, series):
    """With its logarithms as input, a linear encoder input gives the same z0."""
    log, linear = make_model(input="log"), make_model()
    log.std.fill_(2.0)
    times, values = series.times.float(), series.values.float()
    read = (values.clamp_min(0) / 2 + 0.1).log()
    assert torch.allclose(log.encode(times, values).z0, linear.encode(times, read).z0)


def ends_of_signs(model):
    """The first component of h at τ = 0 and at τ = π, from z0 = -1 and z0 = 1 as its initial values."""
    model.latent_to_hidden, model.hidden_to_data.bias.data = Identity(), torch.zeros(1, 1, 1)
    model.hidden_to_data.weight.data = torch.eye(model.config.hidden, 1)[None]
    z0, times = torch.tensor([[[-1.0], [1.0]]]), torch.tensor([0.0, math.pi]).expand(1, 2, -1)
    return model.values_from(z0, torch.zeros(1, 2), times)[0, :, :, 0].T


def test_an_augmented_state_crosses_where_another_cannot():
    """dh/dτ = A h turns (±1, 0) by half a turn to (∓1, 0). In one dimension paths keep their order, whatever the field."""
    sizes = {"features": 1, "latent": 1, "width": 5}
    turning = LatentODE(ModelConfig(hidden=2, augment=1, field="linear", **sizes))
    turning.field.matrix.data = torch.tensor([[[0.0, -1.0], [1.0, 0.0]]])
    before, after = ends_of_signs(turning)
    assert torch.allclose(before, torch.tensor([-1.0, 1.0]))
    assert torch.allclose(after, torch.tensor([1.0, -1.0]), atol=1e-4)
    for seed in range(5):
        before, after = ends_of_signs(LatentODE(ModelConfig(hidden=1, **sizes), (seed,)))
        assert before[0] < before[1]
        assert after[0] < after[1]


def test_augmented_components_start_at_zero(make_model, series):
    model = make_model(augment=2)
    prediction = model(series.times.float(), series.values.float())
    assert not prediction.states[:, :, 0, 4:].any()
    assert prediction.states[:, :, 0, :4].all()
    assert prediction.states[:, :, 1, 4:].all()
    assert torch.allclose(model.latent_at_start(prediction.z0), prediction.path[:, :, 0], atol=1e-6)
