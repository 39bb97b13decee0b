import dataclasses

import numpy as np
import pytest

from pathlode.ecg import relative_beats
from pathlode.ecg.conditions import Condition, millivolts
from pathlode.ecg.records import CLASSES
from pathlode.ecg.relative import RHYTHM, SHAPE
from pathlode.ecg.relative_beats import IMAGINED_SHARE, RelativeBeats, imagined_patients
from pathlode.ecg.representations import Samples

S = CLASSES.index("S")


@pytest.fixture
def ectopic(beats, monkeypatch):
    """The invented records, with every fifth beat of class S and early, the others normal and regular."""
    monkeypatch.setattr(relative_beats, "LEAST_ECTOPIC", 5)
    early = np.arange(len(beats.classes)) % 5 == 0
    rr = np.where(early[:, None], 0.6, 0.9) * np.ones(4)
    return dataclasses.replace(beats, classes=np.where(early, S, 0).astype(np.int8), rr=rr.astype(np.float32))


def test_most_beats_of_an_imagined_patient_are_ectopic_beats_of_one_record(ectopic):
    patients = imagined_patients(ectopic, np.arange(len(ectopic.classes)))
    assert len(patients) == len(ectopic.names)
    for number, mine in enumerate(patients):
        assert (np.diff(mine) > 0).all()
        assert set(ectopic.records[mine]) == {number}
        drawn = ectopic.classes[mine] == S
        assert drawn.mean() == pytest.approx(IMAGINED_SHARE, abs=0.05)
        assert drawn.sum() == ((ectopic.records == number) & (ectopic.classes == S)).sum()


def test_imagined_patients_come_after_the_recorded_ones_relative_to_their_normal_beats(ectopic):
    condition, everything = Condition(stride=8), np.arange(len(ectopic.classes))
    relative = RelativeBeats(ectopic, {"45 Hz": condition})
    assert (relative.usual == (ectopic.classes != S)).all()
    samples = Samples(45)(*condition.observe(millivolts(ectopic, everything), seed=0))
    own = np.hstack([samples, relative(everything, ["45 Hz"])])
    added = own, ectopic.classes, Samples(45), everything, ["45 Hz"]
    (found, classes), (plain, _) = (relative.with_imagined(*added, centred=centred) for centred in (True, False))
    patients = np.concatenate(imagined_patients(ectopic, everything))
    assert (found[: len(own)] == own).all()
    assert (classes == np.r_[ectopic.classes, ectopic.classes[patients]]).all()
    count = samples.shape[1]
    assert (plain[len(own) :, :count] == samples[patients]).all()
    assert not np.isclose(found[len(own) :, :count], samples[patients]).all(axis=1).any()
    before = found[len(own) :, count:][:, (*RHYTHM, *SHAPE).index("before")]
    assert before == pytest.approx(np.where(ectopic.classes[patients] == S, 2 / 3, 1), rel=1e-5)
