"""Rows: which models, parts and settings can be fitted to a system, and what is refused."""

import copy

import pytest
from configuration_cases import DEFAULT, OSCILLATOR, ROWS, assert_refused, merged

from pathlode.parts import OF_SOLVER
from pathlode.registry import LOSSES
from pathlode.training.views import Views
from workflow.configuration import InvalidConfig, check, dynamics, rows


def test_sizes_of_the_state_that_a_rows_field_does_not_take_are_refused():
    oscillator = (
        (*ROWS, "kinetic"),
        {"loss": "kinetic", "field": "hybrid_oscillator", "systems": ["coupled_oscillator"]},
    )
    second = (*ROWS, "none", "field"), "second_order"
    state = (*OSCILLATOR, "sizes", "hidden")
    check(merged(oscillator, (state, 2)))
    check(merged(second, (state, 4)))
    with pytest.raises(
        InvalidConfig, match=r"coupled_oscillator.sizes.hidden is 5, but the field second_order needs an even"
    ):
        check(merged(second, (state, 5)))
    with pytest.raises(
        InvalidConfig, match="hidden is 1, but the field hybrid_oscillator needs at least 2; change hidden"
    ):
        check(merged(oscillator, (state, 1)))
    with pytest.raises(
        InvalidConfig, match=r"sizes.tried.0.hidden is 3, but the field second_order needs an even number"
    ):
        check(merged(((*ROWS, "path", "field"), "second_order")))
    check(merged(((*OSCILLATOR, "sizes", "augment"), 2)))
    with pytest.raises(InvalidConfig, match=r"sizes.tried.0 has hidden 3 and augment 10, but z0 .*; lower augment, or"):
        check(merged(((*OSCILLATOR, "sizes", "augment"), 10)))
    with pytest.raises(
        InvalidConfig, match="lorenz.sizes has hidden 10 and augment 10, but z0 .*; lower augment, or raise"
    ):
        check(merged((("systems", "lorenz", "sizes", "augment"), 10)))


@pytest.mark.parametrize(
    ("row", "systems", "message"),
    [
        (
            {"loss": "path", "field": "hybrid_oscillator"},
            ["lorenz"],
            "rows.controlled.field is 'hybrid_oscillator', which knows a part of coupled_oscillator, .*, but the system lorenz has "
            "other equations; name another field",
        ),
        (
            {"loss": "path", "field": "hybrid_lotka_volterra"},
            ["coupled_oscillator"],
            "but the system coupled_oscillator has",
        ),
        (
            {"loss": "path", "decoder": "squareplus"},
            ["lorenz"],
            "rows.controlled.decoder is 'squareplus', which is for positive .* those of lorenz change their sign; name another",
        ),
        (
            {"loss": "path", "input": "log"},
            ["damped_oscillator"],
            "rows.controlled.input is 'log', which is for positive",
        ),
    ],
)
def test_parts_that_do_not_suit_a_rows_system_are_refused(row, systems, message):
    lorenz = ("systems", "lorenz", "trained"), [*DEFAULT["systems"]["lorenz"]["trained"], "controlled"]
    with pytest.raises(InvalidConfig, match=message):
        check(merged(((*ROWS, "controlled"), row | {"systems": systems}), lorenz))
    check(merged(((*ROWS, "controlled"), row | {"field": "bounded", "systems": ["lane_emden"]}), lorenz))


def test_steps_that_are_too_long_for_a_latent_sde_are_refused():
    """A step of π/2 units of the model's time, of which the window of lane_emden lasts 2.5 / 0.4."""
    sde = (*ROWS, "curve"), {"model": "latent_sde", "loss": "path_kl", "systems": ["lane_emden"]}
    steps = ("systems", "lane_emden", "train", "solver_steps")
    check(merged(sde, (steps, 4)))
    with pytest.raises(
        InvalidConfig,
        match="lane_emden.train.solver_steps is 3, but windows last up to 6.25 units .* latent_sde at most 1.57; raise it",
    ):
        check(merged(sde, (steps, 3)))


def test_a_model_whose_package_is_not_installed_is_refused(monkeypatch):
    monkeypatch.setattr("pathlode.parts.find_spec", lambda name: None)
    assert_refused(
        (*ROWS, "curve"),
        {"model": "latent_sde", "loss": "path_kl"},
        "its package torchsde is not installed; pip install",
    )


