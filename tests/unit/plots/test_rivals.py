import itertools

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from drawing import assert_drawn_with_labels, drawn
from matplotlib.text import Text

from pathlode.plots import rivals
from pathlode.plots.rivals import LABEL_GAP
from pathlode.rivals.columns import rankings
from pathlode.rivals.results import RivalFailures, RivalRanks

ROWS = ["path", "kl", "flow", "constant"]


@pytest.fixture
def scores():
    rows = [
        {"data": data, "row": row, "seed": seed, "interpolation_nmse": 0.1 * (place + 1) + 0.01 * seed}
        | {"extrapolation_nmse": 0.2 * (place + 1) if data == "lorenz" else np.nan}
        | {
            f"outside_{name}_nmse": 0.3 * (4 - place) if data == "lorenz" else np.nan
            for name in ("interpolation", "extrapolation")
        }
        | {"train_seconds": 10.0**place, "predict_ms": 0.1 * (place + 1), "n_parameters": 100 * (3 - place)}
        for data, (place, row), seed in itertools.product(("lorenz", "vowels"), enumerate(ROWS), (0, 1))
    ]
    return pd.DataFrame(rows)


def test_every_row_is_a_labelled_point_in_each_panel(scores, tmp_path):
    failed = pd.DataFrame([{"data": "lorenz", "row": "kl"}], columns=list(RivalFailures.columns))
    figure = rivals.error_against_cost(scores, failed, ROWS)
    assert_drawn_with_labels(figure, tmp_path)
    assert len(figure.axes) == 2 * 3
    first = figure.axes[0]
    points = {float(line.get_ydata()[0]): line for line in first.lines if line.get_marker() not in ("None", "")}
    assert sorted(np.round(list(points), 6)) == [0.2, 0.4, 0.6]  # the constant is a line
    assert [points[y].get_markerfacecolor() == "none" for y in sorted(points)] == [False, True, False]
    assert [text.get_text() for text in figure.axes[2].texts] == ROWS
    assert figure.axes[0].get_ylabel() == "Lorenz-63\nNMSE in the next window"
    assert figure.axes[3].get_ylabel() == "vowels\nNMSE at hidden values"


def test_labels_do_not_touch():
    found = rivals._apart([0.5, 0.51, 0.52, 0.95, 0.96, 0.97])
    assert (np.diff(found) > LABEL_GAP - 1e-9).all()
    assert max(found) <= 1
    assert found[1] == pytest.approx(0.51)  # moved apart to both sides
    assert rivals._apart([0.2, 0.6]) == pytest.approx([0.2, 0.6])


def test_lines_to_labels_end_before_the_names():
    figure, axis = plt.subplots()
    axis.set(yscale="log", ylim=(0.1, 10))
    rivals._label_heights(axis, {f"neural_flow_{place}": 1 + place / 100 for place in range(9)}, {})
    figure.draw_without_rendering()
    ends = [text.arrow_patch.get_window_extent().x1 - Text.get_window_extent(text).x0 for text in axis.texts]
    plt.close(figure)
    assert max(ends) < 0


def test_errors_out_of_range_stand_beside_those_in_range(scores, tmp_path):
    figure = rivals.errors_out_of_range(scores, ["path", "kl", "constant"])
    assert_drawn_with_labels(figure, tmp_path)
    left, right = figure.axes  # the vowels have no such errors
    assert [label.get_text() for label in left.get_yticklabels()] == ["path", "kl", "constant"]
    inner, outer = ([float(x) for x in line.get_xdata()] for line in right.lines)
    assert inner == pytest.approx([0.2, 0.4, 0.8])
    assert outer == pytest.approx([1.2, 0.9, 0.3])  # the smallest on top
    assert right.get_title() == "Lorenz-63, in the next window"


def test_without_errors_out_of_range_the_figure_is_empty(scores, tmp_path):
    figure = drawn(rivals.errors_out_of_range(scores[scores["data"] == "vowels"], ROWS), tmp_path)
    assert not any(axis.lines for axis in figure.axes)


def test_ranks_are_drawn_with_their_critical_difference(scores, tmp_path):
    figure = drawn(rivals.critical_differences(rankings(scores).table), tmp_path)
    titles = [axis.get_title() for axis in figure.axes if axis.get_title()]
    assert titles == [
        "2 data sets\nerror inside the window", "2 replicates of Lorenz-63\nerror inside the window",
        "2 replicates of Lorenz-63\nerror in the next window", "2 replicates of vowels\nerror at hidden values",
    ]  # fmt: skip
    texts = [text.get_text().strip() for text in figure.axes[0].texts]
    assert {*ROWS} < set(texts)
    assert any(text.startswith("critical difference") for text in texts)


def test_without_ranks_the_figure_is_empty(tmp_path):
    figure = drawn(rivals.critical_differences(pd.DataFrame(columns=list(RivalRanks.columns))), tmp_path)
    assert [axis.axison for axis in figure.axes] == [False]
