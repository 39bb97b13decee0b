import numpy as np
import pytest
from sklearn.metrics import precision_recall_fscore_support, roc_auc_score

from pathlode.ecg.scores import f1_without_each, score_classes


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


def test_scores_are_scikit_learns():
    rng = np.random.default_rng(1)
    truth, predicted = (rng.integers(5, size=300).astype(np.int8) for _ in range(2))
    probabilities = rng.integers(8, size=(300, 5)).astype(np.float32) / 8  # with ties
    table = score_classes(truth, predicted, probabilities, "NSVF").set_index("class").loc[list("NSVF")]
    rates = precision_recall_fscore_support(truth, predicted, labels=range(4))
    for name, expected in zip(("precision", "recall", "f1", "n"), rates, strict=True):
        assert table[name].to_numpy() == pytest.approx(expected, abs=1e-12)
    expected = [roc_auc_score(truth == label, probabilities[:, label]) for label in range(4)]
    assert table["auc"].to_numpy() == pytest.approx(expected, abs=1e-12)


def test_a_class_without_beats_does_not_count_in_the_means():
    truth = np.array([0, 0, 2, 2], dtype=np.int8)
    table = score_classes(truth, truth, np.eye(5, dtype=np.float32)[truth], "NSV").set_index("class")
    assert table.loc["S", ["precision", "recall", "f1", "auc"]].isna().all()
    assert table.loc["macro", ["precision", "recall", "f1", "auc"]].tolist() == [1, 1, 1, 1]


def test_leaving_a_record_out_scores_the_other_records():
    rng = np.random.default_rng(0)
    truth, said = (rng.integers(4, size=90).astype(np.int8) for _ in range(2))
    records = rng.choice(["100", "103", "200"], 90)
    table = f1_without_each(truth, said, records, "NSV").set_index(["without", "class"])
    for name in ("100", "103", "200"):
        rest = records != name
        probabilities = np.eye(5, dtype=np.float32)[said[rest]]
        expected = score_classes(truth[rest], said[rest], probabilities, "NSV").set_index("class")
        assert table.loc[name, "f1"].to_dict() == pytest.approx(expected["f1"].to_dict())
        assert table.loc[name, "n"].to_dict() == expected["n"].to_dict()


def test_a_class_that_only_one_record_has_is_not_scored_without_it():
    truth, records = np.array([0, 1, 0, 2], dtype=np.int8), np.array(["100", "100", "103", "103"])
    table = f1_without_each(truth, truth, records, "NSV").set_index(["without", "class"])["f1"]
    assert np.isnan(table["100", "S"])
    assert np.isnan(table["103", "V"])
    assert table["100", "macro"] == table["103", "macro"] == 1
