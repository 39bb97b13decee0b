import dataclasses
import math

import pytest
import torch

from pathlode.core.solve import FixedStep
from pathlode.errors import ConfigError, DataError, SolverError
from pathlode.models.latent_ode import LatentODE
from pathlode.models.latent_sde import LatentSDE
from pathlode.models.settings import ModelConfig
from pathlode.training.losses.reconstruction import Reconstruction
from pathlode.training.settings import TrainingConfig
from pathlode.training.trainer import Trainer

CONFIG = ModelConfig(features=2, hidden=6, latent=4, width=9, variational=True)


def made(series, seeds=(0, 1), **changes):
    model = LatentSDE(dataclasses.replace(CONFIG, **changes), seeds).double()
    model.standardise(series)
    return model


@torch.no_grad()
def without_pull(model):
    """Gives the posterior the prior's drift."""
    model.posterior.scale.copy_(model.prior.scale)
    for ours, theirs in zip(model.posterior.mlp.layers, model.prior.mlp.layers, strict=True):
        ours.weight.zero_()
        ours.weight[:, : theirs.weight.shape[1]] = theirs.weight
        ours.bias.copy_(theirs.bias)
    return model


@torch.no_grad()
def with_diffusion(model, log_diffusion):
    model.log_diffusion.fill_(log_diffusion)
    return model


def trained_on(series, model, steps=5):
    noise = torch.randn(len(model.seeds), len(series), model.draws(steps), dtype=torch.float64)
    return model(series.times, series.values, noise=noise, solver=FixedStep("tsit5", steps))


def test_paths_that_follow_the_prior_diverge_in_their_start_alone(series):
    """There the divergence is that of two normal distributions."""
    model = without_pull(made(series))
    with torch.no_grad():
        model.start_mean.uniform_(-1, 1)
        model.start_log_std.uniform_(-1, 1)
    prediction = trained_on(series, model)
    told = prediction.encoding
    ours = torch.distributions.Normal(told.z0, told.log_std.exp())
    theirs = torch.distributions.Normal(model.start_mean, model.start_log_std.exp())
    expected = torch.distributions.kl_divergence(ours, theirs).sum(dim=-1)
    torch.testing.assert_close(prediction.path_kl, expected)
    torch.testing.assert_close(model(series.times, series.values).path_kl, expected)
    assert (trained_on(series, made(series)).path_kl > expected + 1).all()


def test_a_constant_pull_costs_its_square_over_the_window(series):
    """Drifts s tanh(b) against 0: the divergence is L ‖s tanh(b) / g‖² / 2 over a window of L."""
    model = with_diffusion(made(series, variational=False, time_unit=2.0), -1.0)
    with torch.no_grad():
        model.prior.scale.zero_()
        model.posterior.mlp.layers[-1].weight.zero_()
    speed = model.posterior.scale * model.posterior.mlp.layers[-1].bias.tanh()
    window = (series.times[:, -1] - series.times[:, 0]) / 2
    expected = (speed.square().sum(dim=(1, 2)) * math.exp(2) / 2)[:, None] * window
    torch.testing.assert_close(model(series.times, series.values).path_kl, expected)


def test_without_noise_it_is_the_latent_ode_in_the_window_before_it_and_after_it(series):
    model = with_diffusion(without_pull(made(series, variational=False)), -30.0)
    ode = LatentODE(model.config, model.seeds).double()
    weights = {name.replace("prior.", "field."): weight for name, weight in model.state_dict().items()}
    ode.take({name: weights[name] for name in ode.state_dict()})
    query = torch.cat([series.times[:, :1] - 1, series.times, series.times[:, -1:] + 3], dim=1)
    found = model(series.times, series.values, query, solver=FixedStep("tsit5", 60), backward=True)
    expected = ode(series.times, series.values, query, solver=FixedStep("tsit5", 60), backward=True)
    torch.testing.assert_close(found.values, expected.values, rtol=0, atol=1e-3)
    torch.testing.assert_close(found.values[:, :, 0], expected.values[:, :, 0], rtol=0, atol=1e-9)
    assert found.spread.max() < 1e-6
    assert expected.values.std(dim=2).min() > 0.01


