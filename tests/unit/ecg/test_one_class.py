import numpy as np
import pandas as pd
import pytest

from pathlode.ecg.one_class import one_class_scores
from pathlode.ecg.records import CLASSES
from pathlode.ecg.results import BeatScores
from pathlode.ecg.scores import score_classes

FACTS = {"source": "mitdb", "split": "random", "condition": "45 Hz", "rate_hz": 45.0}


def test_one_class_for_every_beat_has_the_scores_of_a_classifier_that_names_it():
    """Six of ten beats are of class N, three of S, one of V, and none of F."""
    truth = np.repeat([CLASSES.index(name) for name in "NSV"], [6, 3, 1]).astype(np.int8)
    even, labels = np.full((10, len(CLASSES)), 1 / len(CLASSES)), {name: CLASSES.index(name) for name in "NSVF"}
    named = {name: score_classes(truth, np.full_like(truth, label), even, "NSVF") for name, label in labels.items()}
    given = pd.concat([named["S"].assign(model=model, rr=True, seed=0, **FACTS) for model in ("path", "kl")])
    found = one_class_scores(given[list(BeatScores.columns)])
    assert set(found["model"]) == {"one_class"}
    assert not found["rr"].any()
    found = found.set_index("class")[["n", "precision", "recall", "f1", "auc"]]
    for row in (*"NSVF", "macro"):
        expected = named["N" if row == "macro" else row].set_index("class").loc[row, found.columns]
        assert found.loc[row].tolist() == pytest.approx(expected.tolist(), nan_ok=True)
    assert found.loc["macro", "f1"] == pytest.approx(2 * 6 / 16 / 3)
