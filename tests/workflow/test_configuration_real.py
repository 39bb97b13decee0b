"""Settings of real data: what is refused, and what is made of the rest."""

import pytest
from configuration_cases import DEFAULT, assert_refused, merged

from pathlode.parts import OF_SOLVER
from pathlode.real.splits import Hiding
from pathlode.real.vowels import Vowels
from pathlode.registry import MEASURED
from pathlode.training.experiment import Experiment
from workflow.configuration import InvalidConfig, check
from workflow.configuration.real import folders, goals, hopper_settings, pelt_settings, series_settings, trained_on

CURVE = DEFAULT["real"]["rows"]["curve"]
STAYS, VOWELS = (("real", "data", name) for name in ("physionet", "vowels"))


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("real", "trained"), ["paths"], "real.trained names 'paths', which is not a key of real.rows; did you mean"),
        (("real", "compared"), ["tree"], "real.compared names 'tree', which is not a key of real.rows; did you mean"),
        (("real", "shown", "rows"), ["lines"], "real.shown.rows names 'lines', which is not a key of real.trained"),
        (("real", "rows", "mean"), {"loss": "none"}, "real.rows.mean has the name of a prediction without a model"),
        (
            ("real", "rows", "kinetic"),
            {"loss": "path", "field": "hybrid_lotka_volterra"},
            "real.rows.kinetic.field is 'hybrid_lotka_volterra', which .*, but measured data has other equations; name another",
        ),
        (
            ("real", "rows", "flat"),
            {"model": "constant"},
            "real.rows.flat is a model without training; name another",
        ),
        (
            ("real", "rows", "path_head"),
            {"model": "cru", "loss": "none", "head": 1.0},
            "real.rows.path_head.head is 1.0, but the model cru takes no head; remove it",
        ),
        (
            ("real", "rows", "curve"),
            {"model": "cru", "loss": "none", "sizes": {"latent": 3}},
            "real.rows.curve.sizes.latent is 3, but the model cru needs an even number of at least 4; change latent",
        ),
        (("real", "rows", "path"), {}, "real.rows.path lacks a loss, but the model latent_ode is trained"),
        (
            ("real", "trained"),
            ["path", "path_head"],
            "real.trained names 'path_head', which has a head; name it in `heads`",
        ),
        (
            (*VOWELS, "heads"),
            ["path"],
            "real.data.vowels.heads names 'path', which is not a key of real.rows with a head",
        ),
        ((*STAYS, "read"), {}, "real.data.physionet.read lacks interval; add it"),
        ((*STAYS, "read", "interval"), 0.7, "real.data.physionet.read.interval is 0.7, expected a part of 48 hours"),
        (
            (*STAYS, "hidden", "first"),
            48,
            "real.data.physionet.hidden.first is 48, but a series has 48 times; lower it",
        ),
        (
            (*STAYS, "train", "warmup"),
            0.001,
            "real.data.physionet.train.warmup is 0.001, less than one of the 250 steps of",
        ),
        (
            ("real", "rows", "curve"),
            CURVE | {"views": {"share": [0.9, 0.5]}},
            r"real.rows.curve.views.share is \[0.9, 0.5\], expected \[low, high\]",
        ),
        (
            ("real", "rows", "path", "sizes"),
            {"augment": 20},
            "real.rows.path.sizes has hidden 20 and augment 20, but z0 sets",
        ),
        ((*VOWELS, "read"), {"interval": 1.0}, "real.data.vowels.read has interval; remove it"),
        ((*STAYS, "invented"), 30, "real.data.physionet.invented is 30, expected at least 40; raise it"),
        (
            ("real", "mirrors", "vowels"),
            ["x"],
            "real.mirrors names 'vowels', which is not a key of the folders of real.data",
        ),
        ((*VOWELS, "test"), 0.5, "real.data.vowels.test is 0.5, expected null"),
        (("real", "views", "share"), [0.9, 0.5], r"real.views.share is \[0.9, 0.5\], expected \[low, high\]"),
        (
            ("real", "hudson_bay", "validation"),
            19_950,
            "real.hudson_bay.validation is 19950, which needs 20014 of 20000",
        ),
        (("real", "hudson_bay", "draws"), 7000, "real.hudson_bay.draws is 7000, which needs 14000 of 12000 draws"),
        (
            ("real", "hudson_bay", "train", "warmup"),
            0.0001,
            "real.hudson_bay.train.warmup is 0.0001, less than one of the 3000 steps of real.rows.path; raise",
        ),
        (
            ("real", "hudson_bay", "rows"),
            ["path", "kll"],
            "real.hudson_bay.rows names 'kll', which is not a key of real.rows; did you mean",
        ),
        (
            ("real", "hudson_bay", "rows"),
            ["kl_head"],
            "real.hudson_bay.rows names 'kl_head', expected rows of real.rows that have a z0, no head, and another name than values",
        ),
        (("real", "hudson_bay", "within"), 2.0, "real.hudson_bay.within is 2.0, expected a number at least 5"),
        (("real", "weights"), [], "real.weights has 0 entries, expected at least 1"),
        (
            ("real", "mirrors", "physionet2012"),
            [""],
            r"real.mirrors.physionet2012\[0\] is '', expected a folder, a URL",
        ),
    ],
)
def test_inconsistent_settings_are_refused_in_one_sentence(path, value, message):
    assert_refused(path, value, message)


