import math

import pytest
import torch

from pathlode.core.solve import FixedStep
from pathlode.errors import ConfigError, DataError
from pathlode.models.latent_sde import LatentSDE
from pathlode.models.observed_ode import ObservedODE
from pathlode.models.prediction import Density
from pathlode.models.settings import ModelConfig
from pathlode.registry import LOSSES
from pathlode.training.losses.contract import (
    negative_log_density,
    reconstruction,
)
from pathlode.training.losses.kullback_leibler import kl_to_standard_normal


def test_kl_in_closed_form():
    mean, log_std = torch.randn(3, 5, 4), torch.randn(3, 5, 4) * 0.3
    ours = kl_to_standard_normal(mean, log_std)
    normal = torch.distributions.Normal
    theirs = torch.distributions.kl_divergence(normal(mean, log_std.exp()), normal(0.0, 1.0)).sum(dim=-1)
    assert torch.allclose(ours, theirs, atol=1e-5)


@pytest.mark.parametrize("name", list(LOSSES))
def test_missing_targets_in_a_loop_of_ones_own_leave_loss_and_weights_finite(make_model, series, name):
    model = make_model(name)
    prediction, values = predict(model, series)
    values = values.clone()
    values[2, 3, 1] = values[4, 5:] = torch.nan
    loss = LOSSES[name](0.1)(model, prediction, values)
    loss.sum().backward()
    assert loss.isfinite().all()
    assert all(p.grad.isfinite().all() for p in model.parameters() if p.grad is not None)


@pytest.mark.parametrize("name", list(LOSSES))
def test_a_batch_of_one_is_no_nan(make_model, series, name):
    model = make_model(name)
    (prediction, values), loss = predict(model, series[:1]), LOSSES[name](0.1)
    if name in ("path", "path+kl", "displacement"):
        with pytest.raises(DataError, match="train on batches of at least 2"):
            loss(model, prediction, values)
    else:
        assert loss(model, prediction, values).isfinite().all()


def predict(model, series):
    times, values, noise = series.times.float(), series.values.float(), None
    if "energy" in model.offers:  # without draws there is nothing to compare
        shape = len(model.seeds), len(series), model.draws(4)
        noise = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    return model(times, values, noise=noise, solver=FixedStep("rk4", 4)), values


def test_path_penalty_does_not_change_with_the_scale_of_the_latent_space(make_model, series):
    model = make_model()
    loss = LOSSES["path"]()
    before = loss.penalty(model, predict(model, series)[0])
    with torch.no_grad():
        model.hidden_to_latent.weight *= 7
        model.hidden_to_latent.bias *= 7
        model.latent_to_hidden.layers[0].weight /= 7
    after = loss.penalty(model, predict(model, series)[0])
    assert torch.allclose(before, after, rtol=1e-3)


def test_displacement_is_blind_to_a_closed_path_and_the_length_is_not(make_model, series):
    model = make_model()
    prediction, _ = predict(model, series)
    there = torch.randn(3, 11, 10, 4).cumsum(dim=2)
    closed = torch.cat([there, there.flip(2)], dim=2)
    looped = type(prediction)(**(vars(prediction) | {"path": closed}))
    opened = type(prediction)(**(vars(prediction) | {"path": there}))
    displacement, length = LOSSES["displacement"](), LOSSES["path"]()
    assert (displacement.penalty(model, looped) < 1e-2 * displacement.penalty(model, opened)).all()
    assert (length.penalty(model, looped) > length.penalty(model, opened)).all()


def test_displacement_follows_its_formula(make_model, series):
    model = make_model(seeds=(0,))
    prediction, _ = predict(model, series)
    scale = model.hidden_to_latent(model.latent_to_hidden(prediction.z0.std(dim=1, keepdim=True)))[0, 0]
    total = 0.0
    for path in prediction.path[0]:
        increments = path.diff(dim=0)
        products = increments @ torch.diag(1 / scale) @ increments.T
        total += products.sum(dim=1).abs().sqrt().sum()
    expected = total / len(prediction.path[0]) / scale.norm()
    assert LOSSES["displacement"]().penalty(model, prediction).item() == pytest.approx(expected.item(), rel=1e-4)


