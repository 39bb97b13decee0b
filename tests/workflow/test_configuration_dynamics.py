"""Settings of dynamics: what is refused, and what is made of the rest."""

import copy

import pytest
import yaml
from configuration_cases import DEFAULT, OSCILLATOR, ROWS, assert_refused, merged
from workflow_checkout import PROJECT

from pathlode.registry import LOSSES
from pathlode.training.views import Views
from workflow.configuration import InvalidConfig, check, dynamics, rows


def test_sizes_of_the_state_that_a_rows_field_does_not_take_are_refused():
    oscillator = (
        (*ROWS, "kinetic"),
        {"loss": "kinetic", "field": "hybrid_oscillator", "systems": ["coupled_oscillator"]},
    )
    second = (*ROWS, "none", "field"), "second_order"
    state = (*OSCILLATOR, "model", "hidden")
    check(merged(oscillator, (state, 2)))
    check(merged(second, (state, 4)))
    with pytest.raises(
        InvalidConfig, match=r"coupled_oscillator.model.hidden is 5, but the field second_order needs an even"
    ):
        check(merged(second, (state, 5)))
    with pytest.raises(
        InvalidConfig, match="hidden is 1, but the field hybrid_oscillator needs at least 2 .*; change hidden"
    ):
        check(merged(oscillator, (state, 1)))
    with pytest.raises(
        InvalidConfig, match=r"sizes.models.0.hidden is 3, but the field second_order needs an even number"
    ):
        check(merged(((*ROWS, "path", "field"), "second_order")))
    check(merged(((*OSCILLATOR, "model", "augment"), 2)))
    with pytest.raises(
        InvalidConfig, match=r"sizes.models.0 has hidden 3 and augment 10, but z0 .*; lower augment, or"
    ):
        check(merged(((*OSCILLATOR, "model", "augment"), 10)))
    with pytest.raises(
        InvalidConfig, match="lorenz.model has hidden 10 and augment 10, but z0 .*; lower augment, or raise"
    ):
        check(merged((("systems", "lorenz", "model", "augment"), 10)))


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
    monkeypatch.setattr("workflow.configuration.parts.find_spec", lambda name: None)
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


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("dynamcs",), {}, "unknown key 'dynamcs'; did you mean 'dynamics'"),
        (("dynamics", "sedes"), [0], "unknown key 'dynamics.sedes'; did you mean 'seeds'"),
        ((*OSCILLATOR, "train", "learning_rat"), 0.1, "unknown key 'systems.coupled_oscillator.train.learning_rat'"),
        (("dynamics", "replicates"), ..., "dynamics.replicates is missing; number of independent"),
        (("systems",), ..., "systems is missing"),
        (
            ("dynamics", "trained"),
            ["path", "kl", "nonee"],
            "dynamics.trained names 'nonee', which is not a key of dynamics.rows; did you mean 'none'",
        ),
        ((*OSCILLATOR, "trained"), ["pth"], "systems.coupled_oscillator.trained names 'pth', .*did you mean 'path'"),
        (
            (*ROWS, "none", "loss"),
            "nonee",
            "rows.none.loss is 'nonee', expected one of path, kl, .*did you mean 'none'",
        ),
        ((*ROWS, "none", "encoder"), "GRU", "dynamics.rows.none.encoder is 'GRU', expected one of gru, lstm, rnn"),
        (
            (*ROWS, "none", "model"),
            "ode",
            "dynamics.rows.none.model is 'ode', expected one of latent_ode, curve, const",
        ),
        ((*ROWS, "none", "field"), "free", "dynamics.rows.none.field is 'free', expected one of bounded, controlled"),
        ((*ROWS, "none", "decoder"), "mlp", "dynamics.rows.none.decoder is 'mlp', expected one of linear"),
        (
            (*ROWS, "constant", "loss"),
            "path",
            "dynamics.rows.constant.loss is 'path', but the model constant takes no loss; remove it",
        ),
        (
            (*ROWS, "constant", "tuned_as"),
            "path",
            "dynamics.rows.constant.tuned_as is 'path', but the model constant is not trained; remove it",
        ),
        (
            (*ROWS, "curve", "loss"),
            "kinetic",
            "dynamics.rows.curve.loss is 'kinetic', which needs a vector field, .*, but the model curve has none; name",
        ),
        (
            (*ROWS, "curve", "loss"),
            "path",
            r"which needs a latent path z\(t\), but the model curve has none; name another",
        ),
        (
            (*ROWS, "curve", "field"),
            "controlled",
            "dynamics.rows.curve.field is 'controlled', but the model curve takes no field; remove it",
        ),
        (
            (*ROWS, "curve", "loss"),
            ...,
            "dynamics.rows.curve lacks a loss, but the model curve is trained; name",
        ),
        (
            (*ROWS, "curve"),
            {"model": "cru", "loss": "path"},
            r"rows.curve.loss is 'path', which needs a latent path z\(t\), but the model cru has none; name another",
        ),
        (
            (*ROWS, "curve"),
            {"model": "cru", "loss": "none", "encoder": "gru"},
            "rows.curve.encoder is 'gru', but the model cru takes no encoder; remove it",
        ),
        (
            (*ROWS, "curve"),
            {"model": "neural_flow", "loss": "kinetic"},
            "rows.curve.loss is 'kinetic', which needs a vector field, .*, but the model neural_flow has none; name",
        ),
        (
            (*ROWS, "curve"),
            {"model": "neural_flow", "loss": "path", "field": "bounded"},
            "rows.curve.field is 'bounded', but the model neural_flow takes no field; remove it",
        ),
        (
            (*ROWS, "curve", "systems"),
            ["pendulum"],
            "rows.curve.systems names 'pendulum', which is not a key of systems",
        ),
        ((*ROWS, "path_short", "context"), 0.1, "rows.path_short.context is 0.1, expected a number at least 0.2"),
        (
            (*ROWS, "path_short", "tuned_as"),
            ...,
            "rows.path_short has a context, with which nothing is tuned; name in .*path_short.tuned_as a row with",
        ),
        (
            (*ROWS, "constant", "context"),
            0.5,
            "rows.constant.context is 0.5, but the model constant is not trained; remove it",
        ),
        (
            (*ROWS, "kl_lstm", "tuned_as"),
            "kll",
            "rows.kl_lstm.tuned_as names 'kll', which is not a key of dynamics.rows",
        ),
        (
            (*ROWS, "kl_lstm", "tuned_as"),
            "path",
            "tuned_as names 'path', expected a row with the same loss and a tuning",
        ),
        (
            (*ROWS, "sizes"),
            {"loss": "kl"},
            "rows.sizes has the name of a folder of the chapter's results; choose another",
        ),
        ((*ROWS, "path+kl"), {"loss": "path+kl"}, "dynamics.rows is 'path.kl', expected only letters, digits, undersc"),
        (
            ("dynamics", "shown"),
            ["path", "none"],
            "dynamics.shown lacks 'kl'; add it, because the others are compared with it",
        ),
        (("dynamics", "trained"), ["path"], "dynamics.trained lacks 'kl'; add it, because figures show"),
        ((*ROWS, "kl", "systems"), ["lorenz"], "dynamics.trained lacks 'kl'; add it, because figures show"),
        (
            ("sizes", "systems"),
            ["lotka_volterra"],
            "sizes.systems names 'lotka_volterra', which dynamics.systems lacks",
        ),
        (
            ("sizes", "rows"),
            ["path", "kl", "constant"],
            "sizes.rows names 'constant', which is not tuned on coupled_osc",
        ),
        (("sizes", "rows"), ["path", "none"], "sizes.rows lacks 'kl'; add it, because the others are compared with it"),
        (("tune", "weights"), [3.0], "tune.weights holds no weight that the loss steer takes, at most 1; add one"),
        (("dynamics", "projection"), "tsne", "dynamics.projection is 'tsne', expected one of pca, umap"),
        ((*OSCILLATOR, "simulate", "points"), 9, "simulate.points is 9, expected a number at least 10"),
        (
            (*OSCILLATOR, "system"),
            "pendulum",
            "systems.coupled_oscillator.system is 'pendulum', expected one of coupled_osc",
        ),
        (
            ("dynamics", "systems"),
            ["coupled_oscilator"],
            "names 'coupled_oscilator', .*did you mean 'coupled_oscillator'",
        ),
        ((*OSCILLATOR, "train", "steps"), "many", "train.steps is 'many', expected a whole number"),
        ((*OSCILLATOR, "train", "steps"), 10.5, "train.steps is 10.5, expected a whole number"),
        ((*OSCILLATOR, "train", "steps"), 0, "train.steps is 0, expected a number at least 1"),
        ((*OSCILLATOR, "train", "refine"), "yes", "train.refine is 'yes', expected true or false"),
        ((*OSCILLATOR, "train", "batch"), 6000, "train.batch is 6000, more than the 5000 trajectories"),
        ((*OSCILLATOR, "model", "time_unit"), 0, "model.time_unit is 0, expected a number above 0"),
        ((*OSCILLATOR, "simulate", "window"), [6.0, 5.0], r"simulate.window is \[6.0, 5.0\], expected \[low, high\]"),
        ((*OSCILLATOR, "simulate", "noise"), -0.1, "simulate.noise is -0.1, expected a number at least 0"),
        (("tune", "weights"), [], "tune.weights"),
        (("dynamics", "seeds"), [1, 1], "dynamics.seeds"),
        (
            ("systems", "lotka_volterra_noisy", "system"),
            "lorenz",
            "inference.system is lotka_.*, whose prior is not uniform",
        ),
        (("evaluate", "rtol"), 1e-30, "evaluate.rtol is 1e-30, expected a number at least 1e-12"),
        (
            ("evaluate", "backend"),
            "torchodes",
            "expected one of torchode, torchdiffeq, scipy; did you mean 'torchode'?",
        ),
        (("evaluate", "method"), "dopri8", "'dopri8', expected one of dopri5, tsit5 with evaluate.backend torchode"),
        (
            ("dynamics", "projection"),
            "umap",
            "umap, but its package umap-learn is not installed; install it, or choose pca",
        ),
        ((*OSCILLATOR, "train", "batch"), 1, "train.batch is 1, expected a number at least 2"),
        ((*OSCILLATOR, "train", "warmup"), 1e-4, "train.warmup is 0.0001, less than one of the 1000 steps of training"),
        ((*OSCILLATOR, "train", "optimiser"), "sgd", "train.optimiser is 'sgd', expected one of soap, adam"),
        (("tune", "steps"), ..., "tune.steps is missing"),
        (("tune", "steps"), 1, "train.warmup is 0.3, less than one of the 1 steps of tuning"),
        (("tune", "steps"), 20.0, "tune.steps is 20.0, expected a whole number"),
        (
            (*OSCILLATOR, "tune"),
            {"weights": [2.0]},
            "systems.coupled_oscillator.tune.weights holds no weight that the loss",
        ),
        (
            ("dynamics", "rows", "path_adam", "train", "warmup"),
            1e-4,
            "dynamics.rows.path_adam.train.warmup is 0.0001, less than one of the 1000 steps of training on coupled_osc",
        ),
        (("dynamics", "rows", "kl_unit", "weight"), 0, "dynamics.rows.kl_unit.weight is 0, expected a number above 0"),
        (
            ("dynamics", "rows", "steer", "weight"),
            2.0,
            "rows.steer.weight is 2.0, but the loss steer takes at most 1; lower",
        ),
        (
            ("dynamics", "rows", "path", "tuned_by"),
            "luck",
            "rows.path.tuned_by is 'luck', expected one of observations, truth",
        ),
        (
            ("dynamics", "rows", "constant", "weight"),
            1.0,
            "constant.weight is 1.0, but the model constant is not trained",
        ),
        ((*OSCILLATOR, "tune"), {"step": 10}, "unknown key 'systems.coupled_oscillator.tune.step'"),
        ((*OSCILLATOR, "train", "solver"), "euler", "train.solver is 'euler', expected one of rk4, tsit5"),
        (
            (*ROWS, "kinetic", "train"),
            {"solver": "dopri5"},
            "rows.kinetic.train.solver is 'dopri5', expected one of rk4, tsit5, alf, reversible_heun",
        ),
        (("evaluate", "method"), "alf", "evaluate.method is 'alf', expected one of dopri5, tsit5"),
        (
            (*ROWS, "curve", "loss"),
            "path_kl",
            "curve.loss is 'path_kl', which needs a posterior over paths, .* but the model curve has none; name",
        ),
        (
            (*ROWS, "curve", "model"),
            "latent_sde",
            "curve.loss is 'none', but the model latent_sde has a posterior over .* untrained; name the loss path_kl",
        ),
        (
            (*ROWS, "curve"),
            {"model": "observed_ode", "loss": "path"},
            "curve.loss is 'path', which needs a latent path z.t., but the model observed_ode has none; name another",
        ),
        (
            (*ROWS, "curve"),
            {"model": "observed_ode", "field": "controlled", "loss": "c_node"},
            "curve.loss is 'c_node', which needs a network of layers .*; name one of the fields bounded, linear, gated, comp",
        ),
        (
            (*ROWS, "curve"),
            {"model": "observed_ode", "loss": "path_reg"},
            "curve.loss is 'path_reg', which needs gates on .*; name one of the fields gated",
        ),
        (
            (*ROWS, "curve"),
            {"model": "observed_ode", "field": "second_order", "loss": "none", "systems": ["lane_emden"]},
            "features of systems.lane_emden is 1, and so is the size of the state of observed_ode, but the field second_order",
        ),
        ((*OSCILLATOR, "model", "time_unit"), float("inf"), "model.time_unit is inf, expected a finite number"),
        (("systems", 3), DEFAULT["systems"]["coupled_oscillator"], "systems: the key 3 is not text"),
        (("dynamics",), [1], r"dynamics is \[1\], expected a mapping"),
    ],
)
def test_a_wrong_configuration_is_refused_in_one_sentence(path, value, message):
    assert_refused(path, value, message)


