import numpy as np
import pytest

from pathlode.ecg.records import CLASSES, RATE, read_record
from pathlode.ecg.representations import Samples
from pathlode.ecg.splitters import random_split
from pathlode.ecg.worn import Disturbance
from pathlode.ecg.worn_scores import WornScores, disturbances, first_seconds, score_worn, worn_beats


class Heights:
    """Calls beats V whose peak is lower than a limit in millivolts, the others N."""

    def probabilities(self, features):
        low = features.max(axis=1) < 0.45
        return np.eye(len(CLASSES), dtype=np.float32)[np.where(low, CLASSES.index("V"), 0)]


def test_scores_and_flags_follow_the_disturbance(folder, beats):
    records = [read_record(folder, name) for name in beats.names]
    split = first_seconds(beats, random_split(beats, 0), 30)
    assert (beats.peaks[split.test] < 30 * RATE).all()
    tables = {}
    for given in disturbances([0], ["muscle noise", "electrode motion"], ["half the gain"]):
        worn, steps = worn_beats(beats, records, given, 30)
        tables[given.kind] = score_worn(worn, steps, split, False, {"mine": (Samples(), Heights())}, given).assign(
            split="random"
        )
    for table in tables.values():
        WornScores(table[list(WornScores.columns)])
    noisy = {kind: table["too_noisy"].iloc[0] for kind, table in tables.items()}
    assert noisy["none"] == noisy["half the gain"] < 0.1
    assert noisy["muscle noise"] > 0.9
    assert noisy["electrode motion"] > 0.2
    macro = {kind: table.set_index("class").loc["macro", "f1"] for kind, table in tables.items()}
    assert macro["none"] > macro["half the gain"]


def test_other_beats_stay_as_they_are(folder, beats):
    worn, steps = worn_beats(beats, [read_record(folder, "208")], Disturbance("wrong polarity"), 30)
    mine = (beats.names[beats.records] == "208") & (beats.peaks < 29 * RATE)
    assert not steps[beats.names[beats.records] != "208"].any()
    assert (worn.microvolts[~mine] == beats.microvolts[~mine]).mean() > 0.98
    assert np.corrcoef(worn.microvolts[mine].ravel(), beats.microvolts[mine].ravel())[0, 1] == pytest.approx(
        -1, abs=0.02
    )
