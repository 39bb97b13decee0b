import numpy as np
import pytest

from pathlode.ecg.records import CLASSES, DS1, DS2, RECORDS
from pathlode.ecg.splitters import SPLITTERS, inter_patient_split, random_split
from pathlode.errors import DataError


def test_the_inter_patient_records_are_all_but_the_paced():
    assert sorted([*DS1, *DS2]) == sorted(set(RECORDS) - {"102", "104", "107", "217"})


@pytest.mark.parametrize("name", list(SPLITTERS))
def test_no_beat_is_in_two_parts(beats, name):
    split = SPLITTERS[name](beats, 0)
    together = np.concatenate([split.train, split.validation, split.test])
    assert len(np.unique(together)) == len(together)
    assert min(len(split.train), len(split.validation), len(split.test)) > 0
    assert np.array_equal(split.train, SPLITTERS[name](beats, 0).train)


def test_the_seed_decides(beats):
    assert not np.array_equal(random_split(beats, 0).train, random_split(beats, 1).train)
    more = type(beats)(**vars(beats) | {"names": np.array(["101", "208", "106", "200"])})
    validating = {tuple(np.unique(beats.records[inter_patient_split(more, seed).validation])) for seed in range(12)}
    assert len(validating) > 1


def test_missing_records_are_told(beats):
    lacking = type(beats)(**vars(beats) | {"names": np.array(["101", "102", "100", "200"])})
    with pytest.raises(DataError, match="needs two records or more of 101, .*; there are 101, 102, 100, 200"):
        inter_patient_split(lacking, 0)


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


def test_class_q_is_in_no_part_of_the_inter_patient_split(beats):
    split = inter_patient_split(beats, 0)
    paced = beats.classes == CLASSES.index("Q")
    assert paced.any()
    assert not any(paced[part].any() for part in (split.train, split.validation, split.test))
