import itertools

import numpy as np
import pandas as pd
import pytest
from drawing import drawn, marked

from pathlode.plots import comparisons
from pathlode.plots.style import line_styles

STYLES = line_styles(["path", "kl", "none", "path_rnn", "kl_rnn"])


@pytest.fixture
def scores():
    rng = np.random.default_rng(0)
    grid = itertools.product(["pendulum", "spring"], ["gru", "rnn"], ["path", "kl"], [0, 1], ["all", "few"])
    table = pd.DataFrame(grid, columns=["system", "encoder", "loss", "seed", "observations"])
    table["row"] = np.where(table["encoder"] == "gru", table["loss"], table["loss"] + "_rnn")
    table = table.assign(model="latent_ode", field="bounded")
    for metric in ("interpolation_nmse", "extrapolation_nmse"):
        table[metric] = rng.uniform(1e-3, 1, len(table))
    return table


def test_systems_side_by_side(shown, tmp_path):
    predicted = {("pendulum", loss): np.zeros((3, 300, 2)) for loss in ("path", "kl")}
    figure = drawn(comparisons.systems({"pendulum": shown}, predicted, ["path", "kl"], STYLES), tmp_path)
    assert [axis.get_title() for axis in figure.axes] == ["path", "kl"]


def test_encoders_show_the_losses_that_all_of_them_have(scores, tmp_path):
    only_gru = scores[(scores["encoder"] == "gru") & (scores["loss"] == "kl")].assign(loss="none", row="none")
    others = only_gru.assign(model="curve", row="curve", field=None)
    figure = drawn(comparisons.encoders(pd.concat([scores, only_gru, others]), STYLES), tmp_path)
    assert [axis.get_title() for axis in figure.axes] == ["pendulum", "spring"]
    assert [text.get_text() for text in figure.legends[0].texts] == ["path", "kl"]


def test_encoders_show_every_seed_and_its_median(scores, tmp_path):
    third = scores[scores["seed"] == 0].assign(seed=2, extrapolation_nmse=1e-3)
    scores = pd.concat([scores, third])
    axis = drawn(comparisons.encoders(scores, STYLES), tmp_path).axes[0]
    chosen = scores.query("system == 'pendulum' and observations == 'all' and loss == 'path'")
    medians = chosen.groupby("encoder", sort=False)["extrapolation_nmse"].median()
    assert marked(axis, STYLES["path"].colour).get_ydata() == pytest.approx(medians)
    dots = sorted(height for group in axis.collections for _, height in group.get_offsets())
    shown = scores.query("system == 'pendulum' and observations == 'all'")["extrapolation_nmse"]
    assert dots == pytest.approx(sorted(shown))


def test_encoders_leave_out_systems_with_one_encoder_and_all_but_the_first_row_of_a_loss(scores, tmp_path):
    alone = scores[(scores["encoder"] == "gru")].assign(system="ring")
    adam = scores[scores["row"] == "path"].assign(row="path_adam", extrapolation_nmse=1e5)
    figure = drawn(comparisons.encoders(pd.concat([scores, alone, adam]), STYLES), tmp_path)
    assert [axis.get_title() for axis in figure.axes] == ["pendulum", "spring"]
    assert max(height for axis in figure.axes for dots in axis.collections for _, height in dots.get_offsets()) <= 1


def test_observations_show_medians_and_quartiles(scores, tmp_path):
    scores = pd.concat([scores.assign(seed=seed, interpolation_nmse=10.0**-seed) for seed in range(5)])
    axis = drawn(comparisons.fewer_observations(scores, ["path", "kl"], STYLES), tmp_path).axes[0]
    points = marked(axis, STYLES["path"].colour)
    assert points.get_ydata() == pytest.approx([1e-2, 1e-2])  # of 1, 0.1, 0.01, 0.001, 0.0001
    bars = [line.get_ydata().tolist() for line in axis.lines if len(line.get_xdata()) == 2 and line is not points]
    assert sum(bar == pytest.approx([1e-3, 1e-1]) for bar in bars) == 4  # of two rows and two views


def test_observations_show_every_view(scores, tmp_path):
    figure = drawn(comparisons.fewer_observations(scores, ["kl", "path", "none"], STYLES), tmp_path)
    assert [text.get_text() for text in figure.legends[0].texts] == ["path", "kl"]
    assert [label.get_text() for label in figure.axes[-1].get_xticklabels()] == ["all", "few"]


def test_sizes_have_an_axis_of_parameters(tmp_path):
    table = pd.DataFrame(itertools.product(["pendulum"], ["path", "kl"], [10, 100], [0, 1]))
    table.columns = ["system", "row", "n_parameters", "seed"]
    figure = drawn(comparisons.sizes(table.assign(interpolation_nmse=0.1, extrapolation_nmse=0.2), STYLES), tmp_path)
    assert {axis.get_xlabel() for axis in figure.axes} == {"trainable parameters"}
    assert [label.get_text() for label in figure.axes[0].get_xticklabels()] == ["10", "100"]