def test_variational_losses_need_a_variational_model(make_model, series):
    model = make_model("path")
    prediction, values = predict(model, series)
    with pytest.raises(ConfigError, match="variational=True"):
        LOSSES["kl"]()(model, prediction, values)


def test_path_and_kl_adds_both(make_model, series):
    model = make_model("kl")
    prediction, _ = predict(model, series)
    both = LOSSES["path+kl"]().penalty(model, prediction)
    parts = LOSSES["path"]().penalty(model, prediction) + LOSSES["kl"]().penalty(model, prediction)
    assert torch.allclose(both, parts)


def test_the_published_annealing_waits_and_then_approaches_one():
    """Ten epochs of 300 without penalty; after 69 more, half the weight is still to come: 0.99^69 = 0.4998."""
    annealing = LOSSES["kl_annealed"]().annealing
    assert [annealing(epoch / 300) for epoch in (0, 5, 10)] == [0.0, 0.0, 0.0]
    assert annealing(79 / 300) == pytest.approx(1 - 0.49984, abs=1e-5)
    assert annealing(1.0) == pytest.approx(1 - 0.99**290)
    assert LOSSES["kl"]().annealing(0.0) == 1.0


def test_the_divergence_of_paths_is_weighted_in_full_after_a_fifth_of_the_training(make_model, series):
    model = make_model("path_kl")
    prediction, values = predict(model, series)
    loss = LOSSES["path_kl"](0.5)
    assert [loss.annealing(progress) for progress in (0.0, 0.05, 0.2, 1.0)] == [0.0, 0.25, 1.0, 1.0]
    assert torch.allclose(loss.penalty(model, prediction), prediction.path_kl.mean(dim=1))
    light, heavy = (loss(model, prediction, values, progress) for progress in (0.0, 0.1))
    assert torch.allclose(heavy - light, 0.25 * prediction.path_kl.mean(dim=1), rtol=1e-4)
    fixed = LatentSDE(ModelConfig(features=2))
    with pytest.raises(ConfigError, match="variational=True"):
        loss(fixed, predict(fixed, series)[0], values)


def test_the_published_loss_up_to_its_factor(make_model, series):
    """The mean of squared errors over 2 σ², plus the annealed mean of the divergence, times T D σ²."""
    model = make_model("kl_annealed")
    prediction, values = predict(model, series)
    mean, log_std = prediction.encoding.z0, prediction.encoding.log_std
    likelihood = ((prediction.values - values) ** 2).mean(dim=(1, 2, 3)) / (2 * 0.01**2)
    divergence = kl_to_standard_normal(mean, log_std).mean(dim=1) / 4
    published = likelihood + (1 - 0.99**140) * divergence
    assert torch.allclose(
        LOSSES["kl_annealed"]()(model, prediction, values, 0.5), 8 * 2 * 0.01**2 * published, rtol=1e-5
    )


@pytest.mark.parametrize("name", list(LOSSES))
def test_weight_scales_the_penalty_alone(make_model, series, name):
    model = make_model(name)
    prediction, values = predict(model, series)
    light, heavy = (LOSSES[name](weight)(model, prediction, values) for weight in (0.0, 1.0))
    assert torch.allclose(light, reconstruction(prediction.values, values))
    factor = LOSSES[name]().annealing(1.0)
    assert torch.allclose(heavy - light, factor * LOSSES[name]().penalty(model, prediction), atol=1e-4)
    if LOSSES[name].penalised:
        assert (heavy > light).all() != LOSSES[name].random_times


def test_a_negative_weight_is_refused():
    with pytest.raises(ConfigError, match="the weight of PathLength is -1.0, expected at least 0$"):
        LOSSES["path"](-1.0)


def test_reconstruction_is_in_the_models_units(make_model, series):
    model = make_model("none")
    prediction, values = predict(model, series)
    model.std.fill_(2.0)
    assert torch.allclose(
        LOSSES["none"]()(model, prediction, values), reconstruction(prediction.values, values) / 4, rtol=1e-5
    )


