import numpy as np
import pytest
from drawing import assert_drawn_with_labels

from pathlode.inference.trajectories import PosteriorTrajectories
from pathlode.plots import posteriors

NAMES = ["alpha", "x0", "theta"]
RNG = np.random.default_rng(0)
TRUTH = RNG.uniform(size=(40, 3))
BOX = np.array([[0.0, 0.0, 0.0], [1.0, 1.0, 1.0]])
FIGURES = {
    "posterior": lambda: posteriors.posterior(
        NAMES,
        TRUTH[0],
        RNG.uniform(size=(400, 3)),
        {"path": RNG.uniform(size=(400, 3)), "kl": RNG.uniform(size=(400, 3))},
        {"binned, sharpened": RNG.uniform(size=(400, 3))},
    ),
    "recovery": lambda: posteriors.recovery(NAMES, TRUTH, TRUTH + 0.1, np.full_like(TRUTH, 0.1), "path"),
    "predictive": lambda: posteriors.predictive(
        PosteriorTrajectories(
            times=np.linspace(0, 15, 30),
            truth=RNG.uniform(size=(2, 30, 2)),
            draws=RNG.uniform(size=(20, 2, 30, 2)),
            seen=np.tile(np.linspace(0, 10, 12), (2, 1)),
            values=RNG.uniform(size=(2, 12, 2)),
        ),
        ["x", "y"],
        "path",
    ),
    "outside": lambda: posteriors.outside(NAMES, np.array([1.5, 0.5, 0.5]), {"path": RNG.uniform(size=(100, 3))}, BOX),
}


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_is_drawn_with_labels(name, tmp_path):
    figure = FIGURES[name]()
    assert_drawn_with_labels(figure, tmp_path)
    assert figure.legends or name == "recovery"


def test_the_outside_figure_counts_the_misses_of_what_the_prior_allows():
    draws = np.random.default_rng(1).uniform(size=(500, 3)) * [1.0, 1.0, 0.1]
    figure = posteriors.outside(NAMES, np.array([2.0, 0.5, 0.5]), {"path": draws, "kl": draws[:, ::-1]}, BOX)
    assert figure.get_supxlabel().startswith("90 % of the draws miss the truth in 1 of 4 cases")
