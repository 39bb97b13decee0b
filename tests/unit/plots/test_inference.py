import numpy as np
import pandas as pd
import pytest
from drawing import assert_drawn_with_labels, marked

from pathlode.plots import inference
from pathlode.plots.style import PALETTE

NAMES = ["alpha", "x0", "theta"]
RANKS = np.tile((np.arange(40) + 0.5)[:, None] / 40, 3)  # uniform


def scores(**columns):
    rows = [
        {
            "summary": summary,
            "backend": "zuko",
            "seed": seed,
            "parameter": "all",
            "condition": "as in training",
            "rmse_over_prior_sd": 0.4,
            "coverage_error": 0.01,
        }
        | {"mean_log_prob": 2.0 + seed, "log_prob_gap": 5.0, "c2st": 0.6, "train_seconds": 3.0 + seed}
        for summary in ("path", "kl")
        for seed in (0, 1)
    ]
    return pd.DataFrame([row | {key: value} for row in rows for key, values in columns.items() for value in values])


FIGURES = {
    "ranks": lambda: inference.ranks(NAMES, {"path": RANKS, "kl": RANKS**2}),
    "coverage": lambda: inference.coverage(
        {"path": (np.linspace(0, 1, 5), np.linspace(0, 1, 5))}, {"path": (np.linspace(0.1, 0.9, 9),) * 2}, 40
    ),
    "simulations": lambda: inference.simulations(scores(n_train=[1000, 10000]), 0.51),
    "cost": lambda: inference.gap_and_cost(scores(n_train=[1000, 10000]), np.array([4.0, 6.0, 5.0])),
    "robustness": lambda: inference.robustness(scores(condition=["as in training", "20 points"])),
}


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_is_drawn_with_labels(name, tmp_path):
    figure = FIGURES[name]()
    assert_drawn_with_labels(figure, tmp_path)
    assert figure.legends


def test_ranks_that_are_not_uniform_leave_the_band():
    figure = FIGURES["ranks"]()
    axis = figure.axes[0]
    reach = axis.patches[0].get_y() + axis.patches[0].get_height()
    calibrated, skewed = (np.abs(line.get_ydata()).max() for line in axis.lines[:2])
    assert calibrated < reach < skewed


def test_flows_trained_on_fresh_simulations_have_a_line_across_all_numbers_of_simulations():
    fitted, fresh = scores(n_train=[1000, 10000]), scores(n_train=[0]).assign(summary="binned", mean_log_prob=5.0)
    axis = inference.simulations(pd.concat([fitted, fresh]), 0.51).axes[0]
    (line,) = [line for line in axis.lines if line.get_label() == "binned (zuko), fresh"]
    assert line.get_ydata() == [5.0, 5.0]
    assert axis.get_xlim()[0] > 500


def test_costs_are_medians_and_chains_are_a_point_without_distance():
    axis = FIGURES["cost"]().axes[0]
    places = {bar.get_label(): [float(bar[0].get_xdata()[0]), float(bar[0].get_ydata()[0])] for bar in axis.containers}
    assert places["path (zuko)"] == [3.5, 5.0]
    assert places["chains, one system"] == [5.0, 0.0]


def test_scores_under_other_designs_are_not_among_those_by_number_of_simulations():
    usual = scores(n_train=[1000, 10000])
    other = scores(n_train=[10000]).assign(condition="20 points", mean_log_prob=-9.0)
    axis = inference.simulations(pd.concat([usual, other]), 0.51).axes[0]
    assert min(line.get_ydata().min() for line in axis.lines) > 0


def test_robustness_shows_medians_and_full_ranges():
    table = scores(condition=["as in training", "20 points"])
    table["coverage_error"] = np.linspace(-0.1, 0.1, len(table)) ** 3
    axis = inference.robustness(table).axes[1]
    errors = (
        table[table["summary"] == "kl"].groupby("condition", sort=False)["coverage_error"].agg(["median", "min", "max"])
    )
    points = marked(axis, PALETTE[1])
    assert points.get_xdata() == pytest.approx(errors["median"])
    ranges = [line.get_xdata() for line in axis.lines if len(line.get_xdata()) == 2]
    for row in errors.itertuples():
        assert any(found == pytest.approx([row.min, row.max]) for found in ranges)
