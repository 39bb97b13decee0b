import numpy as np
import pytest

from pathlode.inference.central import central, inside, share_inside

DRAWS = np.arange(101.0)[::-1, None] * [1.0, 0.1]
"""Draws of two numbers, 0 to 100 and 0 to 10."""


def test_the_central_nine_tenths_lie_between_the_outer_twentieths():
    assert central(DRAWS) == pytest.approx(np.array([[5, 0.5], [95, 9.5]]))
    assert central(DRAWS, level=0.5)[:, 0] == pytest.approx([25, 75])


def test_values_count_up_to_the_bounds():
    assert inside(DRAWS, np.array([5.01, 9.49])).tolist() == [True, True]
    assert inside(DRAWS, np.array([4.99, 9.51])).tolist() == [False, False]


def test_unknown_draws_and_values_do_not_count():
    gapped = np.concatenate([DRAWS, [[np.nan, 3.0]]])
    assert central(gapped)[:, 0] == pytest.approx([5, 95])
    three = np.stack([DRAWS[:, 0]] * 3, axis=1)
    assert share_inside(three, np.array([50.0, 99.0, np.nan])) == 0.5
