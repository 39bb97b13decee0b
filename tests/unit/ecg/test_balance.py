import numpy as np
import pytest

from pathlode.ecg.balance import Balance
from pathlode.errors import ConfigError, DataError


def test_large_classes_are_thinned_and_small_ones_filled_with_beats_between_old_ones():
    rng = np.random.default_rng(0)
    features = rng.normal(size=(220, 3)).astype(np.float32)
    classes = np.repeat([0, 1, 2, 3], [150, 30, 36, 4]).astype(np.int8)
    resampled, labels = Balance(most=60, least=40)(features, classes, seed=0)
    assert np.bincount(labels).tolist() == [60, 40, 40, 4]  # four have too few neighbours
    assert {tuple(row) for row in resampled[labels == 0]} <= {tuple(row) for row in features[:150]}
    small = features[classes == 1]
    assert (resampled[labels == 1].min(axis=0) >= small.min(axis=0)).all()
    assert (resampled[labels == 1].max(axis=0) <= small.max(axis=0)).all()


@pytest.mark.parametrize("most", [1000, 20])
def test_balancing_depends_on_the_seed_alone(beats, most):
    features = beats.microvolts[:, ::20].astype(np.float32)
    one, again, other = (Balance(most, most)(features, beats.classes, seed)[0] for seed in (0, 0, 1))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


def test_equal_classes_as_in_the_paper(beats):
    features = beats.microvolts[:, ::20].astype(np.float32)
    _, classes = Balance(most=30, least=30)(features, beats.classes, seed=0)
    counts, before = np.bincount(classes, minlength=5), np.bincount(beats.classes, minlength=5)
    assert (counts[before > 5] == 30).all()


def test_beats_of_one_class_and_a_balance_that_cannot_be_are_refused():
    with pytest.raises(DataError, match="belong to one class"):
        Balance()(np.zeros((9, 2), dtype=np.float32), np.zeros(9, dtype=np.int8), 0)
    with pytest.raises(ConfigError, match="least 5 and most 4, expected 1 <= least <= most"):
        Balance(most=4, least=5)