def test_a_model_that_is_not_trained_may_lie_ready():
    check(merged((("real", "trained"), ["path", "path_interpolation"])))


def test_a_model_without_z0_may_be_trained():
    check(merged((("real", "rows", "curve"), {"model": "cru", "loss": "none"})))


def test_only_a_data_set_with_first_times_is_forecast():
    assert goals(DEFAULT, "physionet") == ["interpolation", "forecast"]
    assert goals(DEFAULT, "vowels") == ["interpolation"]
    assert Hiding(**DEFAULT["real"]["data"]["physionet"]["hidden"]).first == 24


def test_a_forecast_is_trained_on_the_first_times():
    settings = {goal: series_settings(DEFAULT, "physionet", goal, "path") for goal in ("interpolation", "forecast")}
    assert "first" not in settings["interpolation"]["views"]
    assert settings["forecast"]["views"] == DEFAULT["real"]["views"] | {"first": 24}
    assert settings["forecast"]["sizes"]["gaps"] is True
    Experiment(seeds=[0], **settings["forecast"])


def test_a_model_replaces_sizes_training_and_views_of_its_data():
    own = {"sizes": {"latent": 8}, "views": {"subsets": 0.7}, "train": {"steps": 100}}
    settings = series_settings(merged((("real", "rows", "curve"), CURVE | own)), "vowels", "interpolation", "curve")
    data = DEFAULT["real"]["data"]["vowels"]
    assert settings["sizes"] == data["sizes"] | {"gaps": True, "latent": 8}
    assert settings["train"] == {k: v for k, v in data["train"].items() if k not in OF_SOLVER} | {"steps": 100}
    assert settings["views"] == DEFAULT["real"]["views"] | {"subsets": 0.7}


def test_a_row_may_name_any_model_with_z0_for_pelts():
    config = merged((("real", "hudson_bay", "rows"), ["path", "curve"]))
    check(config)
    path, curve = (pelt_settings(config, name) for name in ("path", "curve"))
    own = DEFAULT["real"]["hudson_bay"]
    assert (path["loss"], path["train"], path["weight"]) == ("path", own["train"], own["weight"])
    assert (curve["model"], curve["loss"], curve["sizes"]) == ("curve", "none", own["sizes"])
    Experiment(seeds=[0], **curve)


def test_a_model_with_a_head_is_trained_where_classes_are_told():
    config = merged(((*STAYS, "heads"), ["kl_head"]))
    assert trained_on(config, "physionet", "interpolation") == [*config["real"]["trained"], "kl_head"]
    assert trained_on(config, "physionet", "forecast") == config["real"]["trained"]


def test_a_step_on_the_hopper_shows_the_share_that_is_read_later():
    config = merged((("real", "hopper", "rows"), ["path"]))
    check(config)
    shown, forecast = (hopper_settings(config, 0.3, goal, "path") for goal in ("interpolation", "forecast"))
    assert (shown["views"], forecast["views"]) == ({"subsets": 1.0, "share": [0.3, 0.3]}, {"first": 19})
    Experiment(seeds=[0], weight=[0.1], **shown)
    fewer = hopper_settings(config, 0.3, "forecast", "path_interpolation")["train"]
    assert (fewer["steps"], fewer["optimiser"]) == (config["real"]["hopper"]["train"]["steps"], "adam")
    with pytest.raises(InvalidConfig, match="real.hopper.rows names 'kl_head', which has a head"):
        check(merged((("real", "hopper", "rows"), ["kl_head"])))


class Toy(Vowels):
    """Another data set."""

    folder = "toys"


def test_another_data_set_is_a_class_a_line_and_an_entry(monkeypatch):
    monkeypatch.setitem(MEASURED._entries, "toy", f"{__name__}:Toy")
    entry, mirrors = (("real", "data", "toy"), DEFAULT["real"]["data"]["vowels"]), (("real", "mirrors", "toys"), ["."])
    config = merged(entry, mirrors)
    check(config)
    assert folders(config) == ["physionet2012", "japanese_vowels", "basic_motions", "toys", "hudson_bay", "hopper"]
    with pytest.raises(InvalidConfig, match="real.mirrors lacks 'toys'; add a folder or URL"):
        check(merged(entry))


def test_all_measured_data_sets_are_in_the_chapter_and_have_mirrors():
    assert set(MEASURED) == set(DEFAULT["real"]["data"])
    with pytest.raises(
        InvalidConfig, match="real.mirrors lacks 'japanese_vowels'; add a folder or URL that has its files"
    ):
        check(merged((("real", "mirrors", "japanese_vowels"), ...)))