def test_kinetic_energy_of_a_known_motion(make_model, series):
    """A field that is s everywhere (its network saturated) moves at speed s in each of the state's 6 dimensions."""
    model = make_model("kinetic")
    with torch.no_grad():
        model.field.scale.fill_(0.5)
        for layer in model.field.mlp.layers:
            layer.weight.zero_()
            layer.bias.fill_(50.0)
    prediction, _ = predict(model, series)
    duration = (series.times[:, -1] - series.times[:, 0]).mean().item()
    assert LOSSES["kinetic"]().penalty(model, prediction).tolist() == pytest.approx([6 * 0.25 * duration] * 3, rel=1e-4)


def test_random_read_out_times_keep_order_and_start_and_fill_their_room():
    times = torch.tensor([[[0.0, 1.0, 3.0, 4.0]]]).expand(1, 20_000, 4)
    query = LOSSES["steer"](1.0).random_query(times, torch.rand(times.shape))
    assert (query[..., 0] == 0).all()
    assert (query.diff(dim=-1) > 0).all()
    low, high = query[0].min(dim=0).values, query[0].max(dim=0).values
    assert low.tolist() == pytest.approx([0.0, 0.5, 2.5, 3.5], abs=1e-3)
    assert high.tolist() == pytest.approx([0.0, 1.5, 3.5, 4.5], abs=1e-3)
    assert torch.equal(LOSSES["steer"](0.0).random_query(times, torch.rand(times.shape)), times)


def test_random_gaps_make_the_times_a_random_walk():
    """Gaps of 1, 2, 1: E t' = t, and Var t' = b² (1, 5, 6) / 3, unlike that of times which move each by itself."""
    times = torch.tensor([[[2.0, 3.0, 5.0, 6.0]]]).expand(1, 100_000, 4)
    walk = LOSSES["steer_walk"](0.6).random_query(times, torch.rand(times.shape))[0].double()
    assert walk.mean(dim=0).tolist() == pytest.approx([2.0, 3.0, 5.0, 6.0], abs=0.01)
    assert walk.var(dim=0).tolist() == pytest.approx([0.0, 0.12, 0.6, 0.72], rel=0.02, abs=1e-12)
    assert torch.cov(walk.T)[1:, 1].tolist() == pytest.approx(
        [0.12] * 3, rel=0.03
    )  # later times keep an earlier one's shift


@pytest.mark.parametrize("weight", [0.0, 0.5, 1.0, torch.tensor([0.0, 0.5, 1.0])])
def test_random_gaps_keep_the_start_and_the_order(weight):
    times = torch.tensor([[[0.0, 1.0, 3.0, 4.0]]]).expand(3, 20_000, 4)
    query = LOSSES["steer_walk"](weight).random_query(times, torch.rand(times.shape))
    assert (query[..., 0] == 0).all()
    gaps, half = query.diff(dim=-1), torch.as_tensor(weight).expand(3)
    assert (gaps > 0).all()
    for member in range(3):
        low, high = gaps[member].min(dim=0).values, gaps[member].max(dim=0).values
        expected = torch.tensor([1.0, 2.0, 1.0])
        assert low.tolist() == pytest.approx((expected * (1 - half[member])).tolist(), abs=2e-3)
        assert high.tolist() == pytest.approx((expected * (1 + half[member])).tolist(), abs=2e-3)


@pytest.mark.parametrize("name", ["steer", "steer_walk"])
@pytest.mark.parametrize("weight", [1.5, torch.tensor([0.5, 1.5, 0.5])])
def test_a_weight_that_would_swap_times_is_refused(name, weight):
    loss = LOSSES[name]
    assert loss(loss.largest_weight).weight == 1.0
    with pytest.raises(ConfigError, match=f"the weight of {loss.__name__} is .*, expected at least 0 and at most 1$"):
        loss(weight)


def test_a_penalty_takes_any_weight():
    assert LOSSES["path"].largest_weight == float("inf")
    assert LOSSES["path"](1e9).weight == 1e9


