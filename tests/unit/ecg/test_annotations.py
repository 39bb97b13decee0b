import numpy as np
import pytest

from pathlode.ecg.annotations import Annotations
from pathlode.ecg.records import CLASSES
from pathlode.errors import DataError


def test_symbols_become_classes_and_others_are_counted_by_name():
    marks = Annotations(np.arange(8) * 100, list("N+rBn~?~"))
    samples, classes = marks.beats()
    assert samples.tolist() == [0, 200, 300, 400, 600]
    assert [CLASSES[label] for label in classes] == list("NVNSQ")
    assert marks.no_beats() == {"+": 1, "~": 2}


def test_of_two_beats_at_one_sample_the_first_counts():
    samples, classes = Annotations(np.array([5, 9, 9]), list("NVN")).beats()
    assert samples.tolist() == [5, 9]
    assert [CLASSES[label] for label in classes] == list("NV")


def test_marks_move_with_the_samples():
    moved = Annotations(np.array([0, 2, 4]), list("NNN")).moved(np.array([0, 2, 5]))
    assert moved.samples.tolist() == [0, 5, 7]


@pytest.mark.parametrize("sample", [-1, 1000])
def test_a_beat_beyond_the_end_is_refused(sample):
    marks = Annotations(np.array([10, sample]), ["N", "V"])
    with pytest.raises(DataError, match=f"x has the beat 'V' at sample {sample}, but its signal has 1000 samples"):
        marks.refuse_beyond(1000, "x")
    Annotations(np.array([0, 999, 1000]), ["N", "N", "+"]).refuse_beyond(1000, "x")
