"""Configurations that are refused, and how."""

import copy
import inspect
import math
import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest
import yaml
from workflow_checkout import PROJECT

from pathlode.ecg.conditions import Condition
from pathlode.ecg.splitters import SPLITTERS
from pathlode.registry import DATA_SETS, LOSSES, MODELS, NETWORKS, PARTS, SYSTEMS
from pathlode.schedule.run_model import FitConfig
from pathlode.schedule.runs import FEWEST
from pathlode.schedule.scheduler import LookAheadConfig
from pathlode.training.experiment import Experiment
from pathlode.training.rates import RATES
from pathlode.training.trainer import OPTIMISERS, TrainingConfig
from pathlode.training.views import Views
from workflow.configuration import FILES, InvalidConfig, check, default_config, dynamics, scheduler
from workflow.configuration.ecg import balance, classifier_entries, latent_ode
from workflow.configuration.schema import SCHEMAS, schema

DEFAULT = default_config(PROJECT)


def merged(*changes):
    """The default with one value replaced, or removed if the value is ``...``."""
    config = copy.deepcopy(DEFAULT)
    for path, value in changes:
        node = config
        for key in path[:-1]:
            node = node[key]
        if value is ...:
            del node[path[-1]]
        else:
            node[path[-1]] = value
    return config


CLASSIFIERS = ("ecg", "classifiers")
CNN, TRANSFORMER = (("scheduler", "tasks", name) for name in ("cnn", "transformer"))
OSCILLATOR = ("systems", "coupled_oscillator")
ROWS = ("dynamics", "rows")


def test_a_loss_that_needs_the_jacobian_is_refused_for_a_model_without_one(monkeypatch):
    monkeypatch.setitem(LOSSES._entries, "stiffness", "losses.stiffness:Stiffness training jacobian")
    check(merged(((*ROWS, "controlled", "loss"), "stiffness")))
    with pytest.raises(
        InvalidConfig,
        match="curve.loss is 'stiffness', which needs the Jacobian of a vector field, but the model curve has none; name",
    ):
        check(merged(((*ROWS, "curve", "loss"), "stiffness")))


def test_the_default_is_valid():
    check(DEFAULT)


def test_no_two_files_of_the_default_share_a_key():
    keys = [key for file in FILES for key in yaml.safe_load((PROJECT / file).read_text())]
    assert sorted(keys) == sorted(DEFAULT)
    assert len(set(keys)) == len(keys)