def test_random_times_leave_padding_alone():
    """The last time of a short series moves as that of a series without padding."""
    times = torch.tensor([[[0.0, 1.0, 3.0, torch.nan]]]).expand(1, 1000, 4)
    uniform = torch.rand(times.shape)
    for name in ("steer", "steer_walk"):
        query = LOSSES[name](0.9).random_query(times, uniform)
        alone = LOSSES[name](0.9).random_query(times[..., :3], uniform[..., :3])
        assert torch.equal(query[..., :3], alone)
        assert query[..., 3].isnan().all()


def test_a_density_takes_the_place_of_the_reconstruction(make_model, series):
    model = make_model("path")
    prediction, values = predict(model, series)
    density = Density(prediction.values + 1, torch.full_like(prediction.values, 0.3))
    with_density = type(prediction)(**(vars(prediction) | {"density": density}))
    loss, penalty = LOSSES["path"](0.5), LOSSES["path"]().penalty(model, prediction)
    expected = negative_log_density(density, values, model.std) + 0.5 * penalty
    for noise in (None, model.std):
        assert torch.allclose(loss(model, with_density, values, noise=noise), expected)


@pytest.mark.parametrize("name", list(LOSSES))
def test_with_equal_noises_the_likelihood_has_the_gradient_of_the_squared_error(make_model, series, name):
    """So the weight of every penalty means the same."""
    model = make_model(name)
    gradients = []
    for noise in (None, 0.3 * model.std):
        prediction, values = predict(model, series)
        model.zero_grad()
        LOSSES[name](0.1)(model, prediction, values, noise=noise).sum().backward()
        gradients.append([torch.zeros_like(p) if p.grad is None else p.grad.clone() for p in model.parameters()])
    for plain, likelihood in zip(*gradients, strict=True):
        assert torch.allclose(plain, likelihood, rtol=1e-3, atol=1e-5)


def observed_model(field):
    """Two quantities and one hidden unit: 1 and -3 are the weights to it, 2 and 0.5 those from it."""
    model = ObservedODE(ModelConfig(features=2, width=1, depth=1, field=field))
    first, last = model.field.mlp.layers
    first.weight.data, last.weight.data = torch.tensor([[[1.0], [-3.0]]]), torch.tensor([[[2.0, 0.5]]])
    return model


def penalty_of(name, model, series):
    return LOSSES[name]().penalty(model, predict(model, series)[0]).item()


def test_c_node_is_the_mean_over_the_products_of_absolute_weights_by_hand(series):
    assert penalty_of("c_node", observed_model("bounded"), series) == pytest.approx((2 + 0.5 + 6 + 1.5) / 4)


def test_the_group_lasso_by_hand(series):
    """One network has a group for each input, of 1 and 3; networks of their own have one for each input and component."""
    assert penalty_of("group_lasso", observed_model("bounded"), series) == pytest.approx(1 + 3)
    model = ObservedODE(ModelConfig(features=2, width=2, depth=1, field="componentwise"))
    model.field.networks[0].weight.data = torch.tensor([[[3.0, 4.0], [0.0, 0.0], [0.0, -1.0], [5.0, 12.0]]])
    assert penalty_of("group_lasso", model, series) == pytest.approx(5 + 0 + 1 + 13)


def test_path_reg_adds_the_expected_number_of_open_paths_by_hand(series):
    """With ln α at 2/3 ln(0.1 / 1.1) a gate is open with probability 1/2, and a path of two gates with 1/4."""
    model = observed_model("gated")
    for log_alpha in model.field.log_alphas:
        log_alpha.data.fill_(2 / 3 * math.log(0.1 / 1.1))
    assert penalty_of("path_reg", model, series) == pytest.approx(2.5 + 0.1 / 4)


def test_a_penalty_of_weights_or_gates_is_refused_by_a_field_without_them(series):
    model = ObservedODE(ModelConfig(features=2, field="second_order"))
    with pytest.raises(
        ConfigError, match="SecondOrderField is no network of layers .* fields bounded, linear, gated, com"
    ):
        penalty_of("c_node", model, series)
    with pytest.raises(ConfigError, match="PathReg needs a field with gates, which BoundedField does not have: choose"):
        penalty_of("path_reg", observed_model("bounded"), series)
