"""What every registered model, field, decoder, encoder and loss must meet, alone and with each other."""

import pytest
import torch
from combinations import CASES, kinked, predict, readable

from pathlode.core.series import TimeSeries
from pathlode.core.solve import FixedStep
from pathlode.errors import ConfigError, DataError
from pathlode.models.latents import encode
from pathlode.parts import DEFAULT_PARTS, OFFERS, PARTS, without_unused
from pathlode.registry import LOSSES, MODELS
from pathlode.training.settings import TrainingConfig
from pathlode.training.trainer import Trainer


def test_shapes_and_what_is_offered(case, series):
    model = case.model()
    prediction = predict(model, series, series.times[:, :5] + 20, estimate_error=True)
    assert prediction.values.shape == (3, 11, 5, 2)
    offers = MODELS.words(case.kind)
    shapes = {
        "z0": ("latent", (3, 11, 4)),
        "path": ("path", (3, 11, 5, 4)),
        "states": ("field", (3, 11, 5, 2 if "observed" in offers else 6)),
        "times": ("field", (3, 11, 5)),
        "start": ("field", (3, 11)),
        "evaluations": ("field", (3, 11)),
        "path_kl": ("path_kl", (3, 11)),
        "contrast": ("energy", (3, 11)),
    }
    if prediction.density is not None:
        assert prediction.density.mean.shape == prediction.density.std.shape == (3, 11, 5, 2)
        assert (prediction.density.std > 0).all()
    assert (prediction.density is not None) == ("density" in offers)
    for part, (offer, shape) in shapes.items():
        found = getattr(prediction, part)
        assert (None if found is None else found.shape) == (shape if offer in offers else None), part
    assert (prediction.encoding is not None) == ("latent" in offers)
    if {"field", "energy"} & offers:  # integrated by the solver
        assert prediction.values_error.shape == (3, 11, 5, 2)
    else:
        assert prediction.values_error is None
    asked = {
        "latent": lambda: encode(model, series),
        "path": lambda: model.latent_at_start(torch.randn(3, 11, 4)),
        "field": lambda: model.velocity(prediction),
        "jacobian": lambda: model.jacobian(prediction),
    }
    for offer, ask in asked.items():
        if offer in offers:
            assert ask().shape[:2] == (3, 11)
        else:
            with pytest.raises(ConfigError, match=f"does not offer '{offer}'"):
                ask()


def test_values_from_a_prediction_s_latent_vectors_are_its_values(case, series):
    model = case.model()
    start, query = series.times[:, 0].float().expand(3, 11), series.times.float().expand(3, 11, -1) + 1
    prediction = predict(model, series, query)
    if prediction.z0 is None:
        with pytest.raises(ConfigError, match="does not offer 'latent'"):
            model.values_from(torch.randn(3, 11, 4), start, query)
    else:
        values = model.values_from(prediction.z0, start, query, FixedStep("rk4", 4))
        if prediction.path_kl is None:  # with a posterior over paths, observations say more than z0
            assert torch.allclose(values, prediction.values, atol=1e-6)
        assert not torch.allclose(model.values_from(prediction.z0 + 1, start, query), values, atol=1e-3)


def test_a_loss_is_one_number_a_member_and_every_parameter_receives_gradient(trained, series):
    model = trained.model()
    losses = LOSSES[trained.loss]()(model, predict(model, series), series.values.float())
    assert losses.shape == (3,)
    losses.sum().backward()
    assert [name for name, p in model.named_parameters() if p.grad is None or not p.grad.any()] == []


def test_members_do_not_touch_each_other(trained, series):
    model = trained.model()
    LOSSES[trained.loss]()(model, predict(model, series), series.values.float())[1].backward()
    for name, p in model.named_parameters():
        assert p.grad[[0, 2]].abs().max() == 0, name


def test_a_stack_equals_its_members_alone(case, series):
    model, alone = case.model(), case.model(seeds=(2,))
    for stack in (model, alone):
        stack.standardise(series.to(torch.float32))
    times, values, query = series.times.float(), series.values.float(), series.times.float() + 1
    solver = FixedStep("rk4", 8) if kinked(case) else None
    together = model(times, values, query, solver=solver).values
    rounding = 2e-5 * float(together.detach().abs().max())  # single precision over all steps of a solver
    assert (together[2] - alone(times, values, query, solver=solver).values[0]).abs().max() <= rounding
    assert (together[1] - model.member(1)(times, values, query, solver=solver).values[0]).abs().max() <= rounding
    assert model.member(1).seeds == (1,)


