import numpy as np
import pytest

from pathlode.real.scores import TrainingUnits, class_scores, relative_error

NAN = np.nan
TRAINING = np.array([[[1.0, 4.0, NAN], [3.0, 4.0, NAN]], [[NAN, 4.0, NAN], [NAN, NAN, NAN]]])
"""Two series of two times: the first feature has mean 2 and standard deviation 1, the second is constant, the third unknown."""


def test_units_are_those_of_the_measured_values():
    units = TrainingUnits.of(TRAINING)
    assert units.mean.tolist() == [2, 4, 0]
    assert units.std.tolist() == [1, 1, 1]


def test_the_error_by_hand():
    """Asked are 4 and 0 of the first feature and 5 of the second. Errors 1, 1 and 0 over (4-2)² + (0-2)² + (5-4)² = 9."""
    asked = np.array([[[4.0, NAN, NAN], [0.0, 5.0, NAN]]])
    predicted = np.array([[[3.0, 7.0, 7.0], [1.0, 5.0, NAN]]])
    assert relative_error(predicted, asked, TrainingUnits.of(TRAINING)) == pytest.approx(2 / 9)


def test_the_training_mean_has_error_1_and_takes_the_place_of_what_is_unknown():
    asked = np.array([[[4.0, NAN, NAN], [0.0, 5.0, NAN]]])
    units = TrainingUnits.of(TRAINING)
    assert relative_error(np.full_like(asked, NAN), asked, units) == 1
    assert relative_error(np.broadcast_to(units.mean, asked.shape), asked, units) == 1


def test_the_error_of_a_feature_is_in_its_own_units():
    units = TrainingUnits(np.zeros(2), np.array([1.0, 100.0]))
    asked = np.array([[[1.0, 100.0]]])
    assert relative_error(np.array([[[0.5, 50.0]]]), asked, units) == pytest.approx(0.25)


def test_scores_of_two_classes_by_hand():
    """Of the pairs of one dead and one alive, three in four are in the right order."""
    truth, dead = np.array([0, 0, 1, 1]), np.array([0.1, 0.6, 0.4, 0.9])
    found = class_scores(truth, np.stack([1 - dead, dead], axis=-1))
    assert found["auroc"] == 0.75
    assert found["auprc"] == pytest.approx((1 + 2 / 3) / 2)
    assert found["missed"] == 0.25


def test_scores_of_more_classes_and_the_least_that_can_be_missed():
    truth = np.array([0, 1, 2, 2])
    right = np.eye(3)[truth]
    assert class_scores(truth, right) == {"accuracy": 1, "macro_f1": 1, "missed": 0.125}
    wrong = np.eye(3)[[0, 1, 2, 1]]
    assert class_scores(truth, wrong)["accuracy"] == 0.75
    assert class_scores(truth, wrong)["macro_f1"] == pytest.approx((1 + 2 / 3 + 2 / 3) / 3)
