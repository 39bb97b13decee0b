import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from pathlode.plots import dynamics
from pathlode.plots.style import colour, dashes, save
from pathlode.registry import LOSSES

FIGURES = ["trajectories", "latent_paths", "error_in_time", "training"]


@pytest.fixture
def results():
    rng = np.random.default_rng(0)
    curves = {
        "inside_nmse": rng.uniform(1e-4, 1e-2, (2, 100)),
        "beyond_nmse": rng.uniform(1e-4, 1e-2, (2, 100)),
        "predicted": rng.normal(size=(2, 3, 200, 2)),
        "path": rng.normal(size=(2, 3, 200, 4)),
    }
    history = pd.DataFrame(
        {
            "seed": [0, 1, 0, 1],
            "step": [1, 1, 2, 2],
            "validation_mse": [1.0, 2.0, 0.5, 0.1],
            "seconds": [0.1, 0.1, 0.2, 0.2],
        }
    )
    return {loss: dynamics.Result(curves, history) for loss in LOSSES}


@pytest.mark.parametrize("name", FIGURES)
def test_every_axis_is_labelled_and_equal_figures_are_equal_files(name, data, results, tmp_path):
    for copy in ("a", "b"):
        figure = getattr(dynamics, name)(data, results)
        save(figure, tmp_path / f"{copy}.png", tmp_path / f"{copy}.pdf")
        assert all(axis.get_xlabel() for axis in figure.axes if axis.get_subplotspec().is_last_row())
        assert all(axis.get_ylabel() for axis in figure.axes if axis.get_subplotspec().is_first_col())
        plt.close(figure)
    for suffix in ("png", "pdf"):
        assert (tmp_path / f"a.{suffix}").read_bytes() == (tmp_path / f"b.{suffix}").read_bytes()


def test_losses_can_be_told_apart():
    assert len({(colour(loss), str(dashes(loss))) for loss in LOSSES}) == len(LOSSES)
