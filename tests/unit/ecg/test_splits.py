import numpy as np
import pytest

from pathlode.ecg.records import CLASSES
from pathlode.ecg.splits import BeatSplit, some_of_each_class
from pathlode.ecg.splitters import SPLITTERS, inter_patient_split, random_split
from pathlode.errors import DataError


def test_some_validation_beats_are_spread_and_not_too_many(beats):
    split = random_split(beats, 0)
    for count in (1, 7, 30, 10_000):
        some = split.some_validation(count)
        assert len(np.unique(some)) == min(count, len(split.validation))
        assert set(some) <= set(split.validation)
    assert set(split.some_validation(2)) == {split.validation[0], split.validation[-1]}


def test_some_beats_of_each_class_are_spread_over_them(beats):
    chosen = np.arange(0, len(beats.classes), 2)
    some = some_of_each_class(beats, chosen, 5)
    for name, positions in some.items():
        mine = chosen[beats.classes[chosen] == CLASSES.index(name)]
        assert len(positions) == min(5, len(mine))
        assert positions[0] == mine[0]
        assert positions[-1] == mine[-1] or len(positions) == 1
        assert (np.diff(positions) > 0).all()
    assert list(some_of_each_class(beats, np.flatnonzero(beats.classes == 2), 5)) == ["V"]


@pytest.mark.parametrize(("name", "scored"), [("random", "NSVFQ"), ("inter_patient", "NSVF")])
def test_a_split_is_a_file(beats, name, scored, tmp_path):
    split = SPLITTERS[name](beats, 0)
    split.save(tmp_path / "split.npz")
    again = BeatSplit.load(tmp_path / "split.npz")
    assert again.scored == scored
    for part in ("train", "validation", "test"):
        assert np.array_equal(getattr(again, part), getattr(split, part))
    (tmp_path / "split.npz").write_bytes(b"")
    with pytest.raises(DataError, match=r"split.npz cannot be read as split of the beats into training"):
        BeatSplit.load(tmp_path / "split.npz")


def test_patients_are_new_if_no_record_of_the_test_beats_is_in_another_part(beats):
    assert inter_patient_split(beats, 0).has_new_patients(beats)
    assert not random_split(beats, 0).has_new_patients(beats)
    first, second, third = (np.flatnonzero(beats.records == number) for number in range(3))
    assert BeatSplit(first, second, third).has_new_patients(beats)
    assert not BeatSplit(first, second[:5], second[5:]).has_new_patients(beats)
