"""What models read besides observations: every registered model, encoder and field with static covariates."""

import dataclasses
import math

import pytest
import torch
from combinations import CASES, SEEDS, name_of

from pathlode.core.context import Context
from pathlode.core.series import TimeSeries
from pathlode.core.solve import FixedStep
from pathlode.errors import ConfigError, DataError
from pathlode.forecasting.forecaster import Forecaster
from pathlode.models.latent_ode import LatentODE
from pathlode.models.latents import encode
from pathlode.models.saving import load_model, save_model
from pathlode.models.settings import ModelConfig
from pathlode.parts import taken
from pathlode.registry import FIELDS, LOSSES
from pathlode.training.losses.path_length import PathLength
from pathlode.training.losses.reconstruction import Reconstruction
from pathlode.training.settings import TrainingConfig
from pathlode.training.trainer import Trainer
from pathlode.training.views import Views

RK4 = FixedStep("rk4", 4)


@pytest.fixture
def known(series):
    """The series with two covariates, whose units differ."""
    generator = torch.Generator().manual_seed(1)
    static = torch.randn(len(series), 2, dtype=torch.float64, generator=generator) * torch.tensor([1.0, 1e-3]) + 5.0
    return dataclasses.replace(series, static=static)


def of(model, series, **more):
    return model(series.times, series.values, context=series.context, solver=RK4, **more)


def reads_covariates(case):
    if "static" not in taken(case.kind):
        return False
    return case.kind != "observed_ode" or FIELDS[case.changes.get("field", "bounded")].takes_context


@pytest.mark.parametrize("case", [case for case in CASES if reads_covariates(case)], ids=name_of)
def test_every_model_reads_static_covariates(case, known, tmp_path):
    model, alone = (case.model(seeds, static=2).double() for seeds in (SEEDS, (2,)))
    for stack in (model, alone):
        stack.standardise(known)
    values = of(model, known).values
    assert torch.allclose(values[2], of(alone, known).values[0], atol=1e-10)  # a stack equals its members alone
    assert torch.allclose(values[1], of(model.member(1), known).values[0], atol=1e-10)
    save_model(tmp_path / "model.pt", model)
    assert torch.equal(of(load_model(tmp_path / "model.pt")[0], known).values, values)
    if case.loss is None:
        return
    other = dataclasses.replace(known, static=known.static.flip(0))
    if "latent" in model.offers:
        encoded = encode(model, known)
        assert torch.equal(encoded, model.encode(known.times, known.values, context=known.context).z0)
        assert ((encode(model, other) - encoded).abs().amax(dim=-1) > 1e-6)[:, :5].all()  # the middle one stays
    else:
        assert ((of(model, other).values - values).abs().amax(dim=(2, 3)) > 1e-6)[:, :5].all()
    prediction = model(known.times, known.values, context=known.context, noise=noise_of(model, known), solver=RK4)
    LOSSES[case.loss]()(model, prediction, known.values)[1].backward()
    for name, p in model.named_parameters():
        assert p.grad is not None, name
        assert p.grad[1].any(), name
        assert not p.grad[[0, 2]].any(), name


def noise_of(model, series):
    draws = model.draws(RK4.steps)
    return torch.randn(len(model.seeds), len(series), draws).double() if draws else None


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.loss in ("none", "kinetic") and reads_covariates(case)], ids=name_of
)
def test_padding_is_without_effect_beside_covariates(case, known):
    model = case.model(static=2).double()
    ragged = TimeSeries.of(
        [(t[:n], v[:n], s) for t, v, s, n in zip(known.times, known.values, known.static, [2, 5, 8] * 4, strict=False)]
    )
    model.standardise(ragged)
    query = known.times[:, -1:] + 1
    values = model(ragged.times, ragged.values, query, context=ragged.context, solver=RK4).values
    for place in (0, 1, 3):
        one = ragged[[place]].trimmed()
        if "latent" in model.offers:
            assert torch.allclose(encode(model, one)[:, 0], encode(model, ragged)[:, place], atol=1e-10)
        alone = model(one.times, one.values, query[[place]], context=one.context, solver=RK4).values
        assert torch.allclose(alone[:, 0], values[:, place], atol=1e-10)


def test_covariates_are_standardised_in_double_precision(known):
    """1e8 + c tells as much as c, whatever the type of the model."""
    config = ModelConfig(features=2, hidden=6, latent=4, width=9, static=2, field="controlled")
    plain, shifted = LatentODE(config), LatentODE(config)
    plain.standardise(known.to(torch.float32))
    far = dataclasses.replace(known, static=1e8 + known.static).to(torch.float32)
    shifted.standardise(far)
    assert shifted.static_mean.dtype == torch.float64
    near = of(plain, known.to(torch.float32)).values
    assert near.dtype == torch.float32
    assert torch.allclose(of(shifted, far).values, near, atol=1e-3)