def test_systems_that_share_an_anchor_can_be_changed_one_by_one():
    systems = default_config(PROJECT)["systems"]
    assert systems["lotka_volterra"]["simulate"] == systems["lotka_volterra_fixed_start"]["simulate"]
    systems["lotka_volterra"]["simulate"]["train"] = 1
    assert systems["lotka_volterra_fixed_start"]["simulate"]["train"] == 4000


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
            (*ROWS, "curve", "systems"),
            ["pendulum"],
            "rows.curve.systems names 'pendulum', which is not a key of systems",
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
        (
            ("scheduler", "fit", "window"),
            60,
            "scheduler.fit.window is 60, expected at most half of the 100 points; lower window or raise points",
        ),
        (
            ("ecg", "latent_odes", "path", "views", "share"),
            [0.7, 0.05],
            r"ecg.latent_odes.path.views.share is \[0.7, 0.05\], expected \[low, high\]",
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
        (("claims", "confidence"), 95, "claims.confidence is 95, expected a number below 1"),
        (("claims", "looks"), [10, 0.5], r"claims.looks\[1\] is 0.5, expected a whole number"),
        (("claims", "looks"), [10, 5], r"claims.looks is \[10, 5\], expected increasing numbers"),
        (
            ("ecg", "rates"),
            ["90 Hz", "91 Hz"],
            "ecg.rates names '91 Hz', which is not a key of ecg.conditions; did you mean '90 Hz'",
        ),
        (
            ("ecg", "compared"),
            ["pathe"],
            "ecg.compared names 'pathe', which is not a key of ecg.classifiers; did you mean 'path'",
        ),
        (
            (*CLASSIFIERS, "kl", "latents"),
            "kll",
            "ecg.classifiers.kl.latents names 'kll', which is not a key of ecg.latent_odes",
        ),
        (
            (*CLASSIFIERS, "pca", "grid"),
            360,
            "ecg.classifiers.pca has components and grid of latents, components, grid",
        ),
        (
            ("inference", "flows", "zuko"),
            ["path", "pth"],
            "inference.flows.zuko names 'pth', which is not a key of inference.summaries; did you mean 'path'",
        ),
        (
            ("inference", "summaries", "series", "statistics"),
            50,
            "inference.summaries.series has grid and statistics of latents",
        ),
        (
            ("inference", "summaries", "path", "latents"),
            "pth",
            "inference.summaries.path.latents names 'pth', which is not a key of dynamics.rows; did you mean 'path'",
        ),
        (
            ("inference", "summaries", "path", "latents"),
            "constant",
            "summaries.path.latents names 'constant', whose model constant has no z0; name another row",
        ),
        (("inference", "summaries", "path", "end"), 3.0, "inference.summaries.path has latents and end; remove end"),
        (
            ("inference", "training_sets"),
            [20, 20000],
            "training_sets needs 20000 trajectories, but systems.lotka_volterra_noisy.simulate.train is 10000; lower",
        ),
        (
            ("inference", "compared"),
            ["pth"],
            "inference.compared names 'pth', expected some of those in inference.flows.zuko",
        ),
        (("inference", "system"), "lotka", "inference.system names 'lotka', which is not a key of systems"),
        (
            ("scheduler", "run", "tasks"),
            ["cn"],
            "scheduler.run.tasks names 'cn', which is not a key of scheduler.tasks",
        ),
        (("scheduler", "sweep", "schedules"), ["cosin"], "sweep.schedules names 'cosin', .*did you mean 'cosine'"),
        (("scheduler", "compared"), ["cosine"], "scheduler.compared names 'cosine', .*scheduler.run.learners"),
        (
            ("scheduler", "fits", "without_one_cycle", "schedules"),
            ["prodigy", "step"],
            "fits.without_one_cycle.schedules names 'prodigy', which is not a key of scheduler.sweep.schedules",
        ),
        (("scheduler", "compared"), ["lodes"], "scheduler.compared names 'lodes', .*did you mean 'lode'"),
        (("scheduler", "learners", "lode", "fit"), "al", "learners.lode.fit names 'al', .*did you mean 'all'"),
        (
            ("scheduler", "learners", "lode", "mixes"),
            3,
            "learners.lode has the policy lode and mixes; remove mixes or set policy: mix",
        ),
        (
            ("scheduler", "learners", "cosine"),
            {"policy": "lode", "fit": "all"},
            "'cosine' is a key of both scheduler.policies",
        ),
        (
            ("scheduler", "fits", "one_seed", "seeds"),
            [7],
            r"fits.one_seed.seeds has \[7\], which scheduler.sweep.seeds",
        ),
        (
            ("scheduler", "fits", "curve"),
            {"model": "curve"},
            r"scheduler.fits.curve.loss is 'path', which needs a latent path z\(t\), but the model curve has none; name",
        ),
        (
            ("scheduler", "fits", "mean"),
            {"model": "constant"},
            "scheduler.fits.mean.model is 'constant', which has no z0, but policies perturb z0 to predict futures; name",
        ),
        (("scheduler", "fit", "loss"), ..., "scheduler.fit.loss is missing; training loss"),
        (("scheduler", "tasks", "cnn", "seeds"), [100], "tasks.cnn.seeds and scheduler.sweep.seeds share seeds"),
        (("scheduler", "tasks", "cnn", "run", "log_every"), 200, "tasks.cnn has 624 optimiser steps, too few for"),
        (("scheduler", "tasks", "cnn", "data"), "cifar100", "scheduler.mirrors lacks 'cifar100', the data set of"),
        (("scheduler", "tasks", "cnn", "network"), {"mlp": {}}, "scheduler.tasks.cnn.network"),
        (("scheduler", "policies", "cosine"), [0.1], "scheduler.policies.cosine"),
        (
            (*CNN, "network"),
            {"transformer": {}},
            "cnn.network is a transformer, expected a cnn or a resnet for the data",
        ),
        ((*CNN, "network"), {"cnn": {"blocks": 2}}, "unknown key 'scheduler.tasks.cnn.network.cnn.blocks'"),
        ((*CNN, "network"), {"cnn": {"channels": [8]}}, "has 1 channels and 2 strides, expected equally many"),
        ((*CNN, "examples", "context"), 8, "examples has a context, but fashion_mnist has images"),
        (
            (*CNN, "examples", "train"),
            59_001,
            "examples has 60001 for train and validation, but fashion_mnist has 60000",
        ),
        ((*CNN, "examples", "test"), 10_001, "examples has 10001 for test, but fashion_mnist has 10000; lower it"),
        ((*TRANSFORMER, "network"), {"cnn": {}}, "network is a cnn, expected a transformer for the data set tinyshake"),
        ((*TRANSFORMER, "network"), {"transformer": {"heads": 3}}, "width is 64, expected a multiple of its 3 heads"),
        ((*TRANSFORMER, "examples", "context"), 10**6, "examples has 5000 for train, but tinyshakespeare has 0"),
        (("scheduler", "learners", "replay", "horizon"), 0.5, "learners.replay has a horizon, but its policy replay"),
        (
            ("scheduler", "mirrors", "fashion_mnist"),
            ["ftp://x"],
            "is 'ftp://x', expected a folder, or a URL that begins",
        ),
        (("ecg", "mirrors"), [""], r"ecg.mirrors\[0\] is '', expected a folder, or a URL"),
        (
            ("ecg", "records"),
            ["101", "100"],
            "ecg.records is .*'100', '101'.*, but the split inter_patient needs two of",
        ),
        (
            ("systems", "lotka_volterra_noisy", "system"),
            "lorenz",
            "inference.system is lotka_.*, whose prior is not uniform",
        ),
        (("inference", "outside"), [1.0], r"inference.outside is \[1.0\], expected 6 numbers"),
        (("inference", "outside"), [1, 1, 1, 2, 2, 2], "expected 6 numbers, at least one of them outside the prior's"),
        (("scheduler", "fit", "seed"), 2**32, "scheduler.fit.seed is 4294967296, expected a number at most 4294967295"),
        (("evaluate", "rtol"), 1e-30, "evaluate.rtol is 1e-30, expected a number at least 1e-12"),
        (("evaluate", "backend"), "torchodes", "expected one of torchode, torchdiffeq; did you mean 'torchode'?"),
        (("evaluate", "method"), "dopri8", "'dopri8', expected one of dopri5, tsit5 with evaluate.backend torchode"),
        (
            ("dynamics", "projection"),
            "umap",
            "umap, but its package umap-learn is not installed; install it, or choose pca",
        ),
        (("chapters",), [], "chapters has 0 entries, expected at least 1"),
        (
            ("scheduler", "learners", "lode", "tasks"),
            ["cnn"],
            r"compared names 'lode', whose tasks lack \['resnet', 'transf",
        ),
        (
            ("scale",),
            "tables",
            "scale is 'tables', the name of a folder of the default scale's results; choose another name",
        ),
        ((*CLASSIFIERS, "cnn", "grid"), 90, "ecg.classifiers.cnn.cnn is true without a grid of 360"),
        (
            ("ecg", "balance", "least"),
            50000,
            "ecg.classifiers.path is fitted in the split random with a balance of .* whose",
        ),
        ((*CLASSIFIERS, "pca", "vote"), True, "ecg.classifiers.pca.vote is true, but only encodings can vote"),
        (
            ("ecg", "latent_odes", "kl", "splits"),
            ["random"],
            "ecg.classifiers.kl is fitted in the split inter_patient, for which",
        ),
        (
            ("ecg", "shown", "classifier"),
            "pca",
            "ecg.shown names the classifier pca, which does not read latents of path",
        ),
        (
            ("ecg", "latent_odes", "path", "encoder"),
            "gru",
            "ecg.shown names the latent ODE path, whose encoder is recurrent",
        ),
        (
            ("ecg", "latent_odes", "kl"),
            {"model": "constant"},
            "ecg.classifiers.kl.latents names 'kl', whose model constant has no z0; name another of ecg.latent_odes",
        ),
        (
            ("ecg", "latent_odes", "mean"),
            {"model": "constant", "weight": 0.1},
            "ecg.latent_odes.mean.weight is 0.1, but the model constant is not trained; remove it",
        ),
        (
            ("ecg", "latent_odes", "path", "model"),
            "curve",
            r"ecg.latent_odes.path.loss is 'path', which needs a latent path z\(t\), but the model curve has none; name",
        ),
        (
            ("ecg", "latent_odes", "kl", "views"),
            ...,
            "ecg.latent_odes.kl lacks views, but its model is trained; add it",
        ),
        (
            (*CLASSIFIERS, "cnn", "splits"),
            [],
            "ecg.compared names 'cnn', which is fitted in no split; remove it, or add to ecg.classifiers.cnn.splits",
        ),
        (("ecg", "splits", "by_lot"), {"centred": True}, "unknown key 'ecg.splits.by_lot'"),
        (
            ("ecg", "conditions", "90 Hz", "stride"),
            141,
            "ecg.conditions.90 Hz.stride is 141, expected a number at most 140",
        ),
        (("ecg", "train", "warmup"), 0.0001, "ecg.train.warmup is 0.0001, less than one of 750 steps"),
        (("scale",), "my scale", "scale is 'my scale', expected only letters, digits, underscores"),
        ((*OSCILLATOR, "train", "batch"), 1, "train.batch is 1, expected a number at least 2"),
        ((*OSCILLATOR, "train", "warmup"), 1e-4, "train.warmup is 0.0001, less than one of the 500 steps of training"),
        ((*OSCILLATOR, "train", "optimiser"), "sgd", "train.optimiser is 'sgd', expected one of soap, adam"),
        (("tune", "steps"), ..., "tune.steps is missing"),
        (("tune", "steps"), 1, "train.warmup is 0.3, less than one of the 1 steps of tuning"),
        (("tune", "steps"), 20.0, "tune.steps is 20.0, expected a whole number"),
        (("claims", "block"), "clams", "lacks the line '<!-- clams_dynamics: begin .* of the block 'clams_dynamics'"),
        (
            (*OSCILLATOR, "tune"),
            {"weights": [2.0]},
            "systems.coupled_oscillator.tune.weights holds no weight that the loss",
        ),
        (
            ("dynamics", "rows", "path_adam", "train", "warmup"),
            1e-4,
            "dynamics.rows.path_adam.train.warmup is 0.0001, less than one of the 500 steps of training on coupled_osc",
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
        ((*OSCILLATOR, "model", "time_unit"), float("inf"), "model.time_unit is inf, expected a finite number"),
        (("claims", "figures"), [""], r"claims.figures\[0\] is '', expected a path such as dynamics/systems"),
        (("claims", "readme"), "READM.md", "claims.readme needs the file 'READM.md', which does not exist; create it"),
        (("claims", "pages"), "doc", "claims.pages needs the file 'doc/dynamics.md', which does not exist"),
        (("systems", 3), DEFAULT["systems"]["coupled_oscillator"], "systems: the key 3 is not text"),
        (("dynamics",), [1], r"dynamics is \[1\], expected a mapping"),
    ],
)
def test_a_wrong_configuration_is_refused_in_one_sentence(path, value, message):
    with pytest.raises(InvalidConfig, match=message) as error:
        check(merged((path, value)))
    assert "\n" not in str(error.value)


