import numpy as np
import pytest

from pathlode.ecg.weighted_trees import WeightedTreeConfig, WeightedTrees, weighted
from pathlode.errors import ConfigError

LABELS = np.repeat([0, 1], [900, 100])


@pytest.mark.parametrize(("exponent", "ratio"), [(0.0, 9.0), (0.5, 3.0), (1.0, 1.0)])
@pytest.mark.parametrize("most", [50, 1000])
def test_classes_weigh_what_the_exponent_says(exponent, ratio, most):
    chosen, weights = weighted(LABELS, exponent, most, seed=0)
    of_each = [weights[LABELS[chosen] == label].sum() for label in (0, 1)]
    assert of_each[0] / of_each[1] == pytest.approx(ratio)
    assert np.bincount(LABELS[chosen]).tolist() == [min(900, most), min(100, most)]
    assert weights.mean() == pytest.approx(1)


def test_corrected_probabilities_are_the_shares_of_classes_that_no_feature_tells():
    features, classes = np.zeros((1000, 1), np.float32), LABELS.astype(np.int8) + 1  # S and V
    half = slice(None, None, 2), slice(1, None, 2)
    trees = WeightedTrees(WeightedTreeConfig(rounds=100, learning_rate=0.3), 0)
    trees.fit(*(part[side] for side in half for part in (features, classes)))
    plain = trees.probabilities(features[:1])[0, trees.known]
    assert plain == pytest.approx([0.75, 0.25], abs=0.02)  # as 30 to 10
    corrected = plain * trees.corrections
    assert corrected / corrected.sum() == pytest.approx([0.9, 0.1], abs=0.02)


@pytest.mark.parametrize(("name", "value"), [("rounds", 0), ("exponent", 1.5)])
def test_settings_that_cannot_be_are_refused(name, value):
    with pytest.raises(ConfigError, match=f"weighted_trees.{name} is {value}, expected"):
        WeightedTreeConfig(**{name: value})
