import numpy as np
import pytest
from drawing import drawn

from pathlode.plots.latent_directions import latent_directions


def test_a_panel_a_direction_and_a_line_a_step(tmp_path):
    times, steps = np.linspace(-0.3, 0.5, 20), (-2, 0, 2)
    beats = np.random.default_rng(0).normal(size=(2, 3, 20))
    figure = drawn(latent_directions(times, beats, np.array([0.42, 0.25]), steps), tmp_path)
    assert [axis.get_title() for axis in figure.axes] == [
        f"direction {k}: {s} of the variance" for k, s in ((1, "42%"), (2, "25%"))
    ]
    lines = figure.axes[1].get_lines()
    assert [line.get_label() for line in lines] == ["−2", "median", "+2"]
    assert lines[2].get_ydata() == pytest.approx(beats[1, 2])
