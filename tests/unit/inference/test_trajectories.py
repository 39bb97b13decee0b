import dataclasses

import numpy as np
import pytest

from pathlode.arrays import Array
from pathlode.dynamics.systems.contract import System
from pathlode.inference.reference_posteriors import References
from pathlode.inference.trajectories import GRID_TIMES, PosteriorTrajectories


class Line(System):
    """x(t) = a + b t."""

    features, parameters = ("x",), ("a", "b")

    def draw(self, n: int, rng: np.random.Generator) -> Array:
        return rng.uniform(size=(n, 2))

    def solution(self, parameters: Array, times: Array) -> Array:
        return (parameters[:, :1] + parameters[:, 1:] * times)[..., None]


def test_trajectories_of_draws_belong_to_their_systems():
    truth = np.array([[1.0, 0.0], [0.0, 2.0], [5.0, 5.0]])
    times = np.array([[0.0, 2.0], [1.0, 4.0], [0.0, 9.0]])
    numbers = np.arange(3)
    others = {field.name: numbers for field in dataclasses.fields(References)}
    arrays = {"truth": truth, "times": times, "values": np.ones((3, 2, 1)), "draws": np.zeros((3, 4, 2))}
    observed = References(**others | arrays | {"rhat": truth, "ess": truth})
    draws = np.array([[[0.0, 1.0], [3.0, 0.0]], [[1.0, 1.0], [4.0, 0.0]], [[2.0, 1.0], [5.0, 0.0]]])
    made = PosteriorTrajectories.of(Line(), observed, draws)
    assert made.times[[0, -1]] == pytest.approx([0.0, 6.0])  # one and a half times the last of the first two systems
    assert made.draws.shape == (3, 2, GRID_TIMES, 1)
    assert made.draws[1, 0, :, 0] == pytest.approx(1 + made.times)
    assert made.draws[2, 1, :, 0] == pytest.approx(np.full(GRID_TIMES, 5.0))
    assert made.truth[:, -1, 0] == pytest.approx([1.0, 12.0])
    assert made.seen.tolist() == times[:2].tolist()
    assert made.values.shape == (2, 2, 1)
