import numpy as np
import pytest

from pathlode.ecg.classify import TreeConfig, Trees, balance, rr_features, score, vote
from pathlode.ecg.cnn import Cnn, CnnConfig
from pathlode.ecg.records import CLASSES
from pathlode.errors import ConfigError, DataError


def test_rr_features_do_not_depend_on_the_pace(beats):
    features = rr_features(beats)
    assert features.shape == (len(beats.classes), 5)
    slower = rr_features(type(beats)(**vars(beats) | {"rr": 2 * beats.rr}))
    assert features == pytest.approx(slower)
    early = np.isin(beats.classes, [CLASSES.index("S"), CLASSES.index("V")])
    assert features[early, 0].mean() < features[~early, 0].mean() - 0.1


def test_balanced_classes_are_equal_and_new_beats_lie_between_old_ones():
    rng = np.random.default_rng(0)
    features = rng.normal(size=(230, 3)).astype(np.float32)
    classes = np.repeat([0, 1, 2, 3], [150, 40, 36, 4]).astype(np.int8)
    resampled, labels = balance(features, classes, most=60, seed=0)
    assert np.bincount(labels).tolist() == [60, 60, 60, 4]  # four have too few neighbours
    assert {tuple(row) for row in resampled[labels == 0]} <= {tuple(row) for row in features[:150]}
    small = features[classes == 1]
    assert (resampled[labels == 1].min(axis=0) >= small.min(axis=0)).all()
    assert (resampled[labels == 1].max(axis=0) <= small.max(axis=0)).all()


@pytest.mark.parametrize("most", [1000, 20])
def test_balancing_depends_on_the_seed_alone(beats, most):
    features = beats.microvolts[:, ::20].astype(np.float32)
    one, again, other = (balance(features, beats.classes, most, seed)[0] for seed in (0, 0, 1))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


@pytest.mark.parametrize(
    "classifier", [Trees(TreeConfig(rounds=20, most=60), 0), Cnn(CnnConfig(steps=60, batch=32, validate_every=20), 0)]
)
def test_a_classifier_learns_invented_beats(beats, classifier):
    features = np.concatenate([beats.microvolts / 1000, rr_features(beats)], axis=1).astype(np.float32)
    train, test = np.arange(0, len(features), 2), np.arange(1, len(features), 2)
    classifier.fit(features[train], beats.classes[train], features[test], beats.classes[test])
    probabilities = classifier.probabilities(features[test])
    assert probabilities.shape == (len(test), len(CLASSES))
    assert probabilities.sum(axis=1) == pytest.approx(1, abs=1e-5)
    assert (probabilities.argmax(axis=1) == beats.classes[test]).mean() > 0.85


def test_classes_that_training_lacks_get_no_probability(beats):
    features = beats.microvolts[:, ::10].astype(np.float32)
    kept = np.isin(beats.classes, [0, 2])
    trees = Trees(TreeConfig(rounds=5, most=50), 0).fit(features[kept], beats.classes[kept], features, beats.classes)
    probabilities = trees.probabilities(features)
    assert (probabilities[:, [1, 3, 4]] == 0).all()
    assert (probabilities[:, [0, 2]] > 0).all()


def test_the_majority_wins_and_a_tie_goes_to_the_larger_mean():
    one = [[0.6, 0.4], [0.9, 0.1], [0.3, 0.7]]
    two = [[0.6, 0.4], [0.4, 0.6], [0.3, 0.7]]
    three = [[0.0, 1.0], [0.4, 0.6], [0.6, 0.4]]
    predicted, mean = vote(np.array([one, two, three], dtype=np.float32))
    assert predicted.tolist() == [0, 1, 1]
    assert mean[0] == pytest.approx([0.4, 0.6])
    predicted, _ = vote(np.array([[[0.9, 0.1]], [[0.4, 0.6]]], dtype=np.float32))
    assert predicted.tolist() == [0]


def test_scores_of_a_known_confusion():
    truth = np.array([0, 0, 0, 1, 1, 2], dtype=np.int8)
    predicted = np.array([0, 0, 1, 1, 1, 0], dtype=np.int8)
    probabilities = np.eye(5, dtype=np.float32)[predicted]
    table = score(truth, predicted, probabilities, "NSV").set_index("class")
    assert table["n"].tolist() == [3, 2, 1, 6]
    assert table["precision"].tolist() == pytest.approx([2 / 3, 2 / 3, 0, 4 / 9])
    assert table["recall"].tolist() == pytest.approx([2 / 3, 1, 0, 5 / 9])
    assert table["f1"].tolist() == pytest.approx([2 / 3, 0.8, 0, (2 / 3 + 0.8) / 3])
    assert table["auc"].tolist() == pytest.approx([2 / 3, 0.875, 0.5, (2 / 3 + 0.875 + 0.5) / 3])


def test_a_class_without_beats_does_not_count_in_the_means():
    truth = np.array([0, 0, 2, 2], dtype=np.int8)
    table = score(truth, truth, np.eye(5, dtype=np.float32)[truth], "NSV").set_index("class")
    assert table.loc["S", ["precision", "recall", "f1", "auc"]].isna().all()
    assert table.loc["macro", ["precision", "recall", "f1", "auc"]].tolist() == [1, 1, 1, 1]


def test_beats_of_one_class_and_settings_that_cannot_be_are_refused():
    with pytest.raises(DataError, match="all of one class"):
        balance(np.zeros((9, 2), dtype=np.float32), np.zeros(9, dtype=np.int8), 5, 0)
    with pytest.raises(ConfigError, match="trees.rounds is 0"):
        TreeConfig(rounds=0)
    with pytest.raises(ConfigError, match="cnn.batch is 0"):
        CnnConfig(batch=0)
