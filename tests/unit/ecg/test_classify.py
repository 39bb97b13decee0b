import numpy as np
import pytest

from pathlode.ecg.classify import rr_features, score_classes, vote
from pathlode.ecg.records import CLASSES


def test_rr_features_do_not_depend_on_the_pace(beats):
    features = rr_features(beats)
    assert features.shape == (len(beats.classes), 5)
    slower = rr_features(type(beats)(**vars(beats) | {"rr": 2 * beats.rr}))
    assert features == pytest.approx(slower)
    early = np.isin(beats.classes, [CLASSES.index("S"), CLASSES.index("V")])
    assert features[early, 0].mean() < features[~early, 0].mean() - 0.1


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
    table = score_classes(truth, predicted, probabilities, "NSV").set_index("class")
    assert table["n"].tolist() == [3, 2, 1, 6]
    assert table["precision"].tolist() == pytest.approx([2 / 3, 2 / 3, 0, 4 / 9])
    assert table["recall"].tolist() == pytest.approx([2 / 3, 1, 0, 5 / 9])
    assert table["f1"].tolist() == pytest.approx([2 / 3, 0.8, 0, (2 / 3 + 0.8) / 3])
    assert table["auc"].tolist() == pytest.approx([2 / 3, 0.875, 0.5, (2 / 3 + 0.875 + 0.5) / 3])


def test_a_class_without_beats_does_not_count_in_the_means():
    truth = np.array([0, 0, 2, 2], dtype=np.int8)
    table = score_classes(truth, truth, np.eye(5, dtype=np.float32)[truth], "NSV").set_index("class")
    assert table.loc["S", ["precision", "recall", "f1", "auc"]].isna().all()
    assert table.loc["macro", ["precision", "recall", "f1", "auc"]].tolist() == [1, 1, 1, 1]
