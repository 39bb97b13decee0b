"""Settings of dynamics: what is refused, and what is made of the rest."""

import pytest
import yaml
from configuration_cases import DEFAULT, OSCILLATOR, ROWS, assert_refused
from workflow_checkout import PROJECT

from workflow.configuration import dynamics, rows


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
        ((*OSCILLATOR, "sizes", "time_unit"), 0, "sizes.time_unit is 0, expected a number above 0"),
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
        (("evaluate", "method"), "alf", "evaluate.method is 'alf', expected one of adaptive_heun, bosh3, dopri5"),
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
        (
            (*OSCILLATOR, "sizes", "time_unit"),
            float("inf"),
            "^config: systems.coupled_oscillator.sizes.time_unit is inf, expected a finite number",
        ),
        (("systems", 3), DEFAULT["systems"]["coupled_oscillator"], "^config: the key 3 of systems is not text"),
        (("dynamics",), [1], r"dynamics is \[1\], expected a mapping"),
    ],
)
def test_a_wrong_configuration_is_refused_in_one_sentence(path, value, message):
    assert_refused(path, value, message)


@pytest.mark.parametrize("scale", ["smoke", "night", "paper"])
def test_a_scales_tuning_is_not_undone_by_what_a_system_has_of_its_own(scale):
    """A system's own ``tune`` in config/systems.yaml would win over an overlay's general one."""
    overlay = yaml.safe_load((PROJECT / f"config/{scale}.yaml").read_text())
    for name in overlay["dynamics"]["systems"]:
        own = DEFAULT["systems"][name].get("tune", {}).keys() - overlay["systems"].get(name, {}).get("tune", {}).keys()
        assert not own & overlay.get("tune", {}).keys(), name


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
