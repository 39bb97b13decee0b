import numpy as np
import pytest

from pathlode.ecg.records import CLASSES, RECORDS
from pathlode.ecg.splits import DS1, DS2, SPLITS, inter_patient_split, random_split


def test_the_inter_patient_records_are_all_but_the_paced():
    assert sorted([*DS1, *DS2]) == sorted(set(RECORDS) - {"102", "104", "107", "217"})


@pytest.mark.parametrize("name", list(SPLITS))
def test_no_beat_is_in_two_parts_and_the_seed_decides(beats, name):
    split = SPLITS[name](beats, 0)
    together = np.concatenate([split.train, split.validation, split.test])
    assert len(np.unique(together)) == len(together)
    assert min(len(split.train), len(split.validation), len(split.test)) > 0
    again, other = SPLITS[name](beats, 0), SPLITS[name](beats, 1)
    assert np.array_equal(split.train, again.train)
    assert not np.array_equal(split.train, other.train) or name == "inter_patient"


def test_the_random_split_has_every_class_in_its_shares(beats):
    split = random_split(beats, 0)
    n = len(beats.classes)
    assert len(split.train) / n == pytest.approx(0.70, abs=0.02)
    for part, share in ((split.train, 0.7), (split.validation, 0.15), (split.test, 0.15)):
        counts = np.bincount(beats.classes[part], minlength=len(CLASSES))
        assert np.abs(counts - share * np.bincount(beats.classes)).max() <= 2


def test_the_inter_patient_split_divides_by_record(beats):
    split = inter_patient_split(beats, 0)
    records = [set(beats.records[part].tolist()) for part in (split.train, split.validation, split.test)]
    assert set.union(*records) == {0, 1, 2, 3}
    assert sum(map(len, records)) == 4
    assert {beats.names[number] for number in records[2]} == {"100", "200"}
