"""The latent EBM: with a linear decoder and energy all that it samples and learns is known in closed form."""

import dataclasses
import math

import pytest
import torch

from pathlode.core.series import TimeSeries
from pathlode.core.solve import FixedStep
from pathlode.core.stacked import StackedMLP
from pathlode.errors import ConfigError, DataError, SolverError
from pathlode.models.latent_ebm import RELATIVE_STEP, LatentEBM
from pathlode.models.settings import ModelConfig
from pathlode.training.losses.energy_based import EnergyBased
from pathlode.training.losses.reconstruction import Reconstruction
from pathlode.training.settings import TrainingConfig
from pathlode.training.trainer import Trainer

CONFIG = ModelConfig(features=2, hidden=6, latent=4, width=9, variational=True)
ONE_STEP = FixedStep("rk4", 1)
TIMES, FEATURES, ROWS = 6, 2, 2000


def made(series, seeds=(0, 1), **changes):
    model = LatentEBM(dataclasses.replace(CONFIG, **changes), seeds).double()
    model.standardise(series)
    return model


@pytest.fixture
def linear():
    """x = A z + b + noise at every time, with z ~ N(a, 1): the state stands still, and all layers are linear."""
    model = LatentEBM(ModelConfig(features=FEATURES, hidden=3, latent=2, width=4, variational=True), (0,))
    model.latent_to_hidden = StackedMLP([torch.Generator().manual_seed(1)], (1, 3))
    with torch.no_grad():
        model.field.scale.zero_()
        model.latent_to_hidden.layers[0].weight.copy_(torch.tensor([1.0, 0.5, 0.0]))
        model.hidden_to_data.weight.copy_(torch.tensor([[0.3, 0.8], [0.0, 0.4], [0.5, 0.0], [1.0, -0.2]]))
        model.prior.weight.mul_(5)
        for layer, bias in zip(model.prior.mlp.layers, (60.0, 600.0), strict=True):  # softplus is linear far above 0
            layer.bias.fill_(bias)
        model.log_noise.fill_(math.log(0.8))
    return model.double()


@pytest.fixture
def observed():
    """One trajectory, many times."""
    times = torch.arange(TIMES).double().expand(ROWS, -1)
    return times, torch.randn(1, TIMES, FEATURES, dtype=torch.float64).expand(ROWS, -1, -1)


def tilt_of(model):
    """a, (latent,)."""
    first, second = (layer.weight[0] for layer in model.prior.mlp.layers)
    return (first @ second @ model.prior.weight[0])[:, 0]


def map_of(model):
    """A, (feature, latent), and b, (feature,)."""
    z = torch.cat([torch.zeros(1, 2), torch.eye(2)])[None].double()
    at = torch.zeros(1, 3, 1).double()
    values = model.values_from(z, at[..., 0], at, ONE_STEP)[0, :, 0]
    return (values[1:] - values[0]).T, values[0]


def precision_of(model):
    A, _ = map_of(model)
    return torch.eye(2).double() + TIMES * A.T @ A / (2 * model.log_noise).exp().squeeze()


def posterior_mean(model, values):
    (A, b), variance = map_of(model), (2 * model.log_noise).exp().squeeze()
    pull = A.T @ (values[0] - b).sum(dim=0) / variance + tilt_of(model)
    return torch.linalg.solve(precision_of(model), pull)


def evidence(model, values):
    """log p(x) of one trajectory."""
    (A, b), variance = map_of(model), (2 * model.log_noise).exp().squeeze()
    A, b = A.repeat(TIMES, 1), b.repeat(TIMES)
    covariance = A @ A.T + variance * torch.eye(len(A)).double()
    return torch.distributions.MultivariateNormal(A @ tilt_of(model) + b, covariance).log_prob(values[0].flatten())