@pytest.mark.parametrize("field", list(FIELDS))
def test_a_field_that_takes_a_context_reads_the_covariates(field, known):
    """From one z0 their paths differ, and the Jacobian and the speed are told the same context."""
    model = LatentODE(ModelConfig(features=2, hidden=6, latent=4, width=9, static=2, field=field), SEEDS).double()
    z0, start, query = torch.randn(3, 11, 4).double(), known.times[:, 0].expand(3, 11), known.times.expand(3, 11, -1)
    one = model.values_from(z0, start, query, RK4, context=known.context)
    other = model.values_from(z0, start, query, RK4, context=Context(known.static + 1))
    assert torch.allclose(one, other) != model.field.takes_context
    prediction = of(model, known)
    step = 1e-5
    nearby = model(known.times, known.values, known.times + step, context=known.context, solver=FixedStep("rk4", 50))
    slope = (nearby.states - of(model, known, estimate_error=False).states)[:, :, 0] / step
    assert torch.allclose(model.velocity(prediction)[:, :, 0], slope, atol=1e-3)
    assert model.jacobian(prediction).shape == (3, 11, 8, 6, 6)


@pytest.mark.parametrize(
    ("static", "message"),
    [
        (None, "the model reads 2 static covariates, but none are given: make the series with"),
        (torch.ones(11, 3), "there are 3 static covariates, but the model reads 2: set static of ModelConfig"),
        (torch.ones(5, 2), r"static covariates of shape \(5, 2\) do not fit 11 trajectories: expected \(11, 2\)"),
        (
            torch.ones(11, 2).index_fill(0, torch.tensor(3), math.nan),
            "static covariate 1 of trajectory 3 is nan, .* impute",
        ),
        ([["a", "b"]] * 11, "static covariates are no numbers"),
    ],
)
def test_covariates_that_do_not_fit_are_refused(series, static, message):
    model = LatentODE(ModelConfig(features=2, static=2))
    with pytest.raises(DataError, match=message):
        model(series.times.float(), series.values.float(), context=Context(static))
    if static is None or (isinstance(static, torch.Tensor) and len(static) == 11):
        with pytest.raises(DataError, match=message):
            model.standardise(dataclasses.replace(series, static=static))


def test_a_model_without_covariates_leaves_them_out(known):
    model = LatentODE(ModelConfig(features=2)).double()
    assert torch.equal(of(model, known).values, model(known.times, known.values, solver=RK4).values)
    with pytest.raises(ConfigError, match="model.static is -1"):
        ModelConfig(features=2, static=-1)


def slopes(n, seed):
    """x(t) = c t: its first two values tell nothing but 0, and c is known."""
    generator = torch.Generator().manual_seed(seed)
    static = 2 * torch.rand(n, 1, generator=generator) - 1
    times = torch.cat([torch.tensor([0.0, 1e-3]), torch.linspace(0.2, 1, 5)]).expand(n, -1)
    values = static * times + 1e-3 * torch.randn(n, 7, generator=generator)
    return TimeSeries(times, values[..., None], static=static)


def test_training_uses_what_the_covariates_tell():
    errors = {}
    for static in (0, 1):
        config = ModelConfig(
            features=1, hidden=4, latent=3, width=8, depth=1, time_unit=0.2, static=static, field="controlled"
        )
        settings = TrainingConfig(steps=60, batch=32, validate_every=60, solver="rk4", solver_steps=3, refine=False)
        trainer = Trainer(
            LatentODE(config), Reconstruction(), slopes(64, 0), slopes(32, 1), settings, views=Views(first=2)
        )
        trainer.run()
        errors[static] = float(trainer.best_mse)
    assert errors[1] < 0.05 < 0.3 < errors[0]


def test_noise_is_learnt_with_the_covariates_told(known):
    config = ModelConfig(features=2, hidden=4, latent=3, width=6, static=2, field="controlled")
    settings = TrainingConfig(steps=4, batch=4, warmup=0.5, solver="rk4", solver_steps=2, likelihood=True, refine=False)
    trainer = Trainer(LatentODE(config, (0, 1)), Reconstruction(), known, known, settings)
    trainer.run()
    assert (trainer.model.noise > 0).all()


def test_forecasts_read_what_is_known():
    series = slopes(24, 0)
    settings = {"weight": 0.1, "members": 2, "steps": 20, "model": {"static": 1, "field": "controlled"}}
    forecaster = Forecaster(**settings).fit(series)
    other = dataclasses.replace(series, static=-series.static)
    one, two = (forecaster.predict(given, [1.0, 1.5]).values for given in (series, other))
    assert one.shape == (24, 2, 1)
    assert not torch.allclose(one, two, atol=1e-3)
    assert not torch.allclose(forecaster.summarise(series), forecaster.summarise(other), atol=1e-3)


def test_a_stack_with_sets_of_its_own_reads_each_set_s_covariates(known):
    sets = TimeSeries(
        known.times.expand(2, -1, -1),
        known.values.expand(2, -1, -1, -1),
        static=torch.stack([known.static, -known.static]),
    )
    settings = TrainingConfig(steps=2, batch=4, warmup=0.5, solver="rk4", solver_steps=2)
    config = ModelConfig(features=2, static=2, field="controlled")
    stack = Trainer(LatentODE(config, (0, 1)), PathLength(), sets, sets, settings)
    stack.run()
    for member, sign in enumerate((1, -1)):
        own = dataclasses.replace(known, static=sign * known.static)
        alone = Trainer(LatentODE(config, (member,)), PathLength(), own, own, settings)
        alone.run()
        for name, p in stack.model.named_parameters():
            assert torch.allclose(p[member], alone.model.get_parameter(name)[0], atol=1e-4), name