OPTIONAL = {
    "properties.dynamics": {"seeds"},
    "systems.additionalProperties": {"trained", "parts", "tune"},
    "rows.additionalProperties": {"model", *PARTS, "tuned_as", "tuned_by", "weight", "train", "systems"},
    "config.$defs.split": {"balance"},
    "latent_odes.additionalProperties": {
        *("model", *PARTS, "weight", "learning_rate", "views"),
        *("splits", "encoder_hidden", "steps"),
    },
    "scheduler.properties.fit": {"model", *PARTS},
    "$defs.parts": {"model", *PARTS},
    "classifiers.additionalProperties": {"latents", "components", "grid", "balance", "cnn", "vote", "rr", "splits"},
    "properties.examples": {"context"},
    "network": {"cnn", "resnet", "transformer"},
    "network.properties.cnn": {"channels", "strides", "hidden"},
    "network.properties.resnet": {"channels", "blocks", "stride"},
    "network.properties.transformer": {"layers", "width", "heads"},
    "learners.additionalProperties": {"mixes", "horizon", "tasks", "learnt_from"},
    "summaries.additionalProperties": {
        "latents",
        "grid",
        "statistics",
        "end",
        "recurrent",
        "embedded",
        "learning_rate",
    },
}
ANY_PART = {"config.$defs.tune", "config.$defs.balance"} | {
    f"config.properties.ecg.properties.{place}"
    for place in ("splits", "conditions.additionalProperties", "latent_odes.additionalProperties.properties.views")
}
ANY_PART |= {f"config.properties.scheduler.properties.{place}" for place in ("policies", "fits.additionalProperties")}
ANY_PART |= {
    "config.$defs.some_train",
    "config.properties.inference.properties.robustness.additionalProperties",
    "config.properties.systems.additionalProperties.properties.parts",
}


