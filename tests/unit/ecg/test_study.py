import numpy as np
import pytest

from pathlode.ecg.conditions import Condition, millivolts
from pathlode.ecg.representations import Samples
from pathlode.ecg.splitters import inter_patient_split, random_split
from pathlode.ecg.study import Study
from pathlode.ecg.voting import Vote

CONDITIONS = {"360 Hz": Condition(), "45 Hz": Condition(stride=8)}


@pytest.mark.parametrize("part", ["train", "test"])
def test_centring_is_by_record_within_a_part(beats, part):
    study = Study(beats, inter_patient_split(beats, 0), CONDITIONS, centred=True)
    of_record = beats.records[study.positions(part)]
    encodings = study.encodings(Samples(), part, "360 Hz", Vote(["360 Hz"], encodings=1))
    for features in (study.features(Samples(), part, "45 Hz"), *encodings):
        for record in np.unique(of_record):
            assert np.median(features[of_record == record], axis=0) == pytest.approx(0, abs=1e-6)


def test_beats_are_seen_under_the_conditions_in_turn(beats):
    study = Study(beats, random_split(beats, 0), CONDITIONS, centred=False)
    features = study.mixed(Samples(), "train", ["360 Hz", "45 Hz"])
    whole, coarse = (study.features(Samples(), "train", name) for name in ("360 Hz", "45 Hz"))
    assert np.array_equal(whole, millivolts(study.beats, study.split.train))
    assert np.array_equal(features[::2], whole[::2])
    assert np.array_equal(features[1::2], coarse[1::2])
    assert not np.array_equal(coarse, whole)