def test_a_row_may_be_a_latent_sde_or_ebm_or_train_with_a_reversible_method():
    check(merged(((*ROWS, "curve"), {"model": "latent_sde", "loss": "path_kl"})))
    check(merged(((*ROWS, "curve"), {"model": "latent_ebm", "loss": "ebm"})))
    check(merged(((*ROWS, "kinetic", "train"), {"solver": "alf", "solver_steps": 24})))


def test_a_row_may_be_an_observed_ode_with_a_penalty_on_the_weights_of_its_field():
    check(merged(((*ROWS, "curve"), {"model": "observed_ode", "loss": "c_node"})))
    check(merged(((*ROWS, "curve"), {"model": "observed_ode", "field": "gated", "loss": "path_reg"})))
    check(merged(((*ROWS, "curve"), {"model": "observed_ode", "field": "componentwise", "loss": "group_lasso"})))


@pytest.mark.parametrize("scale", ["smoke", "night", "paper"])
def test_a_scales_tuning_is_not_undone_by_what_a_system_has_of_its_own(scale):
    """A system's own ``tune`` in config/systems.yaml would win over an overlay's general one."""
    overlay = yaml.safe_load((PROJECT / f"config/{scale}.yaml").read_text())
    for name in overlay["dynamics"]["systems"]:
        own = DEFAULT["systems"][name].get("tune", {}).keys() - overlay["systems"].get(name, {}).get("tune", {}).keys()
        assert not own & overlay.get("tune", {}).keys(), name


