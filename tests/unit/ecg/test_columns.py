import numpy as np
import pandas as pd
import pytest

from pathlode.ecg.columns import class_summary, macro_f1_summary, reconstruction_summary, with_missed


@pytest.fixture
def scores():
    """Two seeds of one classifier under two conditions: class N, then the mean over classes."""
    rows = [
        ("360 Hz", 0, "N", 10, 0.5, 0.75, 0.6, 1.0),
        ("360 Hz", 0, "macro", 50, 0.5, 0.75, 0.9, 0.98),
        ("360 Hz", 1, "N", 10, 0.7, 0.85, 0.8, np.nan),
        ("360 Hz", 1, "macro", 50, 0.7, 0.85, 0.7, 0.999),
        ("45 Hz", 0, "macro", 50, 0.5, 0.5, 0.5, 0.5),
        ("45 Hz", 1, "macro", 50, 0.5, 0.5, 0.25, 0.5),
    ]
    names = ["condition", "seed", "class", "n", "precision", "recall", "f1", "auc"]
    return pd.DataFrame(rows, columns=names).assign(split="random", model="path", rr=False)


def test_claims_read_what_is_missed_of_f1_and_of_auc(scores):
    table = with_missed(scores)
    assert table["missed_f1"].tolist() == pytest.approx([0.4, 0.1, 0.2, 0.3, 0.5, 0.75])
    # half of 10 beats is 0.05, half of 50 is 0.01, more than 1 - 0.999
    assert table["missed_auc"].tolist() == pytest.approx([0.05, 0.02, np.nan, 0.01, 0.5, 0.5], nan_ok=True)
    assert "missed_f1" not in scores
    assert "missed_auc" not in with_missed(scores.drop(columns="auc"))


def test_the_macro_f1_has_a_column_a_condition(scores):
    (row,) = macro_f1_summary(scores, ["360 Hz", "45 Hz"]).to_dict("records")
    assert row == {
        "split": "random", "model": "path", "rr": False, "360 Hz": "0.8 [0.7, 0.9]", "45 Hz": "0.375 [0.25, 0.5]"
    }  # fmt: skip


def test_classes_are_summed_up_under_one_condition(scores):
    (row,) = class_summary(scores, "360 Hz").to_dict("records")
    assert (row["class"], row["n"]) == ("N", 10)
    assert row["sensitivity"] == "0.8 [0.75, 0.85]"
    assert row["positive predictive value"] == "0.6 [0.5, 0.7]"
    assert (row["F1"], row["AUC"]) == ("0.7 [0.6, 0.8]", "1 [1, 1]")


def test_reconstruction_errors_have_a_column_a_condition():
    errors = pd.DataFrame({"condition": ["360 Hz", "360 Hz", "45 Hz", "45 Hz"], "seed": [0, 1, 0, 1]})
    errors = errors.assign(split="random", latent_ode="path", nmse=[0.1, 0.3, 0.4, 0.6], **{"class": "V"})
    (row,) = reconstruction_summary(errors, ["360 Hz", "45 Hz"]).to_dict("records")
    assert row["360 Hz"] == "0.2 [0.1, 0.3]"
    assert row["45 Hz"] == "0.5 [0.4, 0.6]"
