import subprocess
import sys

import numpy as np
import pytest

from pathlode.dynamics.shown import ShownData


def test_figures_get_the_first_test_trajectories_and_all_parameters(data, tmp_path):
    ShownData.of(data, 3).save(tmp_path / "shown.npz")
    shown, test = ShownData.load(tmp_path / "shown.npz"), data["test"]
    assert (shown.features, shown.parameters, shown.time) == ([*data.features], [*data.parameters], data.time)
    assert np.array_equal(shown.varied, test.parameters)
    assert np.array_equal(shown.observed_values, test.observed.values[:3])
    times, values = shown.truth(2)
    assert np.array_equal(times, [*test.inside.times[2], *test.beyond.times[2]])
    assert np.array_equal(values, [*test.inside.values[2].numpy(), *test.beyond.values[2].numpy()])


def made(**changes):
    times = np.array([[1.0, 3.0], [1.0, 5.0]])
    flat, wild = np.zeros((2, 1)), np.array([[3.0], [-3.0]])
    arrays = {
        "observed_times": times,
        "observed_values": np.zeros((2, 2, 1)),
        "inside_times": times,
        "inside_values": np.zeros((2, 2, 1)),
        "beyond_times": times + 5,
        "beyond_values": np.stack([flat, wild]),
        "varied": np.zeros((7, 1)),
    }
    return ShownData(["x"], ["a"], "time (s)", **{"window": 3.0} | arrays | changes)


def test_the_liveliest_trajectory_varies_most_beyond_the_window():
    assert made().liveliest == 1
    assert made(beyond_values=made().beyond_values[::-1]).liveliest == 0


def test_the_window_is_the_mean_over_all_test_trajectories(data):
    times = data["test"].observed.times
    assert ShownData.of(data, 1).window == pytest.approx((times[:, -1] - times[:, 0]).mean().item(), rel=1e-5)
    assert made().end(1) == 5.0


def test_figures_are_drawn_without_pytorch():
    modules = "pathlode.dynamics.shown, pathlode.dynamics.artefacts, pathlode.plots.comparisons"
    code = f"import sys, {modules}; print('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
