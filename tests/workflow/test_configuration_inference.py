"""Settings of inference that are refused."""

import pytest
from configuration_cases import assert_refused

from workflow.configuration.summaries import flow_settings


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (
            ("inference", "flows", "zuko"),
            ["path", "pth"],
            "inference.flows.zuko names 'pth', which is not a key of inference.summaries; did you mean 'path'",
        ),
        (
            ("inference", "ensembles"),
            ["seris"],
            "inference.ensembles names 'seris', which is not a key of inference.summaries; did you mean 'series'",
        ),
        (
            ("inference", "ensembles"),
            ["binned"],
            "inference.ensembles names 'binned', which has one flow for all replicates",
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
            ("inference", "fresh", "designs", "points"),
            [60, 200],
            "inference.fresh.designs.points is from 60 to 200, without the 50 of systems.lotka_volterra_noisy.simulate.points",
        ),
        (
            ("inference", "fresh", "designs", "noise"),
            [0.3, 0.4],
            "inference.fresh.designs.noise is from 0.3 to 0.4, without the 0.2 of systems.lotka_volterra_noisy.simulate.noise",
        ),
        (
            ("inference", "summaries", "binned", "learning_rate"),
            0.01,
            "inference.summaries.binned is trained on fresh simulations; remove learning_rate, and see inference.fresh.train",
        ),
        (
            ("inference", "summaries", "series", "perceptron"),
            8,
            "inference.summaries.series has grid and perceptron; remove perceptron",
        ),
        (
            ("inference", "summaries", "binned", "convolution"),
            8,
            "inference.summaries.binned has bins and perceptron and convolution; set exactly one of perceptron",
        ),
        (("inference", "summaries", "series", "start"), "path", "summaries.series has grid and start; remove start"),
        (
            ("inference", "summaries", "joint", "start"),
            "pth",
            "inference.summaries.joint.start names 'pth', which is not a key of dynamics.rows; did you mean 'path'",
        ),
        (
            ("inference", "reference", "systems"),
            301,
            "reference.systems needs 301 trajectories, but systems.lotka_volterra_noisy.simulate.test is 300; lower",
        ),
        (("inference", "budgets"), [{"simulations": 20}] * 2, "inference.budgets has 20 simulations twice; remove one"),
        (
            ("inference", "training_sets"),
            {"zuko": [20]},
            "inference.training_sets has no nflows, which is in inference.flows; add it",
        ),
        (
            ("inference", "compared"),
            ["pth"],
            "inference.compared names 'pth', expected some of those in inference.flows.zuko",
        ),
        (
            ("inference", "reference", "second", "walkers"),
            100,
            "inference.reference.draws is 1000, more than 100 walkers have; lower it, or raise",
        ),
        (("inference", "system"), "lotka", "inference.system names 'lotka', which is not a key of systems"),
        (("inference", "outside"), [1.0], r"inference.outside is \[1.0\], expected 6 numbers"),
        (("inference", "outside"), [1, 1, 1, 2, 2, 2], "expected 6 numbers, at least one of them outside the prior's"),
    ],
)
def test_a_wrong_configuration_is_refused_in_one_sentence(path, value, message):
    assert_refused(path, value, message)


def test_a_number_of_simulations_has_its_own_settings_and_a_summary_too():
    inference = {
        "summaries": {"series": {"grid": 5}, "joint": {"recurrent": 4, "weight_decay": 0.0}, "binned": {"bins": 3}},
        "flow": {"width": 8, "learning_rate": 0.01},
        "budgets": [{"simulations": 100, "learning_rate": 0.1, "weight_decay": 3.0}],
        "fresh": {"flow": {"width": 9}},
    }
    assert flow_settings(inference, "series", 10) == {"width": 8, "learning_rate": 0.01}
    assert flow_settings(inference, "series", 100) == {"width": 8, "learning_rate": 0.1, "weight_decay": 3.0}
    assert flow_settings(inference, "joint", 100)["weight_decay"] == 0.0
    assert flow_settings(inference, "binned") == {"width": 9}