def test_the_schema_is_closed_and_described_everywhere():
    def visit(node, path):
        if not isinstance(node, dict):
            return
        for name, child in node.get("properties", {}).items():
            assert "description" in child or "$ref" in child, f"{path}.{name}"
        if node.get("type") == "object":
            assert "additionalProperties" in node, path
            optional = next((names for end, names in OPTIONAL.items() if path.endswith(end)), set())
            if path not in ANY_PART:
                assert {*node.get("required", []), *optional} == set(node.get("properties", {})), path
        for name, child in node.items():
            visit(child, f"{path}.{name}")

    visit(schema(), "config")
    assert set(schema()["properties"]["tune"]["required"]) == set(schema()["$defs"]["tune"]["properties"])


def schema_files():
    """The content of each file of the schema, by the file of the configuration that it describes."""
    names = ["config.schema.yaml", *(Path(file).name for file in FILES[1:])]
    assert sorted(names) == sorted(path.name for path in SCHEMAS.iterdir())
    return {file: yaml.safe_load((SCHEMAS / name).read_text()) for file, name in zip(FILES, names, strict=True)}


def test_every_file_of_the_configuration_has_a_schema_of_its_own():
    for file, described in schema_files().items():
        assert described["properties"].keys() == yaml.safe_load((PROJECT / file).read_text()).keys(), file
    assert set(schema()["required"]) == set(DEFAULT)


