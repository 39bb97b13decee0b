import math

import pytest
import torch

from pathlode.schedule.solvable.shapes import at_peaks, halved, shape, stable_then_decay


def test_shapes_of_policies():
    cosine = [(1 + math.cos(math.pi * step / 20)) / 2 for step in range(20)]
    assert shape("cosine", 20).tolist() == pytest.approx(cosine)
    assert shape("constant", 4).tolist() == [1.0] * 4
    assert shape("step", 6).tolist() == [1.0, 1.0, 0.5, 0.5, 0.25, 0.25]
    assert float(shape("one_cycle", 100).max()) == pytest.approx(1.0, abs=0.01)


def test_a_stable_rate_that_falls_in_the_last_half():
    assert stable_then_decay(8, 0.5).tolist() == [1.0] * 5 + [0.75, 0.5, 0.25]


def test_every_shape_at_every_peak():
    rates = at_peaks([torch.ones(2), torch.tensor([1.0, 0.5])], halved(0.8, 2))
    assert rates.tolist() == [[0.8, 0.8], [0.8, 0.4], [0.4, 0.4], [0.4, 0.2]]