@torch.no_grad()
def test_a_prediction_does_not_depend_on_what_else_is_asked(case, series):
    """With the default solver, which holds a tolerance however far the query reaches. It takes long at kinks: there fixed steps,
    which the last time determines, and further times before it."""
    model = case.model().double()
    near = series.times[:, -1:] + torch.linspace(1, 3, 5, dtype=torch.float64)
    if kinked(case):
        more, solver = torch.stack([near - 0.1, near], dim=-1).flatten(1), FixedStep("rk4", 8)
        values = model(series.times, series.values, more, solver=solver).values[:, :, 1::2]
        assert torch.allclose(values, model(series.times, series.values, near, solver=solver).values, atol=1e-12)
        return
    steady = (
        "path_kl" in model.offers or case.changes.get("field") == "galerkin"
    )  # takes steps of the same size all the way
    reach = 20 if steady else 200
    far = torch.cat([near, near[:, -1:] + reach], dim=1)
    values = model(series.times, series.values, far).values[:, :, :5]
    assert torch.allclose(values, model(series.times, series.values, near).values, atol=1e-4)


@pytest.mark.parametrize("solver", [FixedStep("rk4", 4), None], ids=["fixed", "adaptive"])
def test_backward_predicts_before_the_first_time_and_changes_nothing_after_it(case, series, solver):
    model, first = case.model().double(), series.times[:, :1]
    late = torch.cat([first, first + 1.5], dim=1)
    query = torch.cat([first - 2.0, first - 1e-6, late], dim=1)
    both = model(series.times, series.values, query, solver=solver, estimate_error=True, backward=True)
    plain = model(series.times, series.values, late, solver=solver, estimate_error=True)
    for name in ("values", "states", "path", "values_error"):
        mine, theirs = getattr(both, name), getattr(plain, name)
        assert (mine is None) == (theirs is None)
        if mine is not None:
            assert torch.allclose(mine[:, :, 2:], theirs, atol=1e-12), name
    assert torch.allclose(both.values[:, :, 1], both.values[:, :, 2], atol=1e-4)
    if case.kind not in ("constant", "last_value"):
        assert not torch.allclose(both.values[:, :, 0], both.values[:, :, 2], atol=1e-3)


def test_units_and_the_zero_of_time_do_not_matter(case, series):
    """In other units of time and of each feature, and with another zero of both, all predictions follow.

    Parts for positive data know the zero of the features.
    """
    series = readable(case, series)
    plain, other = case.model().double(), case.model(time_unit=1000.0).double()
    offset, unit = torch.tensor([3.0, -50.0]).double(), torch.tensor([10.0, 0.01]).double()
    if {"squareplus", "log"} & set(case.changes.values()):
        offset = torch.zeros(2).double()
    converted = TimeSeries(7 + 1000 * series.times, offset + unit * series.values)
    for model, given in ((plain, series), (other, converted)):
        model.standardise(given) if case.loss else model.fit(given)
    query = torch.cat([series.times, series.times[:, -1:] + 1], dim=1)
    expected = plain(series.times, series.values, query, solver=FixedStep("rk4", 8)).values
    found = other(converted.times, converted.values, 7 + 1000 * query, solver=FixedStep("rk4", 8)).values
    assert torch.allclose((found - offset) / unit, expected, rtol=1e-6, atol=1e-5)


def test_bad_data_is_refused_even_if_only_a_query_is_asked(plain, series):
    model, query = plain.model().double(), series.times + 10
    spoilt = series.values.clone()
    spoilt[3, 2, 1] = float("inf")
    with pytest.raises(DataError, match="values: feature 2 at time number 3 of trajectory 3 is inf"):
        model(series.times, spoilt, query)
    nowhen = series.times.clone()
    nowhen[3, 2] = float("nan")
    with pytest.raises(DataError, match="times: trajectory 3, time number 3 is not finite"):
        model(nowhen, series.values, query)
    with pytest.raises(DataError, match="time number 2 is not greater"):
        model(series.times.flip(1), series.values, query)
    with pytest.raises(DataError, match="at least one time"):
        model(series.times[:, :0], series.values[:, :0], query)
    with pytest.raises(DataError, match="values are no numbers"):
        model(series.times, [["good"]], query)
    with pytest.raises(DataError, match="trajectory 0, time number 1 lies before the start .* or set backward=True"):
        model(series.times, series.values, query - 20)
    with pytest.raises(DataError, match="do not fit"):
        model(series.times, series.values, query[:5])


