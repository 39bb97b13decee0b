import itertools

import numpy as np
import pandas as pd
import pytest
from drawing import drawn

from pathlode.plots import real
from pathlode.real.results import SeriesExamples


@pytest.fixture
def table():
    grid = itertools.product([("forecast", "error"), ("death", "auroc")], ["path", "mean"], [0, 1, 2])
    rows = [
        {"data": "stays", "task": task, "metric": metric, "model": model, "replicate": n, "value": 0.1 * (n + 1)}
        for (task, metric), model, n in grid
        if (task, model) != ("death", "mean")
    ]
    return pd.DataFrame(rows).assign(source="invented")


def test_a_panel_for_each_task_has_the_median_of_each_model(table, tmp_path):
    figure = drawn(real.scores(table, "stays", ["path", "kl", "mean"], {"path": "path", "kl": "kl"}), tmp_path)
    assert [axis.get_title() for axis in figure.axes] == ["forecast", "death, from z0"]
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert labels == ["path", "mean"]
    points = [
        line.get_xdata()[0] for line in figure.axes[0].lines if len(line.get_xdata()) and line.get_marker() != "None"
    ]
    assert 0.2 in np.round(points, 6)


def test_models_of_one_loss_have_one_colour(table, tmp_path):
    models, losses = ["path", "kl", "path_head", "kl_head", "mean"], {"path_head": "path", "kl_head": "kl"}
    rows = pd.concat([table[table["model"] == "path"].assign(model=name) for name in models])
    figure = drawn(real.scores(rows, "stays", models, {"path": "path", "kl": "kl"} | losses), tmp_path)
    points = [line for line in figure.axes[0].lines if line.get_marker() not in ("None", "", None)]
    looks = {}
    for line in points:
        for place in np.array(line.get_ydata())[np.isfinite(line.get_xdata())]:
            looks[int(place)] = line.get_color(), line.get_marker()
    colours, markers = zip(*(looks[place] for place in range(5)), strict=True)
    assert colours[0] == colours[2] != colours[1] == colours[3]
    assert colours[4] not in colours[:4]
    assert markers[0] == markers[1] != markers[2] == markers[3]


def test_series_show_what_is_given_asked_and_predicted(tmp_path):
    shape = (2, 5, 1)
    seen, asked = np.full(shape, np.nan), np.full(shape, np.nan)
    seen[:, ::2], asked[:, 1::2] = 1.0, 2.0
    shown = SeriesExamples(
        data="stays", source="public", time_unit="h", task="interpolation", names=["a", "b"], features=["HR (bpm)"],
        times=np.tile(np.arange(5.0), (2, 1)), seen=seen, asked=asked, predicted={"path": np.full(shape, 1.5)},
    )  # fmt: skip
    figure = drawn(real.series(shown), tmp_path)
    assert [axis.get_title() for axis in figure.axes] == ["a", "b"]
    given, wanted, predicted = figure.axes[0].lines
    assert np.nanmax(given.get_ydata()) == 1
    assert np.isfinite(wanted.get_ydata()).sum() == 2
    assert predicted.get_ydata().tolist() == [1.5] * 5
