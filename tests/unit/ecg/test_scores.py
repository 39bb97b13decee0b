import numpy as np
import pytest

from pathlode.ecg.scores import score_classes


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
