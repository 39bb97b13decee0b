"""Figures of the chapter on chaos."""

import itertools

import numpy as np
import pandas as pd
import pytest
from drawing import drawn

from pathlode.chaos.columns import chaos_rankings
from pathlode.chaos.results import CHAOS_MEASURES, ChaosScores, ShownOrbits
from pathlode.plots import chaos

ROWS = ["path", "sindy", "constant"]


@pytest.fixture
def shown():
    rng, keys = np.random.default_rng(0), [f"Lorenz/{row}" for row in ("truth", *ROWS)]
    parts = {
        "orbits": {key: rng.normal(size=(40, 3)) for key in keys},
        "errors": {key: rng.uniform(0.01, 1, size=30) for key in keys},
        "spectra": {key: rng.uniform(1e-4, 1, size=21) for key in keys},
    }
    parts["orbits"]["Lorenz/sindy"][:] = np.nan
    parts |= {
        "coded": {"Lorenz/al_rnn": rng.normal(size=(9, 3))},
        "codes": {"Lorenz/al_rnn": np.array([0, 0, 0, 2, 2, 0, 0, 0, 2])},
    }
    return [ShownOrbits(moments=np.arange(40) / 10, times=np.arange(1, 31) / 10, **parts)]


@pytest.mark.parametrize("draw", [chaos.attractors, chaos.divergence_in_time, chaos.spectra])
def test_single_flows_are_drawn_with_all_their_rows(shown, draw, tmp_path):
    figure = drawn(draw(shown, [*ROWS, "kl"]), tmp_path)  # a row that was left out of the flow
    words = [text.get_text() for axis in figure.axes if axis.legend_ for text in axis.legend_.texts]
    words += [axis.get_title() for axis in figure.axes]
    assert {"path", "sindy", "constant"} <= set(words)
    assert "kl" not in words


def test_an_orbit_that_is_no_line_is_a_dot_or_a_word(shown, tmp_path):
    orbits = shown[0].orbits
    orbits["Lorenz/path"][:] = [0.5, 0.0, -0.5]
    orbits["Lorenz/constant"] = np.linspace([0, 0, 0], [9, 9, 9], 40)  # it leaves the axes before its half
    figure = drawn(chaos.attractors(shown, ROWS), tmp_path)
    panels = {axis.get_title(): axis for axis in figure.axes}
    (dot,) = panels["path"].lines
    assert (dot.get_marker(), dot.get_xydata().tolist()) == ("o", [[0.5, -0.5]])
    assert [text.get_text() for text in panels["sindy"].texts] == ["not finite"]
    assert [text.get_text() for text in panels["constant"].texts] == ["outside"]


def test_codes_are_drawn_with_the_shares_of_their_changes(shown, tmp_path):
    space, _, change = drawn(chaos.symbols(shown), tmp_path).axes
    assert space.get_title() == "Lorenz, al rnn"
    assert [text.get_text() for text in change.texts] == ["0.67", "0.33", "0.5", "0.5"]
    assert [label.get_text() for label in change.get_xticklabels()] == ["0", "2"]


def test_flows_are_mapped_with_their_floors_and_failures(tmp_path):
    lines = [
        {"flow": flow, "row": row, "replicate": 0, "measure": measure, "value": 0.25 * (k + 1), "floor": 0.125}
        for flow, (k, row), measure in itertools.product(("Lorenz", "Chen"), enumerate(ROWS), CHAOS_MEASURES)
        if (flow, row) != ("Chen", "path")
    ]
    lines[1]["value"] = np.nan
    table = pd.DataFrame(lines)
    table.loc[(table["flow"] == "Lorenz") & (table["row"] == "sindy"), "value"] = np.nan
    figure = drawn(chaos.flows_by_rows(table, ROWS), tmp_path)
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert texts == ["0.25", "×", "0.75", "0.12", "", "0.5", "0.75", "0.12"]


def test_ranks_are_drawn_by_measure(tmp_path):
    lines = [
        dict.fromkeys(ChaosScores.columns)
        | {"flow": flow, "row": row, "seed": 0}
        | dict.fromkeys(CHAOS_MEASURES, 1.0 + k)
        for flow, (k, row) in itertools.product(("Lorenz", "Chen"), enumerate(ROWS))
    ]
    figure = drawn(chaos.mean_ranks(chaos_rankings(pd.DataFrame(lines)).table), tmp_path)
    assert len([axis for axis in figure.axes if axis.texts]) == 4
    assert "D_stsp\n2 flows" in [axis.get_title() for axis in figure.axes]
