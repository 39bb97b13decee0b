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


@pytest.mark.parametrize("kinds", [2, 3])
def test_a_factor_multiplies_the_odds_of_its_class_and_no_correction_to_the_true_prior(kinds):
    rng = np.random.default_rng(0)
    features, classes = rng.normal(size=(90, 2)).astype(np.float32), np.arange(90, dtype=np.int8) % kinds  # N, S, V
    both = []
    for factors in ({}, {"S": 0.25}):
        trees = WeightedTrees(WeightedTreeConfig(rounds=3, factors=factors), 0)
        both.append(trees.fit(features, classes, features, classes))
    plain, factored = (trees.probabilities(features)[:, :kinds] for trees in both)
    assert factored[:, 1] / factored[:, 0] == pytest.approx(0.25 * plain[:, 1] / plain[:, 0], rel=1e-4)
    true = [probabilities * trees.corrections for probabilities, trees in zip((plain, factored), both, strict=True)]
    assert true[0] / true[0].sum(axis=1, keepdims=True) == pytest.approx(
        true[1] / true[1].sum(axis=1, keepdims=True), rel=1e-4
    )


@pytest.mark.parametrize("factors", [{"X": 0.5}, {"S": 0}])
def test_factors_of_no_class_or_of_zero_are_refused(factors):
    with pytest.raises(
        ConfigError, match="weighted_trees.factors has .*, expected one of N, S, V, F, Q and a number above 0"
    ):
        WeightedTreeConfig(factors=factors)


@pytest.mark.parametrize(("name", "value"), [("rounds", 0), ("exponent", 1.5)])
def test_settings_that_cannot_be_are_refused(name, value):
    with pytest.raises(ConfigError, match=f"weighted_trees.{name} is {value}, expected"):
        WeightedTreeConfig(**{name: value})