def test_a_row_is_a_model_with_its_parts_and_a_place_in_the_tables():
    assert rows.row_parts(DEFAULT, "lorenz", "path_lstm") == {
        "kind": "latent_ode",
        "encoder": "lstm",
        "input": "linear",
        "field": "bounded",
        "decoder": "linear",
        "loss": "path",
    }
    curve = {"kind": "curve", "encoder": "gru", "input": "linear", "loss": "none"}
    assert rows.row_parts(DEFAULT, "lorenz", "curve") == curve
    flow = merged(((*ROWS, "curve"), {"model": "neural_flow", "loss": "path"}))
    assert rows.row_parts(flow, "lorenz", "curve") == curve | {
        "kind": "neural_flow",
        "decoder": "linear",
        "loss": "path",
    }
    cru = merged(((*ROWS, "curve"), {"model": "cru", "loss": "none"}))
    assert rows.row_parts(cru, "lorenz", "curve") == {"kind": "cru", "loss": "none"}
    assert rows.row_parts(DEFAULT, "lorenz", "constant") == {"kind": "constant"}
    assert rows.setting(DEFAULT, "lorenz", "constant") == {
        **{"system": "lorenz", "row": "constant", "model": "constant"},
        **{"field": None, "encoder": None, "loss": None},
    }
    everything, learnt = (rows.row_entries(DEFAULT, "lorenz", "controlled", loss=loss) for loss in (True, False))
    assert set(everything) - set(learnt) == {"pathlode.training.losses.path_length:PathLength"}
    assert "pathlode.core.fields.controlled:ControlledField" in learnt


