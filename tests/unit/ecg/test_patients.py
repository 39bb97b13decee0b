import numpy as np
import pytest

from pathlode.ecg.patients import AVERAGE, GROSS, score_patients
from pathlode.ecg.records import CLASSES


def indices(names):
    return np.array([CLASSES.index(name) for name in names], np.int8)


@pytest.fixture
def table():
    # two records, worked out by hand
    truth = "NNNSSVVF" + "NSSSQ"
    said_ = "NNSSNVVV" + "VSSNS"
    records = np.array(["100"] * 8 + ["200"] * 5)
    return score_patients(indices(truth), indices(said_), records, "NSVF").set_index(["record", "class"])


@pytest.mark.parametrize(
    ("record", "label", "n", "called", "sensitivity", "predictivity"),
    [
        ("100", "S", 2, 2, 1 / 2, 1 / 2),
        ("200", "S", 3, 2, 2 / 3, 1),  # the beat of class Q that is called S does not count
        (GROSS, "S", 5, 4, 3 / 5, 3 / 4),
        (AVERAGE, "S", 5, 4, (1 / 2 + 2 / 3) / 2, 3 / 4),
        ("100", "V", 2, 2, 1, 1),  # nor does the fusion beat that is called V
        ("200", "V", 0, 1, np.nan, 0),
        (GROSS, "V", 2, 3, 1, 2 / 3),
        (AVERAGE, "V", 2, 3, 1, 1 / 2),
        (GROSS, "F", 1, 0, 0, np.nan),
    ],
)
def test_scores_by_hand(table, record, label, n, called, sensitivity, predictivity):
    row = table.loc[(record, label)]
    assert (row["n"], row["called"]) == (n, called)
    assert row["sensitivity"] == pytest.approx(sensitivity, nan_ok=True)
    assert row["predictivity"] == pytest.approx(predictivity, nan_ok=True)


def test_intervals_are_over_records(table):
    # of two records drawn with replacement, S is found in 1/2, 3/5 or 2/3
    row = table.loc[(GROSS, "S")]
    assert (row["sensitivity_low"], row["sensitivity_high"]) == (pytest.approx(1 / 2), pytest.approx(2 / 3))
    assert np.isnan(table.loc[("100", "S"), "sensitivity_low"])
    assert np.isnan(table.loc[(GROSS, "F"), "predictivity_high"])
