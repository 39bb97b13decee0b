import dataclasses

import numpy as np
import pytest
import torch

from pathlode.core.kalman import Belief
from pathlode.core.linear_sde import transition
from pathlode.core.series import TimeSeries
from pathlode.errors import ConfigError
from pathlode.models.cru import CRU
from pathlode.models.settings import ModelConfig
from pathlode.registry import LOSSES
from pathlode.training.settings import TrainingConfig
from pathlode.training.trainer import Trainer

CONFIG = ModelConfig(features=2, latent=4, width=9, time_unit=2.0)


@pytest.fixture
def model(series):
    model = CRU(CONFIG, seeds=(0, 1)).double()
    model.standardise(series)
    return model


def constant_drift(model, within_pairs=False):
    """A drift that does not depend on the state; ``within_pairs`` each measured component meets its memory alone."""
    with torch.no_grad():
        model.state_to_mixture.weight.zero_()
        bases = model.bases.view(2, -1, 4, 4)
        if within_pairs:
            bases *= torch.eye(2).repeat(2, 2)
        return (model.state_to_mixture.bias.softmax(dim=-1) @ model.bases)[:, 0].view(2, 4, 4)


def test_pairs_that_do_not_mix_are_filtered_exactly(model, series):
    """By a Kalman filter with whole matrices: such pairs stay independent, and nothing is left out of the covariance."""
    drift = constant_drift(model, within_pairs=True)[1]
    given = model._stack(series.times, series.values, check=True)
    measured, variance = (part[1, 7].detach() for part in model._measurements(given))
    filtered = model._filtered(given)
    mean, cov, h = np.zeros(4), np.eye(4), np.eye(4)[:2]
    for i in range(8):
        if i:
            gap = (series.times[7, i] - series.times[7, i - 1]) / 2
            step = transition(drift, model.log_diffusion[1, 0].exp(), gap)
            matrix, noise = step.matrix.detach().numpy(), step.noise.detach().numpy()
            mean, cov = matrix @ mean, matrix @ cov @ matrix.T + noise
        before = filtered.before
        assert np.allclose(before.mean[1, 7, i].detach(), mean, atol=1e-12)
        assert np.allclose(before.variance[1, 7, i].detach(), np.diag(cov)[:2], atol=1e-12)
        gain = cov @ h.T @ np.linalg.inv(h @ cov @ h.T + np.diag(variance[i]))
        mean, cov = mean + gain @ (measured[i].numpy() - h @ mean), cov - gain @ h @ cov
        assert np.allclose(filtered.after.mean[1, 7, i].detach(), mean, atol=1e-12)


def test_a_prediction_depends_on_the_observations_before_it_alone(model, series):
    """At the first time it depends on the first observation."""
    query = torch.cat([series.times, series.times + 1e-3], dim=1).sort(dim=1).values
    values = model(series.times, series.values, query).values
    for changed in (0, 3):
        other = series.values.clone()
        other[:, changed] += 1
        moved = (model(series.times, other, query).values - values).abs().amax(dim=(0, 3)) > 1e-9
        late = query > series.times[:, changed : changed + 1]
        late[:, 0] = changed == 0
        assert torch.equal(moved, late)


def test_observation_times_alone_are_predicted_as_among_others(model, series):
    more = torch.cat([series.times, series.times[:, -1:] + 1], dim=1)
    plain, among = model(series.times, series.values), model(series.times, series.values, more)
    assert torch.allclose(plain.values, among.values[:, :, :-1], atol=1e-12)
    for part in ("mean", "std"):
        ours, theirs = getattr(plain.density, part), getattr(among.density, part)
        assert torch.allclose(ours, theirs[:, :, :-1], atol=1e-12)


def test_densities_are_those_of_the_start_at_first_and_then_around_the_values(model, series):
    prediction = model(series.times, series.values)
    mean, std = prediction.density.mean, prediction.density.std
    assert torch.allclose(mean[:, :, 0], mean[:, :1, 0].expand(2, 11, 2))
    assert not torch.allclose(prediction.values[:, :, 0], mean[:, :, 0])
    assert torch.equal(prediction.values[:, :, 1:], mean[:, :, 1:])
    assert (std > 0).all()


def test_a_forecast_propagates_the_last_belief(model, series):
    """By a gap from the last observation to each time."""
    drift = constant_drift(model)[:, None, None].expand(2, 11, 2, 4, 4)
    diffusion = model.log_diffusion.exp()[:, :, None].expand(2, 11, 2, 4)
    step = transition(drift, diffusion, torch.tensor([0.5, 15.0]).double().expand(2, 11, 2))
    filtered = model._filtered(model._stack(series.times, series.values, check=True))
    expected, _ = model._decode(Belief.of(filtered.after.numbers[:, :, -1:]).moved(step))
    query = series.times[:, -1:] + torch.tensor([1.0, 30.0]).double()
    assert torch.allclose(model(series.times, series.values, query).values, expected)


def test_a_time_without_observations_is_skipped():
    """Also for a drift that depends on the state, which changes at observations only."""
    times = torch.tensor([[0.0, 1.0, 2.5]]).double()
    values = torch.tensor([[[1.0, 2.0], [torch.nan] * 2, [0.5, -1.0]]]).double()
    model = CRU(dataclasses.replace(CONFIG, gaps=True)).double()
    query = torch.tensor([[0.5, 1.5, 2.5, 4.0]]).double()
    found = model(times, values, query).values
    assert torch.allclose(found, model(times[:, [0, 2]], values[:, [0, 2]], query).values, atol=1e-12)


def test_long_gaps_and_growing_drifts_leave_training_finite(series):
    far = TimeSeries(series.times.float() * 1e4, series.values.float())
    model = CRU(CONFIG)
    model.standardise(far)
    with torch.no_grad():
        model.bases += 0.5 * torch.eye(4).flatten()
    loss = LOSSES["none"]()(model, model(far.times, far.values), far.values)
    loss.backward()
    assert loss.isfinite().all()
    assert all(p.grad.isfinite().all() for p in model.parameters())


@pytest.mark.parametrize("latent", [2, 5])
def test_a_state_that_cannot_be_halved_is_refused(latent):
    with pytest.raises(ConfigError, match=f"model.latent is {latent}, expected an even number of at least 4"):
        CRU(dataclasses.replace(CONFIG, latent=latent))


def test_losses_of_what_it_lacks_are_refused(series):
    for loss, lacking in (("path", "path"), ("kl", "posterior"), ("steer", "field")):
        with pytest.raises(ConfigError, match=f"needs a model with '{lacking}', which CRU does not offer"):
            Trainer(CRU(CONFIG), LOSSES[loss](), series, series, TrainingConfig())
