import numpy as np
import pytest
import torch
from sbi.utils.metrics import c2st as with_perceptron

from pathlode.errors import DataError
from pathlode.inference.c2st import c2st


def test_two_samples_are_told_apart_if_they_differ():
    rng = np.random.default_rng(0)
    one, same = rng.normal(size=(2, 800, 3))
    assert c2st(one, same) == pytest.approx(0.5, abs=0.05)
    assert c2st(one, same + 1.0) > 0.7
    correlated = same.copy()
    correlated[:, 1] = 0.9 * same[:, 0] + 0.44 * same[:, 1]  # the marginals stay
    assert c2st(one, correlated) > 0.65


def test_repeated_draws_are_not_told_by_having_been_seen():
    one, same = np.random.default_rng(0).normal(size=(2, 400, 3))
    assert c2st(np.repeat(one, 3, axis=0), np.repeat(same, 3, axis=0)) == pytest.approx(0.5, abs=0.06)


def test_draws_that_are_nearly_all_equal_are_told_apart_at_sight():
    draws, reference = np.random.default_rng(0).normal(size=(2, 200, 3))
    draws[:] = draws[0]
    assert c2st(draws, reference) == 1.0


def test_trees_find_as_much_as_the_usual_perceptron():
    rng = np.random.default_rng(1)
    mixing = rng.normal(size=(4, 4))
    reference = rng.normal(size=(1000, 4)) @ mixing
    draws = (1.3 * rng.normal(size=(1000, 4))) @ mixing + 0.2
    usual = float(with_perceptron(torch.from_numpy(draws), torch.from_numpy(reference), classifier="mlp"))
    assert c2st(draws, reference) == pytest.approx(usual, abs=0.07)


@pytest.mark.parametrize("other", [np.zeros((20, 2)), np.zeros(20), np.zeros((9, 3)), np.full((20, 3), np.nan)])
def test_what_cannot_be_compared_is_refused(other):
    with pytest.raises(
        DataError, match=r"draws of a C2ST have shape \(.*, expected \(n, parameter\) with equally many"
    ):
        c2st(other, np.zeros((20, 3)))