def test_a_system_has_parts_of_its_own_which_a_row_replaces():
    config = copy.deepcopy(DEFAULT)
    config["systems"]["lorenz"]["parts"] = {"input": "log", "decoder": "squareplus", "encoder": "rnn"}
    path, lstm, curve = (rows.row_parts(config, "lorenz", row) for row in ("path", "path_lstm", "curve"))
    assert (path["encoder"], path["input"], path["decoder"], path["field"]) == ("rnn", "log", "squareplus", "bounded")
    assert (lstm["encoder"], lstm["input"]) == ("lstm", "log")
    assert curve == {"kind": "curve", "encoder": "rnn", "input": "log", "loss": "none"}
    assert rows.row_parts(config, "lorenz", "constant") == {"kind": "constant"}
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


def test_rows_are_trained_where_their_lists_say_and_tuned_once():
    assert "controlled" in dynamics.trained_rows(DEFAULT, "lane_emden")
    assert "controlled" not in dynamics.trained_rows(DEFAULT, "damped_oscillator")
    assert dynamics.trained_rows(DEFAULT, "lorenz") == ["path", "kl", "none", "kinetic", "constant"]
    assert dynamics.tuned_rows(DEFAULT, "lorenz") == ["path", "kl", "none", "kinetic"]
    assert [rows.tuned_as(DEFAULT, row) for row in ("path", "constant")] == ["path", None]
    damped = dynamics.trained_rows(DEFAULT, "damped_oscillator")
    assert {"steer", "kinetic"} < set(damped)
    assert not {"steer_walk", "path_lstm", "curve"} & set(damped)
    others = {"constant", "path_short", "kl_short"}
    assert dynamics.tuned_rows(DEFAULT, "damped_oscillator") == [row for row in damped if row not in others]


