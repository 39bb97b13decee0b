"""Settings of the chapter of rivals: what is refused, and which rows are compared."""

import pytest
from configuration_cases import DEFAULT, assert_refused, merged

from pathlode.training.experiment import Experiment
from pathlode.training.views import Views
from workflow.configuration import check, graphs, hybrids, rivals
from workflow.configuration.dynamics import trained_rows
from workflow.configuration.real import series_settings
from workflow.configuration.replicates import replicate_batches
from workflow.configuration.rows import all_rows, row_settings

ROWS, GRAPHS, HYBRIDS = (("rivals", name) for name in ("rows", "graphs", "hybrids"))
COMPARED = DEFAULT["rivals"]["compared"]


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("rivals", "left_out"), {"vowel": ["cru"]}, "rivals.left_out names 'vowel', .*; did you mean 'vowels'"),
        (("rivals", "left_out"), {"vowels": ["crus"]}, "rivals.left_out.vowels names 'crus', .*; did you mean 'cru'"),
        (("rivals", "left_out"), {"vowels": ["path"]}, "rivals.left_out.vowels names 'path', with which .*; remove it"),
        (
            ("rivals", "systems"),
            ["lorentz"],
            "rivals.systems names 'lorentz', which is not a key of systems; did you mean",
        ),
        (
            ("rivals", "measured"),
            "vowel",
            "rivals.measured names 'vowel', which is not a key of real.data; did you mean",
        ),
        (
            ("rivals", "compared"),
            ["path", "constant", "crus"],
            "rivals.compared names 'crus', .*rows; did you mean 'cru'",
        ),
        (
            ("rivals", "compared"),
            ["path", "cru"],
            "rivals.compared lacks 'constant'; add it, because the others are compa",
        ),
        (
            ("rivals", "out_of_range", "share"),
            0.6,
            "rivals.out_of_range.share is 0.6, expected above 0, and so small .* DampedOscillator, .*; lower it",
        ),
        (
            (*ROWS, "path"),
            {"loss": "path"},
            "rivals.rows.path has the name of a row of another chapter; choose another",
        ),
        (
            (*ROWS, "path_head"),
            {"loss": "path"},
            "rivals.rows.path_head has the name of a row of another chapter; choose",
        ),
        (
            (*ROWS, "cru", "loss"),
            "path",
            r"rivals.rows.cru.loss is 'path', which needs a latent path z\(t\), but the model",
        ),
        (
            (*ROWS, "hybrid_oscillator", "systems"),
            ["lorenz"],
            "rivals.rows.hybrid_oscillator.field is 'hybrid_oscillator', which knows .*, but the system lorenz has other",
        ),
        (
            (*ROWS, "latent_sde", "train", "solver"),
            "alf",
            "latent_sde.train.solver is 'alf', but the model latent_sde has steps of its own; remove it, or set it to revers",
        ),
        ((*ROWS, "cru", "weight"), 0.1, "rivals.rows.cru.weight is 0.1, but the loss none has no penalty; remove it"),
        ((*ROWS, "cru", "systems"), ["vowel"], "rivals.rows.cru.systems names 'vowel', .*; did you mean 'vowels'"),
        (
            (*ROWS, "cru", "sizes", "latent"),
            7,
            "rivals.rows.cru.sizes.latent is 7, but the model cru needs an even number of at least 4",
        ),
        (
            (*ROWS, "galerkin", "tuned_as"),
            "none",
            "rivals.rows.galerkin.tuned_as names 'none', expected a row with the same",
        ),
        (
            (*ROWS, "second_order", "train"),
            {"batch": 6000},
            "rivals.rows.second_order.train.batch is 6000, more than the 5000 trajectories of systems.damped_oscillator",
        ),
        (
            (*ROWS, "latent_sde", "train", "warmup"),
            1e-4,
            "real.data.vowels.train.warmup is 0.0001, less than one of the 400 steps of rivals.rows.latent_sde; raise",
        ),
        (
            (*GRAPHS, "systems"),
            ["lorentz"],
            "rivals.graphs.systems names 'lorentz', which is not a key of systems; did you mean 'lorenz'",
        ),
        (
            (*GRAPHS, "systems"),
            ["lane_emden"],
            "rivals.graphs.systems names 'lane_emden', whose observed .*; name anoth",
        ),
        ((*GRAPHS, "rows"), ["cnode"], "rivals.graphs.rows names 'cnode', .*; did you mean 'c_node'"),
        (
            (*GRAPHS, "rows"),
            ["path"],
            "rows names 'path', but its model latent_ode has no state that is what was observed, .* observed_ode, sindy",
        ),
        ((*GRAPHS, "left_out"), {"lorenz": ["cnode"]}, "rivals.graphs.left_out.lorenz names 'cnode', .*'c_node'"),
        (
            (*GRAPHS, "held"),
            {},
            "rivals.graphs.held lacks 'two_oscillators'; add it with a value and one of x, v, y, z",
        ),
        (
            (*GRAPHS, "held", "two_oscillators", "quantity"),
            "w",
            "rivals.graphs.held.two_oscillators.quantity is 'w', expected one of x, v, y, z; name one",
        ),
        (
            (*HYBRIDS, "system"),
            "mixed_oscilator",
            "rivals.hybrids.system names 'mixed_oscilator', which is not a key of systems; did you",
        ),
        ((*HYBRIDS, "rows", "neural"), "paths", "rivals.hybrids.rows.neural names 'paths', .*; did you mean 'path'"),
        (
            (*HYBRIDS, "rows", "expert"),
            "path",
            "rivals.hybrids.rows.expert names 'path', expected .* hybrid_oscillator",
        ),
        (
            (*HYBRIDS, "rows", "neural"),
            "constant",
            "rivals.hybrids.rows.neural names 'constant', expected a row that is trained, without a known part; name",
        ),
        (
            (*HYBRIDS, "training_sets"),
            [10, 501],
            "rivals.hybrids.training_sets has 501, more than the 500 trajectories",
        ),
        (
            ("rivals", "compared"),
            [*COMPARED, "kl_unit"],
            "rivals.compared names 'kl_unit', whose weight is for simulated systems only, but it is fitted to vowels as well",
        ),
    ],
)
def test_inconsistent_settings_are_refused_in_one_sentence(path, value, message):
    assert_refused(path, value, message)