def test_a_definition_stands_where_it_is_read():
    """In the file that reads it, or in config.schema.yaml if several do."""
    files = schema_files()
    homes = [(name, home) for home, described in files.items() for name in described.get("$defs", {})]
    assert sorted(name for name, _ in homes) == sorted(schema()["$defs"])
    for name, home in homes:
        readers = [file for file, described in files.items() if re.search(rf"#/\$defs/{name}\b", str(described))]
        assert readers == [home] or (home == FILES[0] and len(readers) > 1), name


@pytest.mark.parametrize(
    ("path", "value", "file"),
    [
        (("ecg", "gpus"), 2, "/ecg.yaml"),
        (("systems", "lorenz", "simulate", "points"), 9, "/systems.yaml"),
        (("tune", "steps"), 0, "/dynamics.yaml"),
        (("evaluate", "rtol"), 0, "/config.schema.yaml"),
        (("scheduler", "fit", "steps"), ..., "/scheduler.yaml"),
        (("sclae",), "default", ""),
        (("systems",), ..., ""),
    ],
)
def test_a_refusal_names_the_file_that_describes_the_key(path, value, file):
    with pytest.raises(InvalidConfig, match=rf"\(every key is described in \S*workflow/schemas{file}\)$"):
        check(merged((path, value)))


def test_what_may_be_left_out_has_its_value_in_one_class_and_none_in_the_schema():
    def keys(node):
        items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
        for key, child in items:
            yield key
            yield from keys(child)

    assert "default" not in set(keys(schema()))
    ecg = schema()["properties"]["ecg"]["properties"]
    views = ecg["latent_odes"]["additionalProperties"]["properties"]["views"]
    for part, kind in ((ecg["conditions"]["additionalProperties"], Condition), (views, Views)):
        kind()  # needs no value
        assert set(part["properties"]) <= {field.name for field in fields(kind)}
    assert LookAheadConfig().horizon == 1.0  # as the rules have it, which are spared the import


def test_a_check_of_the_configuration_imports_no_tensors():
    """They cost more than all else that a run takes in which nothing is to do."""
    code = "import sys; from workflow.configuration import check, default_config; check(default_config()); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert "jsonschema" in done.stdout.split()
    assert "torch" not in done.stdout.split()


