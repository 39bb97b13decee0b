"""Settings of heartbeats: what is refused, and what is made of the rest."""

import pytest
from configuration_cases import CLASSIFIERS, DEFAULT, assert_refused, merged

from pathlode.schedule.run_model import FitConfig
from pathlode.training.experiment import Experiment
from workflow.configuration import check, scheduler
from workflow.configuration.ecg import balance, beat_settings, classifier_entries
from workflow.configuration.replicates import replicate_numbers


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (
            ("ecg", "rows", "path", "views", "share"),
            [0.7, 0.05],
            r"ecg.rows.path.views.share is \[0.7, 0.05\], expected \[low, high\]",
        ),
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
            "ecg.classifiers.kl.latents names 'kll', which is not a key of ecg.rows",
        ),
        (
            (*CLASSIFIERS, "pca", "grid"),
            360,
            "ecg.classifiers.pca has components and grid of latents, components, grid",
        ),
        (("ecg", "mirrors"), [""], r"ecg.mirrors\[0\] is '', expected a folder, a URL"),
        (
            ("ecg", "records"),
            ["101", "100"],
            "ecg.records is .*'100', '101'.*, but the split inter_patient needs two of",
        ),
        (
            ("ecg", "worn", "classifiers"),
            ["path_relative"],
            "ecg.worn.classifiers names 'path_relative', expected classifiers in",
        ),
        ((*CLASSIFIERS, "cnn", "grid"), 90, "ecg.classifiers.cnn.cnn is true without a grid of 360"),
        (
            ("ecg", "balance", "least"),
            50000,
            "ecg.classifiers.path is fitted in the split random with a balance of .* whose",
        ),
        ((*CLASSIFIERS, "pca", "vote"), True, "ecg.classifiers.pca.vote is true, but only encodings can vote"),
        (
            ("ecg", "rows", "kl", "splits"),
            ["random"],
            "ecg.classifiers.kl is fitted in the split inter_patient, for which",
        ),
        (
            ("ecg", "shown", "classifier"),
            "pca",
            "ecg.shown names the classifier pca, which does not read latents of path",
        ),
        (
            ("ecg", "kept", "split"),
            "rando",
            "ecg.kept.split names 'rando', which is not a key of ecg.splits",
        ),
        (
            ("ecg", "kept", "row"),
            "kl",
            "ecg.kept names the classifier path_relative, which does not read latents of kl in the split inter_patient",
        ),
        (
            ("ecg", "kept", "classifier"),
            "path",
            "ecg.kept names the classifier path, which does not read relative features; choose one that has",
        ),
        (
            ("ecg", "rows", "kl"),
            {"model": "constant"},
            "ecg.classifiers.kl.latents names 'kl', whose model constant has no z0; name another of ecg.rows",
        ),
        (
            ("ecg", "rows", "mean"),
            {"model": "constant", "weight": 0.1},
            "ecg.rows.mean.weight is 0.1, but the model constant is not trained; remove it",
        ),
        (
            ("ecg", "rows", "path", "model"),
            "curve",
            r"ecg.rows.path.loss is 'path', which needs a latent path z\(t\), but the model curve has none; name",
        ),
        (
            ("ecg", "rows", "kl", "views"),
            ...,
            "ecg.rows.kl lacks views, but its model is trained; add it",
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
        (
            ("ecg", "train", "warmup"),
            0.0001,
            "ecg.train.warmup is 0.0001, less than one of the 1500 steps of ecg.rows.path; raise",
        ),
    ],
)
def test_a_wrong_configuration_is_refused_in_one_sentence(path, value, message):
    assert_refused(path, value, message)


def test_a_row_and_a_classifier_have_their_own_in_place_of_the_common():
    plain, path = beat_settings(DEFAULT, "plain"), beat_settings(DEFAULT, "path")
    assert (plain["train"]["steps"], plain["sizes"]["encoder_hidden"]) == (500, None)
    assert (path["train"], path["sizes"]) == (DEFAULT["ecg"]["train"], DEFAULT["ecg"]["sizes"])
    parts = {"model": "latent_ode", "encoder": "gru", "field": "bounded", "decoder": "linear", "loss": "path"}
    parts["input"] = "linear"
    assert set(plain) == {*parts, "weight", "learning_rate", "views", "sizes", "train"}
    assert plain.items() >= parts.items()
    common, between = DEFAULT["ecg"]["balance"], DEFAULT["ecg"]["splits"]["inter_patient"]["balance"]
    assert balance(DEFAULT["ecg"], "random", "path") == common
    assert balance(DEFAULT["ecg"], "inter_patient", "path") == between
    assert balance(DEFAULT["ecg"], "random", "path_equal") == DEFAULT["ecg"]["classifiers"]["path_equal"]["balance"]


def test_a_row_of_beats_and_a_fit_to_runs_choose_their_model_like_a_row():
    curve = {"model": "curve", "loss": "none", "weight": 0.0, "learning_rate": 0.01, "views": {}}
    config = merged(
        (("ecg", "rows", "curve"), curve),
        (("ecg", "rows", "mean"), {"model": "constant"}),
        (("ecg", "classifiers", "curve"), {"latents": "curve", "trained_on": ["360 Hz"]}),
        (("scheduler", "rows", "curve"), {"model": "curve", "loss": "none", "repeats": 1}),
        (("scheduler", "rows", "controlled"), {"field": "controlled", "loss": "kl", "weight": 0.1}),
    )
    check(config)
    beats = Experiment(seeds=[0], **beat_settings(config, "curve"))
    assert (beats.model, beats.encoder, beats.loss, beats.weight) == ("curve", "gru", "none", 0.0)
    assert Experiment(seeds=[0], **beat_settings(config, "mean")).loss is None
    assert [entry.partition(":")[2] for entry in classifier_entries(config["ecg"], "curve")] == [
        "Trees",
        "Curve",
        "GRU",
        "linear",
    ]
    runs = FitConfig(**scheduler.fit_settings(config["scheduler"], "curve"))
    assert (runs.model, runs.loss, runs.points) == ("curve", "none", 100)
    assert scheduler.chosen_runs(config["scheduler"], "curve") == {"repeats": 1}
    runs = FitConfig(**scheduler.fit_settings(config["scheduler"], "controlled"))
    assert (runs.model, runs.field, runs.loss, runs.weight) == ("latent_ode", "controlled", "kl", 0.1)
    entries = scheduler.fit_entries(config["scheduler"], "controlled", loss=True)
    assert [entry.partition(":")[2] for entry in entries][-2:] == ["KullbackLeibler", ""]  # and what trains by it
    assert FitConfig(**scheduler.fit_settings(config["scheduler"], "all")) == FitConfig()


def test_replicates_are_numbered_from_the_first_or_named():
    given = {"first_replicate": 40, "ecg": {"replicates": 3}}
    assert replicate_numbers(given, "ecg") == [40, 41, 42]
    assert replicate_numbers({**given, "ecg": {"replicates": 3, "seeds": [7, 2]}}, "ecg") == [7, 2]