def test_without_drift_the_mean_stands_still_and_the_spread_grows_with_the_root_of_time(series):
    model = with_diffusion(without_pull(made(series, variational=False)), -1.0)
    with torch.no_grad():
        model.prior.scale.zero_()
        model.posterior.scale.zero_()
    prediction = model(series.times, series.values, series.times + 2)
    still = model.hidden_to_data.in_units(
        model.latent_to_hidden(prediction.z0)[:, :, None], model.mean, model.std
    ).expand(prediction.values.shape)
    torch.testing.assert_close(prediction.values, still)
    elapsed = series.times + 2 - series.times[:, :1]
    to_feature = model.std * model.hidden_to_data.weight.norm(dim=1)[:, None, None]
    relative = prediction.spread / (math.exp(-1) * elapsed.sqrt()[..., None] * to_feature)
    assert 0.4 < relative.min() < relative.max() < 2


def test_after_one_observation_the_prior_says_all(series):
    model, one = made(series), series.times[:, :1]
    prediction = model(one, series.values[:, :1], one + torch.linspace(0, 2, 5, dtype=torch.float64))
    start = model._divergence_at_start(prediction.encoding)
    torch.testing.assert_close(prediction.path_kl, start)
    prediction.values.square().sum().backward()
    assert all(p.grad is None or not p.grad.any() for p in model.posterior.parameters())
    assert model.prior.scale.grad.all()


def test_predictions_are_deterministic_and_leave_the_random_state(series):
    model, state = made(series), torch.get_rng_state()
    first, second = (model(series.times, series.values, series.times + 1) for _ in range(2))
    assert torch.equal(first.values, second.values)
    assert torch.equal(torch.get_rng_state(), state)
    assert first.spread.min() > 0
    one = model(series.times[3:4], series.values[3:4], series.times[3:4] + 1)
    torch.testing.assert_close(one.values[:, 0], first.values[:, 3])


@pytest.mark.parametrize("rows", [1, 22 * 3])
def test_paths_in_several_parts_are_those_at_once(series, rows, monkeypatch):
    model = made(series)
    whole = model(series.times, series.values)
    monkeypatch.setattr("pathlode.models.latent_sde.ROWS_AT_ONCE", rows)
    with torch.no_grad():
        parts = model(series.times, series.values)
    for name in ("values", "spread", "path_kl"):
        torch.testing.assert_close(getattr(parts, name), getattr(whole, name))


def test_gradients_from_undone_steps_are_those_of_back_propagation(series):
    model, found = made(series), []
    noise = torch.randn(2, 11, model.draws(5), dtype=torch.float64)
    query = torch.cat([series.times, series.times[:, -1:] + 1], dim=1)
    for method in ("tsit5", "reversible_heun"):
        prediction = model(series.times, series.values, query, noise=noise, solver=FixedStep(method, 5))
        loss = prediction.values.square().sum() + prediction.path_kl.sum()
        found.append(torch.autograd.grad(loss, list(model.parameters())))
    for ours, theirs in zip(*found, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize(("part", "where"), [("posterior", "in"), ("diffusion", "in"), ("prior", "after")])
def test_a_path_that_diverges_names_the_step_and_the_remedy(series, part, where):
    model = made(series)
    with torch.no_grad():
        if part == "diffusion":
            model.log_diffusion.fill_(1e4)
        else:
            getattr(model, part).scale.fill_(math.nan)
    message = f"diverged at step 1 of [0-9]+ {where} the observed window: lower the learning rate"
    with pytest.raises(SolverError, match=message):
        model(series.times, series.values, series.times + 2)
    assert model(series.times, series.values, series.times + 2, check=False).values.isnan().any()


def test_what_it_cannot_do_is_refused(series, data):
    model = made(series)
    with pytest.raises(ConfigError, match="offers 'path_kl', which Reconstruction would leave untrained: .* path_kl"):
        Trainer(LatentSDE(CONFIG), Reconstruction(), data.train.observed, data["validation"].observed, TrainingConfig())
    with pytest.raises(DataError, match="noise has 4 draws per trajectory, expected 64"):
        model(series.times, series.values, noise=torch.zeros(2, 11, 4).double(), solver=FixedStep("rk4", 5))