def test_what_the_configuration_knows_of_the_package_without_importing_it_is_so():
    limited = {name: loss.largest_weight for name, loss in LOSSES.items() if loss.largest_weight < math.inf}
    assert limited == dynamics.LARGEST_WEIGHTS
    assert [name for name, loss in LOSSES.items() if not loss.penalised] == [*dynamics.UNPENALISED]
    assert scheduler.ROWS == FEWEST
    assert set(scheduler.IMAGES) | set(scheduler.TEXTS) == set(DATA_SETS)
    for name, read in DATA_SETS.items():
        assert ("context" in inspect.signature(read).parameters) == (name in scheduler.TEXTS)
    for kind, network in NETWORKS.items():
        known = {name: given.default for name, given in inspect.signature(network).parameters.items()}
        sizes = schema()["properties"]["scheduler"]["properties"]["tasks"]["additionalProperties"]["properties"]
        assert set(sizes["network"]["properties"][kind]["properties"]) == known.keys() - {"shape", "classes"}
        for size in scheduler.DEFAULTS.keys() & known.keys() if kind != "resnet" else ():
            assert scheduler.DEFAULTS[size] == (list(known[size]) if size in ("channels", "strides") else known[size])


def test_names_come_from_the_registries():
    properties = schema()["properties"]
    parts = schema()["$defs"]["parts"]["properties"]
    assert parts.pop("model")["enum"] == list(MODELS)
    assert {part: parts[part]["enum"] for part in parts} == {
        part: list(registry) for part, (registry, _) in PARTS.items()
    }
    rows, latent_odes, fits = (
        properties[chapter]["properties"][name]["additionalProperties"]["properties"]
        for chapter, name in (("dynamics", "rows"), ("ecg", "latent_odes"), ("scheduler", "fits"))
    )
    for entry in (rows, latent_odes, fits, properties["scheduler"]["properties"]["fit"]["properties"]):
        assert all(entry[part]["$ref"] == f"#/$defs/parts/properties/{part}" for part in ("model", *PARTS))
    assert properties["systems"]["additionalProperties"]["properties"]["system"]["enum"] == list(SYSTEMS)


def test_schema_and_package_know_the_same_training_settings():
    known = set(TrainingConfig.__dataclass_fields__) - {"learning_rate"}
    settings = schema()["$defs"]["some_train"]["properties"]
    assert set(settings) == known
    assert settings["optimiser"]["enum"] == list(OPTIMISERS)
    assert settings["schedule"]["enum"] == list(RATES)


@pytest.mark.parametrize("scale", ["smoke", "long", "paper"])
def test_a_scales_tuning_is_not_undone_by_what_a_system_has_of_its_own(scale):
    """A system's own ``tune`` in config/systems.yaml would win over an overlay's general one."""
    overlay = yaml.safe_load((PROJECT / f"config/{scale}.yaml").read_text())
    for name in overlay["dynamics"]["systems"]:
        own = DEFAULT["systems"][name].get("tune", {}).keys() - overlay["systems"].get(name, {}).get("tune", {}).keys()
        assert not own & overlay.get("tune", {}).keys(), name


def test_a_latent_ode_and_a_classifier_have_their_own_in_place_of_the_common():
    plain, path = latent_ode(DEFAULT, "plain"), latent_ode(DEFAULT, "path")
    assert (plain["train"]["steps"], plain["model"]["encoder_hidden"]) == (750, None)
    assert (path["train"], path["model"]) == (DEFAULT["ecg"]["train"], DEFAULT["ecg"]["model"])
    parts = {"kind": "latent_ode", "encoder": "gru", "field": "bounded", "decoder": "linear", "loss": "path"}
    parts["input"] = "linear"
    assert set(plain) == {*parts, "weight", "learning_rate", "views", "model", "train"}
    assert plain.items() >= parts.items()
    common, between = DEFAULT["ecg"]["balance"], DEFAULT["ecg"]["splits"]["inter_patient"]["balance"]
    assert balance(DEFAULT["ecg"], "random", "path") == common
    assert balance(DEFAULT["ecg"], "inter_patient", "path") == between
    assert balance(DEFAULT["ecg"], "random", "path_equal") == DEFAULT["ecg"]["classifiers"]["path_equal"]["balance"]