def test_a_row_is_compared_wherever_its_own_systems_allow_it():
    damped, vowels = (rivals.compared_rows(DEFAULT, data) for data in ("damped_oscillator", "vowels"))
    assert {"curve", "hybrid_oscillator"} <= set(damped)  # dynamics fits no curve there
    assert not {"hybrid_lotka_volterra", "cru", "latent_sde"} & set(damped)
    assert {"cru", "latent_sde"} < set(vowels)
    assert not [name for name in vowels if name.startswith("hybrid")]
    untrained = {"constant", "sindy"}
    assert rivals.tuned_rivals(DEFAULT, "damped_oscillator") == [name for name in damped if name not in untrained]


def test_rows_of_graphs_are_fitted_where_a_graph_can_be_wrong():
    own = merged(((*GRAPHS, "rows"), ["observed_ode", "c_node", "sindy"]))
    assert graphs.graph_rows(own, "two_oscillators") == ["observed_ode", "c_node", "sindy"]
    assert graphs.tuned_graphs(own, "two_oscillators") == ["observed_ode", "c_node"]
    assert graphs.graph_rows(own, "lotka_volterra_fixed_start") == ["observed_ode", "sindy"]


def test_models_of_few_series_have_the_settings_of_their_rows():
    found = hybrids.hybrid_settings(DEFAULT)
    assert {row: own["sizes"]["hidden"] for row, own in found.items()} == {"hybrid": 10, "expert": 2, "neural": 10}
    assert {row: own["field"] for row, own in found.items()} == {
        "hybrid": "hybrid_oscillator", "expert": "hybrid_oscillator", "neural": "bounded",
    }  # fmt: skip
    for own in found.values():
        Experiment(seeds=[0], **own)


def test_what_dynamics_trains_for_the_same_replicates_is_shared():
    """The files of a row are named after the system, the batch of replicates and the row."""
    assert replicate_batches(DEFAULT, "rivals") == replicate_batches(DEFAULT, "dynamics")
    for system in DEFAULT["rivals"]["systems"]:
        assert {"path", "kl", "none", "constant"} <= {*rivals.compared_rows(DEFAULT, system)} & {
            *trained_rows(DEFAULT, system)
        }


def test_rows_are_fitted_to_measured_series_with_what_they_replace():
    cru = series_settings(DEFAULT, "vowels", "interpolation", "cru")
    Experiment(seeds=[0], **cru)
    assert (cru["model"], cru["sizes"]["latent"], cru["views"]["share"]) == ("cru", 8, [0.1, 1.0])
    forced = merged(((*ROWS, "forced_ode", "views"), {"subsets": 0.0}))  # as at the scale night
    assert Views(**series_settings(forced, "vowels", "interpolation", "forced_ode")["views"]).whole
    assert row_settings(DEFAULT, "lorenz", "latent_sde")["train"]["solver_steps"] == 24
    own = merged(((*ROWS, "mean_field"), {"loss": "path"}), (("rivals", "compared"), [*COMPARED, "mean_field"]))
    check(own)
    assert "mean_field" in all_rows(own)