def test_a_row_replaces_sizes_training_and_views_of_its_system():
    own = {"sizes": {"latent": 8}, "views": {"subsets": 0.7, "share": [0.1, 1.0]}, "train": {"solver_steps": 24}}
    config = merged(((*ROWS, "curve"), {"model": "cru", "loss": "none", **own}))
    check(config)
    system, settings = config["systems"]["lane_emden"], rows.row_settings(config, "lane_emden", "curve")
    assert settings == {
        "model": system["model"] | {"latent": 8},
        "train": system["train"] | {"solver_steps": 24},
        "views": {"subsets": 0.7, "share": [0.1, 1.0], "first": None},
    }
    Views(**settings["views"])
    candidate = rows.candidate_settings(config, "lane_emden", "curve")
    assert candidate == settings | {"train": settings["train"] | {"steps": 400, "refine": False}}
    assert rows.row_settings(config, "lane_emden", "path")["model"] == system["model"]
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
            "constant.sizes is {'latent': 8}, but the model constant is not trained",
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
            "rows.curve.sizes.latent is 7, but the model cru needs a multiple of 2 of at least 4; change latent, or name",
        ),
        (
            "curve",
            {"model": "neural_flow", "sizes": {"hidden": 1}},
            "rows.curve.sizes.hidden is 1, but the model neural_flow needs a multiple of 1 of at least 2; change hidden, or name",
        ),
    ],
)
def test_what_a_row_replaces_is_checked(row, own, message):
    assert_refused((*ROWS, row), DEFAULT["dynamics"]["rows"][row] | own, message)


def test_a_context_is_a_number_of_first_observations():
    assert rows.row_context(DEFAULT, "damped_oscillator", "path_short") == 12  # two fifths of 30
    assert rows.row_context(DEFAULT, "damped_oscillator", "path") is None
