"""Settings of the chapter on chaos: what is refused, and what is fitted."""

import pytest
from configuration_cases import DEFAULT, merged

from workflow.configuration import InvalidConfig, chaos, check

ROWS, DATA = ("chaos", "rows"), ("chaos", "data")
FLOWS = (*DATA, "irregular", "flows")


@pytest.mark.parametrize(
    ("where", "value", "message"),
    [
        (FLOWS, ["Lorenz", "Rucklidge", "Lorenzo"], "chaos.data.irregular.flows names 'Lorenzo': dysts has no flow .*: did you mean Lorenz or"),
        (FLOWS, ["Lorenz", "Rucklidge", "MackeyGlass"], "flows names 'MackeyGlass': the flow MackeyGlass has a delay, .*: choose another"),
        (FLOWS, ["Lorenz", "Rucklidge", "HyperRossler"], "flows names 'HyperRossler', which has 4 dimensions, expected 3; remove it"),
        (("chaos", "data", "grid", "flows"), ["Lorentz"], "chaos.data.grid.flows names .Lorentz.: dysts has no flow .*: did you mean Lorenz or"),  # before what is shown of it
        (("chaos", "rows", "langevin_sde", "train"), {"solver_steps": 4}, "langevin_sde.train.solver_steps is 4, but windows last .* at most 0.5"),
        (("chaos", "fitted"), ["path", "constant", "sindi"], "chaos.fitted names 'sindi', .*did you mean 'sindy'"),
        (("chaos", "fitted"), ["path", "sindy"], "chaos.fitted lacks 'constant'; add it, because the others are compa"),
        (("chaos", "left_out"), {"gird": ["path"]}, "chaos.left_out names 'gird', .*did you mean 'grid'"),
        (("chaos", "left_out"), {"grid": ["paths"]}, "chaos.left_out.grid names 'paths', .*did you mean 'path'"),
        (("chaos", "shown"), ["Lorenz_gird"], "chaos.shown names 'Lorenz_gird', .*did you mean 'Lorenz_grid'"),
        ((*DATA, "grid", "suffix"), "", "chaos.data has 'Lorenz' in two data sets; give one of them another suffix"),
        ((*DATA, "grid", "window"), [3.0, 2.0], r"chaos.data.grid.window is \[3.0, 2.0\], expected \[low, high\]; exch"),
        ((*DATA, "grid", "train"), 20, "chaos.train.batch is 32, more than the 20 windows of chaos.data.grid.train; low"),
        ((*ROWS, "path", "tuned_as"), "kl", "chaos.rows.path has tuned_as, which this chapter does not use; remove it"),
        (
            (*ROWS, "linear", "sizes", "depth"),
            3,
            "chaos.rows.linear.sizes.depth is 3, but the model observed_ode with the field linear takes no depth; remove it",
        ),
        ((*ROWS, "havok", "sizes"), {"hidden": 1}, "chaos.rows.havok.sizes.hidden is 1, but the model havok needs at least 2"),
        ((*ROWS, "sindy", "weight"), 0.1, "chaos.rows.sindy.weight is 0.1, but the model sindy is not trained; remove"),
        ((*ROWS, "path", "loss"), "c_node", "chaos.rows.path.loss is 'c_node', which needs a network of layers"),
        ((*ROWS, "path", "train"), {"forcing": 4.0}, "chaos.rows.path.train.forcing is 4.0, but the model latent_ode has no"),
        ((*ROWS, "none", "weight"), 0.1, "chaos.rows.none.weight is 0.1, but the loss none has no penalty; remove it"),
        ((*ROWS, "path", "decoder"), "squareplus", "chaos.rows.path.decoder is 'squareplus', .* positive .* about their mean"),
        ((*ROWS, "forced_ode", "loss"), "steer", "chaos.rows.forced_ode.train.forcing is 0.2, but the loss steer predicts at o"),
        ((*ROWS, "al_rnn", "views"), {"subsets": 0.5}, "al_rnn.train.forcing is 4.0, but the views leave out observations"),
        (("chaos", "left_out", "grid"), ["constant"], "chaos.left_out.grid names 'constant', whose scores stand for those"),
        (
            ("chaos", "left_out"),
            {"grid": ["path"], "irregular": ["path"]},
            "chaos.left_out names 'path' under every data set, .*; remove it from one",
        ),
        ((*DATA, "grid", "window"), [1.0, 1.3], r"window is \[1.0, 1.3\], but regular windows have one gap .*; change one"),
        ((*DATA, "grid", "free"), 0.01, "chaos.data.grid.free is 0.01 periods with 50 times in each, .* two times or more"),
        (("chaos", "train", "warmup"), 0.001, "chaos.train.warmup is 0.001, less than one of the 600 steps; raise"),
    ],
)  # fmt: skip
def test_what_cannot_be_made_is_refused(where, value, message):
    with pytest.raises(InvalidConfig, match=message):
        check(merged((where, value)))


def test_flows_come_in_groups_of_one_job():
    small = merged((("chaos", "group"), 4))
    groups = chaos.groups(small)
    assert list(groups) == ["irregular0", "irregular1", "irregular2", "grid0"]
    assert [len(group.flows) for group in groups.values()] == [4, 4, 2, 1]
    assert [name for group in groups.values() for name in group.flows][:10] == DEFAULT["chaos"]["data"]["irregular"][
        "flows"
    ]


def test_a_row_is_one_line_with_its_name():
    own = merged(((*ROWS, "second"), {"field": "second_order", "loss": "path", "weight": 1.0}))
    settings = chaos.chaos_settings(own, "second")
    assert (settings["field"], settings["weight"], settings["learning_rate"]) == ("second_order", 1.0, 0.01)
    assert "weight" not in chaos.chaos_settings(own, "sindy")


def test_a_forecast_begins_with_the_window_or_its_last_observation_or_where_it_has_drawn_the_state():
    begins = {
        row: (own["from_last"], own["forcing"])
        for row in ("path", "sindy", "forced_ode")
        for own in [chaos.asking(DEFAULT, row)]
    }
    assert begins == {
        "path": (False, 0),
        "sindy": (True, 0),
        "forced_ode": (False, DEFAULT["chaos"]["rows"]["forced_ode"]["train"]["forcing"]),
    }
    unforced = chaos.asking(merged(((*ROWS, "al_rnn", "train"), {"steps": 10})), "al_rnn")
    assert (unforced["from_last"], unforced["forcing"]) == (True, 0)
