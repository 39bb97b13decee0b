from dataclasses import replace
from operator import methodcaller

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from pathlode.dynamics.shown import ShownData
from pathlode.dynamics.simulation import SimulationConfig, simulate
from pathlode.plots import dynamics
from pathlode.plots.style import PALETTE, line_styles, save_figure
from pathlode.registry import SYSTEMS

ROWS = [*(f"row_{number}" for number in range(10)), "curve", "constant"]
"""More than there are colours."""
LAST_ROW, FIRST_COLUMN = methodcaller("is_last_row"), methodcaller("is_first_col")
FIGURES = ["trajectories", "phase_portrait", "latent_paths", "latent_map", "error_in_time", "training"]


def results_for(features, rows=ROWS):
    rng = np.random.default_rng(0)
    arrays = {"nmse": rng.uniform(1e-4, 1e-2, (2, 300)), "predicted": rng.normal(size=(3, 300, features))}
    latent = {"path": rng.normal(size=(3, 300, 4)), "test_z0": rng.normal(size=(16, 4))}
    history = pd.DataFrame(
        {
            "seed": [0, 1, 0, 1],
            "step": [1, 1, 2, 2],
            "validation_mse": [1.0, 2.0, 0.5, 0.1],
            "seconds": [0.1, 0.1, 0.2, 0.2],
        }
    )
    styles = line_styles(rows)
    results = {row: dynamics.Result(styles[row], history=history, **arrays, **latent) for row in rows[:-2]}
    results["curve"] = dynamics.Result(styles["curve"], history=history, test_z0=latent["test_z0"], **arrays)
    results["constant"] = dynamics.Result(styles["constant"], history=history.iloc[:0], **arrays)
    return results


def assert_labelled(figure):
    panels = [axis for axis in figure.axes if axis.get_subplotspec() is not None]  # colour bars have none
    below, left = ([axis for axis in panels if where(axis.get_subplotspec())] for where in (LAST_ROW, FIRST_COLUMN))
    assert figure.get_supxlabel() or all(axis.get_xlabel() for axis in below)
    assert figure.get_supylabel() or all(axis.get_ylabel() for axis in left)


@pytest.mark.parametrize("name", FIGURES)
def test_every_axis_is_labelled_and_equal_figures_are_equal_files(name, shown, tmp_path):
    results = results_for(features=2, rows=ROWS[-4:])
    for copy in ("a", "b"):
        figure = getattr(dynamics, name)(shown, results)
        save_figure(figure, tmp_path / f"{copy}.png", tmp_path / f"{copy}.pdf")
        assert_labelled(figure)
        plt.close(figure)
    for suffix in ("png", "pdf"):
        assert (tmp_path / f"a.{suffix}").read_bytes() == (tmp_path / f"b.{suffix}").read_bytes()


@pytest.mark.parametrize("name", FIGURES)
def test_a_system_with_one_observed_quantity_can_be_drawn(name, tmp_path):
    config = SimulationConfig(20, 10, 16, points=12, window=(2.0, 2.5), noise=0.0, windows_beyond=2, seed=0)
    data = simulate(SYSTEMS["lane_emden"](), config)
    figure = getattr(dynamics, name)(ShownData.of(data, 3), results_for(features=1))
    save_figure(figure, tmp_path / "a.png")
    assert_labelled(figure)
    plt.close(figure)


def test_figures_show_the_rows_that_have_what_they_show(shown):
    results, panels = results_for(2), {"latent_paths": 10, "latent_map": 11, "phase_portrait": 12}
    for name, expected in panels.items():
        figure = getattr(dynamics, name)(shown, results)
        assert len({axis.get_title() for axis in figure.axes} - {""}) == expected
        plt.close(figure)


def test_the_band_has_the_quartiles_and_one_failed_replicate_does_not_fill_it(shown):
    results = results_for(2, ROWS[-4:])
    errors = np.array([1e-3, 2e-3, 3e-3, 4e-3, 1e6])[:, None] * np.ones(300)  # quartiles 2e-3 and 4e-3, median 3e-3
    (axis,) = dynamics.error_in_time(shown, {"path": replace(results["row_8"], nmse=errors)}).axes
    heights = axis.collections[0].get_paths()[0].vertices[:, 1]
    assert [heights.min(), heights.max()] == pytest.approx([2e-3, 4e-3])
    (line,) = (line for line in axis.lines if line.get_label() == "path")
    assert line.get_ydata() == pytest.approx(3e-3)
    plt.close(axis.figure)


def test_a_legend_of_many_rows_does_not_cover_the_panel(shown):
    rows = [*(f"a row with a long name {number}" for number in range(18)), "curve", "constant"]
    figure = dynamics.error_in_time(shown, results_for(2, rows))
    figure.draw_without_rendering()
    legend, (axis,) = figure.legends[0].get_window_extent(), figure.axes
    assert len(figure.legends[0].texts) == 20
    assert legend.y0 >= axis.get_window_extent().y1
    assert axis.get_window_extent().height > 1.5 * figure.dpi
    plt.close(figure)


def test_the_rate_of_a_single_quantity_is_that_beyond_the_window():
    """A prediction of 3 inside and 5 beyond the window stands still in its phase portrait, without the jump between them."""
    config = SimulationConfig(20, 10, 16, points=12, window=(2.0, 2.5), noise=0.0, windows_beyond=2, seed=0)
    data = ShownData.of(simulate(SYSTEMS["lane_emden"](), config), 3)
    results = results_for(1, ROWS[-4:])
    predicted = np.full((3, 300, 1), 3.0)
    predicted[:, 100:] = 5.0
    figure = dynamics.phase_portrait(data, {"constant": replace(results["constant"], predicted=predicted)})
    assert figure.get_supylabel() == "dθ / dξ"
    orbit = figure.axes[0].lines[1]
    assert (orbit.get_xdata() == 5.0).all()
    assert orbit.get_ydata() == pytest.approx(0.0, abs=1e-9)
    plt.close(figure)


def test_many_rows_can_be_told_apart():
    styles = line_styles([f"row {number}" for number in range(40)])
    assert len({(style.colour, str(style.dashes)) for style in styles.values()}) == 40
    assert [style.colour for style in styles.values()][:7] == list(PALETTE)
    assert line_styles(["path", "kl"])["kl"] == styles["row 1"]
