import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from pathlode.plots import scheduler
from pathlode.plots.style import VERMILLION, save_figure
from pathlode.schedule.forecast import Forecast

STEPS = np.arange(5, 105, 5)


def run(task, schedule, seed):
    return pd.DataFrame(
        {
            "task": task,
            "schedule": schedule,
            "seed": seed,
            "step": STEPS,
            "lr": np.linspace(0.01, 0.001 if schedule == "lode" else 0.0, len(STEPS)),
            "train_loss": 1 / STEPS,
            "val_metric": 0.8 - 1 / STEPS + 0.001 * seed,
        }
    )


LOGS = pd.concat(
    run(task, schedule, seed)
    for task in ("cnn", "resnet")
    for schedule in ("lode", "cosine", "lode_half")
    for seed in (0, 1, 2)
)
OUTCOMES = LOGS.groupby(["task", "schedule", "seed"], sort=False)["val_metric"].last().reset_index()
SHARE = np.linspace(0.5, 1, 9)
FORECAST = Forecast(0.5, SHARE, np.stack([SHARE, np.log(SHARE), SHARE], axis=1))
FIGURES = {
    "schedules": lambda: scheduler.schedules(LOGS, ["cosine"], "lode"),
    "validation": lambda: scheduler.validation(LOGS, ["lode", "cosine"], "lode"),
    "predictions": lambda: scheduler.forecasts(
        {"cnn": (run("cnn", "lode", 0), [FORECAST, FORECAST])}, {"cnn": [0.1, np.log(2), 0.2]}
    ),
    "by_schedule": lambda: scheduler.by_schedule(OUTCOMES, "val_metric", "accuracy", "lode", 0.95),
    "horizon": lambda: scheduler.horizon(LOGS, "lode", {"lode_half": 0.5}),
}


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_is_drawn_with_labels(name, tmp_path):
    figure = FIGURES[name]()
    save_figure(figure, tmp_path / f"{name}.png", tmp_path / f"{name}.pdf")
    assert (tmp_path / f"{name}.png").stat().st_size > 10_000
    assert any(axis.get_xlabel() for axis in figure.axes)
    assert figure.legends or name == "by_schedule"


def test_ours_has_one_line_a_run_over_one_of_each_schedule():
    axis = FIGURES["schedules"]().axes[0]
    shades = [to_hex(line.get_color()).upper() for line in axis.lines]
    assert shades.count(VERMILLION) == 3
    assert len(shades) == 4
    assert axis.get_ylim()[0] > 0  # cosine ends at 0


def test_the_interval_stands_around_the_mean():
    figure = FIGURES["by_schedule"]()
    dot, interval = figure.axes[0].lines[:2]
    middle = dot.get_xdata()[0]
    low, high = interval.get_xdata()
    own = OUTCOMES[(OUTCOMES["task"] == "cnn") & (OUTCOMES["schedule"] == "lode")]["val_metric"]
    assert middle == pytest.approx(own.mean())
    assert high - middle == pytest.approx(own.sem() * 4.3027, rel=1e-4)  # t with 2 degrees of freedom
    assert middle - low == pytest.approx(high - middle)


def test_an_early_horizon_is_marked():
    axis = FIGURES["horizon"]().axes[0]
    assert any(np.allclose(line.get_xdata(), 0.5) for line in axis.lines)


def test_the_margin_stands_around_the_mean_of_ours():
    figure = scheduler.by_schedule(OUTCOMES, "val_metric", "accuracy", "lode", 0.95, percent=True, margin=0.2)
    own = OUTCOMES[(OUTCOMES["task"] == "cnn") & (OUTCOMES["schedule"] == "lode")]["val_metric"]
    (band,) = figure.axes[0].patches
    assert band.get_extents().transformed(figure.axes[0].transData.inverted()).intervalx == pytest.approx(
        100 * own.mean() + np.array([-0.2, 0.2])
    )


def test_the_bands_of_forecasts_have_the_errors_of_held_out_runs():
    """Around a rate, a factor."""
    loss, rate, _ = FIGURES["predictions"]().axes
    for axis, low, high in ((loss, 0.4, 1.1), (rate, 0.25, 2.0)):
        assert axis.collections[0].get_datalim(axis.transData).intervaly == pytest.approx([low, high])
