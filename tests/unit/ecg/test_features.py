import numpy as np
import pytest

from pathlode.ecg.features import FEW_BEATS, centre, median_of, rr_features
from pathlode.ecg.records import CLASSES


def test_rr_features_do_not_depend_on_the_pace(beats):
    features = rr_features(beats)
    assert features.shape == (len(beats.classes), 5)
    slower = rr_features(type(beats)(**vars(beats) | {"rr": 2 * beats.rr}))
    assert features == pytest.approx(slower)
    early = np.isin(beats.classes, [CLASSES.index("S"), CLASSES.index("V")])
    assert features[early, 0].mean() < features[~early, 0].mean() - 0.1


def test_centring_takes_each_records_median_off():
    features = np.array([[1.0], [2.0], [9.0], [10.0]])
    assert centre(features, np.array([0, 0, 0, 1]))[:, 0].tolist() == [-1, 0, 7, 0]
    assert features[2, 0] == 9


def test_too_few_usual_beats_show_no_usual_one():
    features = np.arange(12.0)[:, None]
    usual = np.arange(12) < FEW_BEATS
    assert median_of(features, usual) == 2
    usual[0] = False
    assert median_of(features, usual) == 5.5