def test_the_posterior_of_a_linear_model_has_the_closed_mean_and_covariance(linear, observed):
    """After k steps of size s, from 0: with M = 1 - s² Λ / 2, the mean is (1 - M^k) m, and the covariance C ← M C M + s². Its limit is
    (Λ - s² Λ² / 4)⁻¹, near the posterior's Λ⁻¹."""
    given, start = linear._stack(*observed, check=True), torch.zeros(1, ROWS, 2).double()
    samples = linear.posterior(start, given, torch.randn(60, 1, ROWS, 2).double(), solver=ONE_STEP)[0]
    with torch.no_grad():
        precision, mean = precision_of(linear), posterior_mean(linear, observed[1])
    one, covariance = torch.eye(2).double(), torch.zeros(2, 2).double()
    size = RELATIVE_STEP**2 / (1 + TIMES * FEATURES / 0.64)
    kept = one - size * precision / 2
    for _ in range(60):
        covariance = kept @ covariance @ kept + size * one
    expected = (one - torch.linalg.matrix_power(kept, 60)) @ mean
    assert torch.allclose(covariance, torch.linalg.inv(precision - size * precision @ precision / 4), atol=0.01)
    assert torch.allclose(covariance, torch.linalg.inv(precision), atol=0.01)
    assert torch.allclose(torch.cov(samples.T), covariance, atol=0.02)
    assert torch.allclose(samples.mean(dim=0), expected, atol=0.03)
    one_row, none = linear._stack(observed[0][:1], observed[1][:1], check=True), torch.zeros(60, 1, 1, 2).double()
    still = linear.posterior(start[:, :1], one_row, none, solver=ONE_STEP)
    assert torch.allclose(still[0, 0], expected)


def test_gradients_of_the_loss_are_those_of_the_evidence(linear, observed, monkeypatch):
    """Finite differences of the closed evidence, in the energy, the decoder and the noise. The loss is σ² times larger in the
    decoder, and N times smaller in the noise."""
    for name, number in (("POSTERIOR_STEPS", 80), ("PRIOR_STEPS", 40)):
        monkeypatch.setattr(f"pathlode.models.latent_ebm.{name}", number)
    noise = torch.randn(1, ROWS, linear.draws(1), dtype=torch.float64)
    prediction = linear(*observed, noise=noise, solver=ONE_STEP)
    EnergyBased()(linear, prediction, observed[1]).sum().backward()
    scales = {
        "prior.weight": 1.0,
        "hidden_to_data.weight": 0.64,
        "hidden_to_data.bias": 0.64,
        "log_noise": 1 / (TIMES * FEATURES),
    }
    for name, scale in scales.items():
        parameter = linear.get_parameter(name)
        found, expected = parameter.grad.flatten(), torch.empty(parameter.numel()).double()
        with torch.no_grad():
            for index in range(parameter.numel()):
                ends = []
                for change in (1e-5, -2e-5, 1e-5):
                    parameter.view(-1)[index] += change
                    ends.append(evidence(linear, observed[1]))
                expected[index] = -scale * (ends[0] - ends[1]) / 2e-5
        assert torch.allclose(found, expected, atol=0.1), name
        assert expected.abs().max() > 0.1, name


def test_the_noise_rests_where_it_is_that_of_the_residuals(series):
    model = made(series)
    noise = torch.randn(2, 11, model.draws(3), dtype=torch.float64)
    prediction = model(series.times, series.values, noise=noise, solver=FixedStep("tsit5", 3))
    residuals = (series.values - prediction.values) / model.std
    gradient = torch.autograd.grad(prediction.contrast.sum(), model.log_noise)[0].flatten()
    assert torch.allclose(gradient, (1 - residuals.square().mean(dim=(2, 3))).sum(dim=1))


def test_static_latents_stand_still_and_act_on_dynamics_and_values(series):
    model = made(series)
    z = torch.randn(2, 11, 4, dtype=torch.float64)
    states = model._solve(z, model._elapsed(series.times, series.times[:, 0]).expand(2, -1, -1), ONE_STEP).states
    assert torch.equal(states[..., 6:], z[:, :, None, :2].expand(-1, -1, 8, -1))
    other = z + torch.tensor([0.0, 1.0, 0.0, 0.0])
    moved = model._solve(other, model._elapsed(series.times, series.times[:, 0]).expand(2, -1, -1), ONE_STEP).states
    assert torch.equal(moved[:, :, 0, :6], states[:, :, 0, :6])
    assert (moved[:, :, 1:, :6] != states[:, :, 1:, :6]).all()