def test_a_loss_that_needs_the_jacobian_is_refused_for_a_model_without_one(monkeypatch):
    monkeypatch.setitem(LOSSES._entries, "stiffness", "losses.stiffness:Stiffness training jacobian")
    check(merged(((*ROWS, "controlled", "loss"), "stiffness")))
    with pytest.raises(
        InvalidConfig,
        match="curve.loss is 'stiffness', which needs the Jacobian of a vector field, but the model curve has none; name",
    ):
        check(merged(((*ROWS, "curve", "loss"), "stiffness")))


def test_a_row_may_be_a_latent_sde_or_ebm_or_train_with_a_reversible_method():
    check(merged(((*ROWS, "curve"), {"model": "latent_sde", "loss": "path_kl"})))
    check(merged(((*ROWS, "curve"), {"model": "latent_ebm", "loss": "ebm"})))
    check(merged(((*ROWS, "kinetic", "train"), {"solver": "alf", "solver_steps": 24})))


def test_a_row_may_be_an_observed_ode_with_a_penalty_on_the_weights_of_its_field():
    check(merged(((*ROWS, "curve"), {"model": "observed_ode", "loss": "c_node"})))
    check(merged(((*ROWS, "curve"), {"model": "observed_ode", "field": "gated", "loss": "path_reg"})))
    check(merged(((*ROWS, "curve"), {"model": "observed_ode", "loss": "none", "train": {"forcing": 4.0}})))
    check(merged(((*ROWS, "curve"), {"model": "observed_ode", "field": "componentwise", "loss": "group_lasso"})))


def test_a_row_is_a_model_with_its_parts_and_a_place_in_the_tables():
    assert rows.row_parts(DEFAULT, "lorenz", "path_lstm") == {
        "model": "latent_ode",
        "encoder": "lstm",
        "input": "linear",
        "field": "bounded",
        "decoder": "linear",
        "loss": "path",
    }
    curve = {"model": "curve", "encoder": "gru", "input": "linear", "loss": "none"}
    assert rows.row_parts(DEFAULT, "lorenz", "curve") == curve
    flow = merged(((*ROWS, "curve"), {"model": "neural_flow", "loss": "path"}))
    assert rows.row_parts(flow, "lorenz", "curve") == curve | {
        "model": "neural_flow",
        "decoder": "linear",
        "loss": "path",
    }
    cru = merged(((*ROWS, "curve"), {"model": "cru", "loss": "none"}))
    assert rows.row_parts(cru, "lorenz", "curve") == {"model": "cru", "loss": "none"}
    assert rows.row_parts(DEFAULT, "lorenz", "constant") == {"model": "constant"}
    assert rows.setting(DEFAULT, "lorenz", "constant") == {
        **{"system": "lorenz", "row": "constant", "model": "constant"},
        **{"field": None, "encoder": None, "loss": None},
    }
    everything, learnt = (rows.row_entries(DEFAULT, "lorenz", "controlled", loss=loss) for loss in (True, False))
    assert set(everything) - set(learnt) == {
        "pathlode.training.losses.path_length:PathLength",
        "pathlode.training.trained",
        "pathlode.core.solvers.tableaus:TSIT5",
    }
    assert "pathlode.core.fields.controlled:ControlledField" in learnt


def test_a_system_has_parts_of_its_own_which_a_row_replaces():
    config = copy.deepcopy(DEFAULT)
    config["systems"]["lorenz"]["parts"] = {"input": "log", "decoder": "squareplus", "encoder": "rnn"}
    path, lstm, curve = (rows.row_parts(config, "lorenz", row) for row in ("path", "path_lstm", "curve"))
    assert (path["encoder"], path["input"], path["decoder"], path["field"]) == ("rnn", "log", "squareplus", "bounded")
    assert (lstm["encoder"], lstm["input"]) == ("lstm", "log")
    assert curve == {"model": "curve", "encoder": "rnn", "input": "log", "loss": "none"}
    assert rows.row_parts(config, "lorenz", "constant") == {"model": "constant"}
    assert rows.row_parts(config, "lane_emden", "path")["decoder"] == "linear"
    assert "pathlode.core.decoders.squareplus:SquareplusDecoder" in rows.row_entries(config, "lorenz", "path")


