import dataclasses
import math

import torch

from pathlode.core.solve import FixedStep
from pathlode.core.solvers.torchsde_backend import integrate_with_torchsde
from pathlode.models.langevin_sde import LangevinSDE
from pathlode.models.latent_ode import LatentODE
from pathlode.models.settings import ModelConfig

CONFIG = ModelConfig(features=2, hidden=6, latent=4, width=9, variational=False)
TEMPERATURE = 0.3


def made(series, **changes):
    model = LangevinSDE(dataclasses.replace(CONFIG, **changes), (0, 1)).double()
    model.standardise(series)
    return model


@torch.no_grad()
def in_a_quadratic_well(model, spring, friction):
    """U(q) = ½ spring² ‖q‖²."""
    model.prior.coupling.copy_(torch.tensor([0.0, spring, 0.0]))
    model.prior.heights.zero_()
    model.prior.raw_friction.fill_(math.log(math.expm1(friction)))
    model.log_temperature.fill_(math.log(TEMPERATURE))
    return model


@torch.no_grad()
def without_force(model):
    model.posterior.scale.zero_()
    return model


def test_energy_is_shared_equally_in_a_quadratic_potential(series):
    """From rest the variance of a momentum becomes T, and that of a position T / spring². Both are the sums, over all steps,
    of squared responses to the noise of that step alone."""
    model, steps, spring = in_a_quadratic_well(made(series), 1.5, 0.8), 200, 1.5
    draws = torch.eye(steps, dtype=torch.float64)[:, None, :, None].expand(steps, 2, steps, 6)
    still, step = torch.zeros(2, steps, 6, dtype=torch.float64), torch.full((2, steps, 1), 0.08, dtype=torch.float64)
    with torch.no_grad():
        end = integrate_with_torchsde(
            lambda _, h: model.prior(h), model.diffusion, still, step, draws, method=model.method
        )[-1]
    position, momentum = end.square().sum(dim=1).chunk(2, dim=-1)
    torch.testing.assert_close(momentum, torch.full_like(momentum, TEMPERATURE), rtol=0.01, atol=0)
    torch.testing.assert_close(position, torch.full_like(position, TEMPERATURE / spring**2), rtol=0.01, atol=0)


def test_noise_moves_the_momenta_alone(series):
    """By √(2 γ T) per root of time."""
    noise = in_a_quadratic_well(made(series), 1.0, 0.8).diffusion()
    assert not noise[..., :3].any()
    torch.testing.assert_close(noise[..., 3:], torch.full_like(noise[..., 3:], math.sqrt(1.6 * TEMPERATURE)))


def test_without_noise_and_force_it_is_the_latent_ode_with_this_field(series):
    model = without_force(made(series))
    with torch.no_grad():
        model.log_temperature.fill_(-60.0)
    ode = LatentODE(dataclasses.replace(model.config, field="langevin"), model.seeds).double()
    weights = {name.replace("prior.", "field."): weight for name, weight in model.state_dict().items()}
    ode.take({name: weights[name] for name in ode.state_dict()})
    query = torch.cat([series.times[:, :1] - 1, series.times, series.times[:, -1:] + 3], dim=1)
    found, expected = (
        each(series.times, series.values, query, solver=FixedStep("tsit5", 60), backward=True) for each in (model, ode)
    )
    torch.testing.assert_close(found.values, expected.values, rtol=0, atol=1e-2)
    torch.testing.assert_close(found.path_kl, torch.zeros_like(found.path_kl))
    assert expected.values.std(dim=2).min() > 0.01


def test_a_constant_force_costs_its_square_over_the_window(series):
    """‖s tanh(b)‖² L / (4 γ T) over a window of L."""
    model = in_a_quadratic_well(made(series, time_unit=2.0), 1.0, 0.8)
    with torch.no_grad():
        model.posterior.mlp.layers[-1].weight.zero_()
    force = model.posterior.scale * model.posterior.mlp.layers[-1].bias.tanh()
    window = (series.times[:, -1] - series.times[:, 0]) / 2
    expected = (force.square().sum(dim=(1, 2)) / (4 * 0.8 * TEMPERATURE))[:, None] * window
    torch.testing.assert_close(model(series.times, series.values).path_kl, expected)


def test_undone_steps_give_about_the_gradients_of_heun(series):
    """Every parameter has one, the temperature and the friction among them."""
    model, found = made(series, variational=True), []
    noise = 0.1 * torch.randn(2, 3, model.draws(50), dtype=torch.float64)
    for method in ("tsit5", "reversible_heun"):
        prediction = model(series.times[:3], series.values[:3], noise=noise, solver=FixedStep(method, 50))
        loss = prediction.values.square().mean() + 1e-3 * prediction.path_kl.mean()
        found.append(torch.autograd.grad(loss, list(model.parameters())))
    for ours, theirs in zip(*found, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=0.1, atol=0.01 * float(theirs.abs().max()) + 1e-6)
        assert theirs.any()