def test_a_latent_ode_of_beats_and_a_fit_to_runs_choose_their_model_like_a_row():
    curve = {"model": "curve", "loss": "none", "weight": 0.0, "learning_rate": 0.01, "views": {}}
    config = merged(
        (("ecg", "latent_odes", "curve"), curve),
        (("ecg", "latent_odes", "mean"), {"model": "constant"}),
        (("ecg", "classifiers", "curve"), {"latents": "curve", "trained_on": ["360 Hz"]}),
        (("scheduler", "fits", "curve"), {"model": "curve", "loss": "none", "seeds": [100]}),
        (("scheduler", "fits", "controlled"), {"field": "controlled", "loss": "kl", "weight": 0.1}),
    )
    check(config)
    beats = Experiment(seeds=[0], **latent_ode(config, "curve"))
    assert (beats.kind, beats.encoder, beats.loss, beats.weight) == ("curve", "gru", "none", 0.0)
    assert Experiment(seeds=[0], **latent_ode(config, "mean")).loss is None
    assert [entry.partition(":")[2] for entry in classifier_entries(config["ecg"], "curve")] == [
        "Trees",
        "Curve",
        "GRU",
        "linear",
    ]
    runs = FitConfig(**scheduler.fit_settings(config["scheduler"], "curve"))
    assert (runs.kind, runs.loss, runs.points) == ("curve", "none", 100)
    assert scheduler.chosen_runs(config["scheduler"], "curve") == {"seeds": [100]}
    runs = FitConfig(**scheduler.fit_settings(config["scheduler"], "controlled"))
    assert (runs.kind, runs.field, runs.loss, runs.weight) == ("latent_ode", "controlled", "kl", 0.1)
    entries = scheduler.fit_entries(config["scheduler"], "controlled", loss=True)
    assert [entry.partition(":")[2] for entry in entries][-1] == "KullbackLeibler"
    assert FitConfig(**scheduler.fit_settings(config["scheduler"], "all")) == FitConfig()


def test_a_row_is_a_model_with_its_parts_and_a_place_in_the_tables():
    assert dynamics.row_parts(DEFAULT, "lorenz", "path_lstm") == {
        "kind": "latent_ode",
        "encoder": "lstm",
        "input": "linear",
        "field": "bounded",
        "decoder": "linear",
        "loss": "path",
    }
    curve = {"kind": "curve", "encoder": "gru", "input": "linear", "loss": "none"}
    assert dynamics.row_parts(DEFAULT, "lorenz", "curve") == curve
    assert dynamics.row_parts(DEFAULT, "lorenz", "constant") == {"kind": "constant"}
    assert dynamics.setting(DEFAULT, "lorenz", "constant") == {
        **{"system": "lorenz", "row": "constant", "model": "constant"},
        **{"field": None, "encoder": None, "loss": None},
    }
    everything, learnt = (dynamics.row_entries(DEFAULT, "lorenz", "controlled", loss=loss) for loss in (True, False))
    assert set(everything) - set(learnt) == {"pathlode.training.losses.path_length:PathLength"}
    assert "pathlode.core.fields.controlled:ControlledField" in learnt


def test_a_system_has_parts_of_its_own_which_a_row_replaces():
    config = copy.deepcopy(DEFAULT)
    config["systems"]["lorenz"]["parts"] = {"input": "log", "decoder": "softplus", "encoder": "rnn"}
    path, lstm, curve = (dynamics.row_parts(config, "lorenz", row) for row in ("path", "path_lstm", "curve"))
    assert (path["encoder"], path["input"], path["decoder"], path["field"]) == ("rnn", "log", "softplus", "bounded")
    assert (lstm["encoder"], lstm["input"]) == ("lstm", "log")
    assert curve == {"kind": "curve", "encoder": "rnn", "input": "log", "loss": "none"}
    assert dynamics.row_parts(config, "lorenz", "constant") == {"kind": "constant"}
    assert dynamics.row_parts(config, "lane_emden", "path")["decoder"] == "linear"
    assert "pathlode.core.decoders.softplus:SoftplusDecoder" in dynamics.row_entries(config, "lorenz", "path")


def test_a_row_that_uses_anothers_tuning_has_none_of_its_own():
    borrowed = ((*ROWS, "kl_rnn", "tuned_as"), "kl")
    config = merged(borrowed)
    check(config)
    assert "kl_rnn" in dynamics.trained_rows(config, "lane_emden")
    assert "kl_rnn" not in dynamics.tuned_rows(config, "lane_emden")
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
    assert [dynamics.tuned_as(DEFAULT, row) for row in ("path", "constant")] == ["path", None]
    damped = dynamics.trained_rows(DEFAULT, "damped_oscillator")
    assert {"steer", "kinetic"} < set(damped)
    assert not {"steer_walk", "path_lstm", "curve"} & set(damped)
    assert dynamics.tuned_rows(DEFAULT, "damped_oscillator") == [row for row in damped if row != "constant"]


def test_the_splits_are_the_packages():
    assert set(schema()["properties"]["ecg"]["properties"]["splits"]["properties"]) == set(SPLITTERS)