def test_a_row_that_uses_anothers_tuning_has_none_of_its_own():
    borrowed = ((*ROWS, "kl_rnn", "tuned_as"), "kl")
    config = merged(borrowed)
    check(config)
    assert "kl_rnn" in dynamics.trained_rows(config, "coupled_oscillator")
    assert "kl_rnn" not in dynamics.tuned_rows(config, "coupled_oscillator")
    with pytest.raises(
        InvalidConfig, match="kl_lstm.tuned_as names 'kl_rnn', expected a row with the same loss and a tun"
    ):
        check(merged(borrowed, ((*ROWS, "kl_lstm", "tuned_as"), "kl_rnn")))
    with pytest.raises(InvalidConfig, match="sizes.rows names 'kl_rnn', which is not tuned on coupled_osc"):
        check(merged(borrowed, (("sizes", "rows"), ["path", "kl", "kl_rnn"])))


def test_a_row_replaces_sizes_training_and_views_of_its_system():
    own = {"sizes": {"latent": 8}, "views": {"subsets": 0.7, "share": [0.1, 1.0]}, "train": {"warmup": 0.2}}
    config = merged(((*ROWS, "curve"), {"model": "cru", "loss": "none", **own}))
    check(config)
    system, settings = config["systems"]["lane_emden"], rows.row_settings(config, "lane_emden", "curve")
    assert settings == {
        "sizes": {"latent": 8, **{name: system["sizes"][name] for name in ("width", "depth", "time_unit")}},
        "train": {name: value for name, value in system["train"].items() if name not in OF_SOLVER} | {"warmup": 0.2},
        "views": {"subsets": 0.7, "share": [0.1, 1.0], "first": None},
    }
    Views(**settings["views"])
    candidate = rows.candidate_settings(config, "lane_emden", "curve")
    assert candidate == settings | {"train": settings["train"] | {"steps": 400}}
    assert rows.candidate_settings(config, "lane_emden", "path")["train"]["refine"] is False
    assert rows.row_settings(config, "lane_emden", "constant")["sizes"] == {}  # no size has an effect on it
    assert rows.row_settings(config, "lane_emden", "path")["sizes"] == system["sizes"]
    assert rows.row_settings(config, "damped_oscillator", "path_short")["views"] == {"first": 12}


@pytest.mark.parametrize(
    ("row", "own", "message"),
    [
        ("curve", {"sizes": {"hiden": 8}}, "unknown key 'dynamics.rows.curve.sizes.hiden'; did you mean 'hidden'"),
        ("curve", {"views": {"strides": [2]}}, "unknown key 'dynamics.rows.curve.views.strides'"),
        (
            "curve",
            {"views": {"share": [0.9, 0.5]}},
            r"rows.curve.views.share is \[0.9, 0.5\], expected \[low, high\]; exch",
        ),
        (
            "constant",
            {"sizes": {"latent": 8}},
            "constant.sizes.latent is 8, but the model constant takes no latent; remove it",
        ),
        (
            "constant",
            {"views": {"subsets": 1}},
            "constant.views is {'subsets': 1}, but the model constant is not trained",
        ),
        (
            "controlled",
            {"sizes": {"augment": 10}},
            "rows.controlled.sizes has hidden 10 and augment 10, but z0 sets one",
        ),
        (
            "curve",
            {"model": "cru", "sizes": {"latent": 7}},
            "rows.curve.sizes.latent is 7, but the model cru needs an even number of at least 4; change latent, or name",
        ),
        (
            "curve",
            {"sizes": {"augment": 2}},
            "curve.sizes.augment is 2, but the model curve takes no augment; remove it",
        ),
        (
            "curve",
            {"train": {"solver": "alf"}},
            "curve.train.solver is 'alf', but the model curve takes no solver; remove it",
        ),
        (
            "curve",
            {"model": "observed_ode", "sizes": {"latent": 3}},
            "curve.sizes.latent is 3, but the model observed_ode takes no latent; remove it",
        ),
        (
            "curve",
            {"train": {"forcing": 4.0}},
            "rows.curve.train.forcing is 4.0, but the model curve has no state that observations could draw; remove it, or",
        ),
        (
            "curve",
            {"model": "neural_flow", "sizes": {"hidden": 1}},
            "rows.curve.sizes.hidden is 1, but the model neural_flow needs at least 2; change hidden, or name",
        ),
    ],
)
def test_what_a_row_replaces_is_checked(row, own, message):
    assert_refused((*ROWS, row), DEFAULT["dynamics"]["rows"][row] | own, message)


def test_a_context_is_a_number_of_first_observations():
    assert rows.row_context(DEFAULT, "damped_oscillator", "path_short") == 12  # two fifths of 30
    assert rows.row_context(DEFAULT, "damped_oscillator", "path") is None
