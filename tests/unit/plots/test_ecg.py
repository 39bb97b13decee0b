import itertools

import numpy as np
import pandas as pd
import pytest
from drawing import drawn

from pathlode.plots import ecg

CONDITIONS = {"360 Hz": 360, "90 Hz": 90, "45 Hz": 45, "22.5 Hz": 22.5}
RNG = np.random.default_rng(0)
TRUTH = RNG.integers(0, 5, 200).astype(np.int8)


@pytest.fixture
def scores():
    grid = itertools.product(
        ["random", "inter_patient"], CONDITIONS, ["path", "raw"], [False, True], [0, 1], [*"NSVF", "macro"]
    )
    table = pd.DataFrame(grid, columns=["split", "condition", "model", "rr", "seed", "class"])
    table["rate_hz"] = table["condition"].map(CONDITIONS)
    table["f1"] = RNG.uniform(0.4, 0.9, len(table))
    return table


def test_lines_of_f1_are_medians_over_seeds(scores, tmp_path):
    figure = drawn(ecg.f1_against_rate(scores, ["path", "raw"], list(CONDITIONS)), tmp_path)
    assert len(figure.axes) == 4
    line = figure.axes[0].get_lines()[1]
    assert line.get_label() == "raw"
    chosen = scores.query("split == 'random' and model == 'raw' and not rr and `class` == 'macro'")
    assert line.get_xdata().tolist() == [22.5, 45, 90, 360]
    assert line.get_ydata() == pytest.approx(chosen.groupby("rate_hz")["f1"].median())


def test_bars_by_class(scores, tmp_path):
    figure = drawn(ecg.f1_by_class(scores, ["path", "raw"], "90 Hz"), tmp_path)
    heights = [bar.get_height() for bars in figure.axes[1].containers for bar in bars]
    chosen = scores.query(
        "split == 'inter_patient' and rr and condition == '90 Hz' and model == 'path' and `class` == 'V'"
    )
    assert len(heights) == 2 * 5
    assert heights[2] == pytest.approx(chosen["f1"].median())


def test_roc_of_a_perfect_and_a_blind_classifier(tmp_path):
    perfect, blind = np.eye(5)[TRUTH], np.full((200, 5), 0.2)
    figure = drawn(ecg.roc(TRUTH, {"360 Hz": perfect, "45 Hz": blind}, "NSVFQ"), tmp_path)
    one, other = (axis.get_lines()[0] for axis in figure.axes[:2])
    assert one.get_ydata().max() == 1
    assert one.get_xdata()[one.get_ydata() == 1].min() == 1e-3
    assert other.get_xdata().tolist() == [1e-3, 1]


def test_the_latent_map_counts_its_beats(tmp_path):
    figure = drawn(ecg.beat_map(RNG.normal(size=(200, 2)), TRUTH, "t-SNE"), tmp_path)
    labels = {text.get_text() for text in figure.axes[0].get_legend().get_texts()}
    assert labels == {f"{name} ({(number == TRUTH).sum()})" for number, name in enumerate("NSVFQ")}


def test_reconstructions_have_a_row_a_condition_and_a_column_a_class(tmp_path):
    times = np.linspace(-0.3, 0.5, 50)
    truth = {name: RNG.normal(size=50) for name in "NV"}
    pairs = list(itertools.product(["360 Hz", "45 Hz"], "NV"))
    seen = {pair: (times[::8], truth[pair[1]][::8]) for pair in pairs}
    predicted = {pair: RNG.normal(size=(3, 50)) for pair in pairs}
    figure = drawn(ecg.reconstructions(times, truth, seen, predicted), tmp_path)
    assert len(figure.axes) == 4
    assert all(len(axis.get_lines()) == 2 + 3 for axis in figure.axes)