@pytest.mark.parametrize(
    ("times", "values", "message"),
    [
        ((11, 8), (11, 7, 2), "do not fit"),
        ((11, 8), (11, 8, 3), r"expected \(batch, time\) and \(batch, time, 2\)"),
        ((2, 11, 8), (2, 11, 8, 2), "stacked 2 times, but the model has 3 members"),
    ],
)
def test_mismatched_observations_are_refused(plain, times, values, message):
    with pytest.raises(DataError, match=message):
        plain.model()(torch.rand(times).sort(dim=-1).values, torch.randn(values))


def test_a_resumed_training_ends_bit_for_bit_like_an_uninterrupted_one(trained, data, tmp_path):
    solved = without_unused(trained.kind, {"solver": "rk4", "solver_steps": 3})
    config = TrainingConfig(steps=6, batch=16, warmup=0.5, validate_every=2, **solved)

    def trainer():
        series = data.train.observed, data["validation"].observed
        return Trainer(trained.model(), LOSSES[trained.loss](0.1), *series, config)

    whole, first, second = trainer(), trainer(), trainer()
    whole.run()
    for _ in range(3):
        first.step()
        if first.step_number == config.validate_every:
            first.validate()
    torch.save(first.state_dict(), tmp_path / "state.pt")
    second.load_state_dict(torch.load(tmp_path / "state.pt", weights_only=True))
    second.run()
    for (name, ours), theirs in zip(whole.model.named_parameters(), second.model.parameters(), strict=True):
        assert torch.equal(ours, theirs), name
    assert all(torch.equal(a.mse, b.mse) for a, b in zip(whole.history, second.history, strict=True))


def test_a_model_is_trained_or_fitted_in_closed_form(case, series):
    model = case.model()
    if "training" in model.offers:
        with pytest.raises(ConfigError, match="has no closed form: train it"):
            model.fit(series.to(torch.float32))
    else:
        model.fit(series.to(torch.float32))
        assert torch.allclose(model.mean, series.values.float().mean(dim=(0, 1)))


def test_a_stack_fitted_to_sets_of_its_own_equals_its_members_fitted_alone(closed, series):
    sets = [readable(closed, each) for each in (series, TimeSeries(2 * series.times, 5 - 3 * series.values.flip(0)))]
    both = TimeSeries(*(torch.stack([getattr(each, part) for each in sets]) for part in ("times", "values")))
    model, query = closed.model().double(), sets[0].times[:, -1:] + torch.linspace(0.1, 2, 5).double()
    model.fit(both, owners=[1, 0, 1])
    together = model(sets[0].times, sets[0].values, query).values
    for member, owner in enumerate([1, 0, 1]):
        alone = closed.model(seeds=(member,)).double()
        alone.fit(sets[owner])
        assert torch.allclose(together[member], alone(sets[0].times, sets[0].values, query).values[0], rtol=1e-5)


def test_the_registry_says_what_models_offer_and_losses_need():
    assert {name: MODELS.words(name) for name in MODELS} == {name: model.offers for name, model in MODELS.items()}
    assert {name: LOSSES.words(name) for name in LOSSES} == {name: loss.needs for name, loss in LOSSES.items()}
    assert set().union(*map(MODELS.words, MODELS)) == set(OFFERS)
    assert set().union(*map(LOSSES.words, LOSSES)) <= set(OFFERS)


def test_every_entry_is_in_a_case():
    named = (DEFAULT_PARTS | case.changes | {"loss": case.loss} for case in CASES)
    tried = {each for parts in named for each in parts.items()}
    for part, registry in PARTS.items():
        assert {(part, name) for name in registry} <= tried
    assert {case.kind for case in CASES} == set(MODELS)
