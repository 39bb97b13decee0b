from functools import partial

import numpy as np
import pytest

from pathlode.ecg.balance import Balance
from pathlode.ecg.classification import Outcome, fit_classifiers
from pathlode.ecg.conditions import Condition
from pathlode.ecg.outcome_scores import predictions, score_outcomes, scores_without_each_record
from pathlode.ecg.records import CLASSES
from pathlode.ecg.representations import Samples
from pathlode.ecg.splitters import inter_patient_split, random_split
from pathlode.ecg.study import Study
from pathlode.ecg.trees import TreeConfig, Trees
from pathlode.ecg.voting import Vote

CONDITIONS = {"360 Hz": Condition(), "45 Hz": Condition(stride=8), "half": Condition(missing=0.5)}
LABELS = {"split": "random", "model": "samples", "seed": 3}


@pytest.fixture
def study(beats):
    return Study(beats, random_split(beats, 0), CONDITIONS, centred=False)


def all_called_v(study):
    said = np.eye(len(CLASSES), dtype=np.float32)[np.full(len(study.split.test), CLASSES.index("V"))]
    return Outcome(rr=False, classifier=None, probabilities=dict.fromkeys(CONDITIONS, said), voted={})


def test_scores_have_a_row_a_condition_and_class_and_the_vote_is_a_model(study):
    new, balance = partial(Trees, TreeConfig(rounds=10), 3), partial(Balance(), seed=3)
    outcome, _ = fit_classifiers(study, Samples(45), new, ["45 Hz"], balance, Vote(list(CONDITIONS), 2))
    table = score_outcomes([outcome], study, **LABELS).table
    assert table[["source", "split"]].drop_duplicates().to_numpy().tolist() == [["invented", "random"]]
    assert len(table) == 2 * len(CONDITIONS) * 6
    assert set(table["model"]) == {"samples", "samples_vote"}
    assert (table["seed"] == 3).all()
    assert not table["rr"].any()
    rates = table.groupby("condition")["rate_hz"].first()
    assert rates.to_dict() == {"360 Hz": 360, "45 Hz": 45, "half": 180}
    known = table[(table["model"] == "samples") & (table["condition"] == "45 Hz")].set_index("class")
    assert known.loc["N", "f1"] > 0.8
    assert known.loc["macro", "n"] == len(study.split.test)


def test_scores_without_each_record_are_of_splits_with_new_patients_alone(beats, study):
    assert scores_without_each_record([all_called_v(study)], study, **LABELS).table.empty
    between = Study(beats, inter_patient_split(beats, 0), CONDITIONS, centred=True)
    table = scores_without_each_record([all_called_v(between)], between, **LABELS).table
    assert len(table) == 2 * len(CONDITIONS) * 5  # records 100 and 200; four classes and macro
    row = table[(table["without"] == "100") & (table["condition"] == "half") & (table["class"] == "V")].iloc[0]
    rest = beats.classes[beats.names[beats.records] == "200"]
    rest = rest[rest != CLASSES.index("Q")]
    share = (rest == 2).mean()  # every beat is called V
    assert (row["n"], row["f1"]) == ((rest == 2).sum(), pytest.approx(2 * share / (1 + share)))
    assert (row["model"], row["seed"], row["rr"]) == ("samples", 3, False)


def test_predictions_are_of_the_test_beats_under_every_condition(study):
    said = predictions(all_called_v(study), study)
    assert np.array_equal(said.truth, study.beats.classes[study.split.test])
    assert list(said.probabilities) == list(CONDITIONS)
    assert (said.source, said.scored) == ("invented", "NSVFQ")