def test_predictions_are_deterministic_fit_the_observations_and_leave_the_random_state(series):
    model, state = made(series), torch.get_rng_state()
    first = model(series.times, series.values, solver=ONE_STEP)
    with torch.no_grad():
        second = model(series.times, series.values, solver=ONE_STEP)
    assert torch.equal(first.values, second.values)
    assert torch.equal(torch.get_rng_state(), state)
    given = model._stack(series.times, series.values, check=True)
    ends = (model._squares(z, given, ONE_STEP) for z in (first.z0, first.encoding.z0))
    assert torch.lt(*ends).all()
    assert torch.equal(model.encode(series.times, series.values).z0, first.encoding.z0)


def test_missing_values_have_no_effect(series):
    model = made(series)
    times, values = (
        torch.nn.functional.pad(part, pad, value=torch.nan)
        for part, pad in ((series.times, (0, 3)), (series.values, (0, 0, 0, 3)))
    )
    padded = TimeSeries(times, values)
    query = series.times[:, -1:] + 1
    assert torch.allclose(
        model(padded.times, padded.values, query).values, model(series.times, series.values, query).values
    )


def test_chains_in_several_parts_are_those_at_once(series, monkeypatch):
    model = made(series)
    whole = model(series.times, series.values, solver=ONE_STEP)
    monkeypatch.setattr("pathlode.models.latent_ebm.ROWS_AT_ONCE_IN_CHAINS", 6)
    torch.testing.assert_close(model(series.times, series.values, solver=ONE_STEP).values, whole.values)


def test_the_encoder_learns_by_the_gradient_of_the_evidence_lower_bound(series):
    """That of the means and standard deviations of z = μ + σ ε, by automatic differentiation."""
    model = made(series)
    noise = torch.randn(2, 11, model.draws(1), dtype=torch.float64)
    prediction = model(series.times, series.values, noise=noise, solver=ONE_STEP)
    learnt = list(model.hidden_to_latent.parameters()) + list(model.hidden_to_log_std.parameters())
    found = torch.autograd.grad(prediction.contrast.sum(), learnt)
    given, told = model._stack(series.times, series.values, check=True), model.encode(series.times, series.values)
    bound = model._log_joint(model.sample(told, noise[..., :4]), given, ONE_STEP) + told.log_std.sum(dim=-1)
    for ours, theirs in zip(found, torch.autograd.grad(-bound.sum(), learnt), strict=True):
        torch.testing.assert_close(ours, theirs)


def test_a_chain_that_diverges_says_so(series):
    model = made(series)
    with torch.no_grad():
        model.field.scale.fill_(math.nan)
    with pytest.raises(
        SolverError, match="chain diverged at step 1 of 3: lower the size of its steps, or the learning"
    ):
        model(series.times, series.values)
    assert model(series.times, series.values, solver=ONE_STEP, check=False).values.isnan().any()


def test_what_it_cannot_do_is_refused(series, data):
    model = made(series)
    with pytest.raises(ConfigError, match="offers 'energy', which Reconstruction would leave untrained: .* ebm"):
        Trainer(LatentEBM(CONFIG), Reconstruction(), data.train.observed, data["validation"].observed, TrainingConfig())
    with pytest.raises(DataError, match="noise has 4 draws per trajectory, expected 44"):
        model(series.times, series.values, noise=torch.zeros(2, 11, 4).double())
    with pytest.raises(
        ConfigError, match=r"this loss compares samples, .* noise=torch.randn\(member, batch, model.draws"
    ):
        EnergyBased()(model, model(series.times, series.values), series.values)
