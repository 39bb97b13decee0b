from functools import partial

import numpy as np
import pytest

from pathlode.ecg.balance import Balance
from pathlode.ecg.classification import (
    Study,
    fit_classifiers,
    predictions,
    score_outcomes,
    scores_without_each_record,
)
from pathlode.ecg.conditions import Condition, millivolts
from pathlode.ecg.features import rr_features
from pathlode.ecg.records import CLASSES
from pathlode.ecg.representations import Samples
from pathlode.ecg.splitters import inter_patient_split, random_split
from pathlode.ecg.trees import TreeConfig, Trees
from pathlode.ecg.voting import Vote
from pathlode.registry import CLASSIFIERS

CONDITIONS = {"360 Hz": Condition(), "45 Hz": Condition(stride=8), "half": Condition(missing=0.5)}


@pytest.fixture
def study(beats):
    return Study(beats, random_split(beats, 0), CONDITIONS, centred=False)


def as_they_are(features, classes):
    return features, classes


class Remembering:
    """A classifier that keeps what it is given and says the same class for all."""

    def __init__(self):
        self.asked = []

    def fit(self, features, classes, validation, validation_classes):
        self.given = features, classes, validation, validation_classes
        return self

    def probabilities(self, features):
        self.asked.append(features)
        return np.eye(len(CLASSES), dtype=np.float32)[np.full(len(features), 2)]


def few_samples(times, values):
    return Samples()(times, values)[:, ::40]


@pytest.mark.parametrize("part", ["train", "test"])
def test_centring_is_by_record_within_a_part(beats, part):
    study = Study(beats, inter_patient_split(beats, 0), CONDITIONS, centred=True)
    of_record = beats.records[study.positions(part)]
    encodings = study.encodings(Samples(), part, "360 Hz", Vote(["360 Hz"], encodings=1))
    for features in (study.features(Samples(), part, "45 Hz"), *encodings):
        for record in np.unique(of_record):
            assert np.median(features[of_record == record], axis=0) == pytest.approx(0, abs=1e-6)


def test_beats_are_seen_under_the_conditions_in_turn(study):
    features = study.mixed(Samples(), "train", ["360 Hz", "45 Hz"])
    whole, coarse = (study.features(Samples(), "train", name) for name in ("360 Hz", "45 Hz"))
    assert np.array_equal(whole, millivolts(study.beats, study.split.train))
    assert np.array_equal(features[::2], whole[::2])
    assert np.array_equal(features[1::2], coarse[1::2])
    assert not np.array_equal(coarse, whole)


def test_rr_features_stand_at_the_end(study):
    outcomes = fit_classifiers(study, few_samples, Remembering, ["360 Hz"], as_they_are)
    assert [outcome.rr for outcome in outcomes] == [False, True]
    plain, rhythm = (outcome.classifier for outcome in outcomes)
    assert np.array_equal(plain.given[0], millivolts(study.beats, study.split.train)[:, ::40])
    assert np.array_equal(rhythm.given[0][:, :-5], plain.given[0])
    assert np.array_equal(rhythm.given[0][:, -5:], rr_features(study.beats)[study.split.train])
    assert np.array_equal(rhythm.given[2][:, -5:], rr_features(study.beats)[study.split.validation])
    assert np.array_equal(rhythm.asked[0][:, -5:], rr_features(study.beats)[study.split.test])
    assert np.array_equal(plain.given[3], study.beats.classes[study.split.validation])
    assert list(outcomes[0].probabilities) == list(CONDITIONS)
    assert not outcomes[0].voted


def test_what_is_balanced_is_what_training_has(study):
    def first_ten(features, classes):
        assert len(features) == len(study.split.train)
        return features[:10], classes[:10]

    (outcome, _) = fit_classifiers(study, Samples(), Remembering, ["360 Hz"], first_ten)
    assert len(outcome.classifier.given[0]) == 10
    assert len(outcome.classifier.given[2]) == len(study.split.validation)


def test_the_vote_is_of_all_encodings_and_under_its_conditions(study):
    votes = Vote(["half"], encodings=3)
    outcome, _ = fit_classifiers(study, few_samples, Remembering, ["360 Hz"], as_they_are, votes)
    assert len(outcome.classifier.asked) == len(CONDITIONS) + 3
    assert list(outcome.voted) == ["half"]
    predicted, _ = outcome.voted["half"]
    assert (predicted == 2).all()


def test_rr_features_can_be_left_out(study):
    outcomes = fit_classifiers(study, Samples(), Remembering, ["360 Hz"], as_they_are, rhythms=(False,))
    assert [outcome.rr for outcome in outcomes] == [False]


LABELS = {"split": "random", "model": "samples", "seed": 3}


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
    (outcome,) = fit_classifiers(study, Samples(), Remembering, ["360 Hz"], as_they_are, rhythms=(False,))
    assert scores_without_each_record([outcome], study, **LABELS).table.empty
    between = Study(beats, inter_patient_split(beats, 0), CONDITIONS, centred=True)
    (outcome,) = fit_classifiers(between, Samples(), Remembering, ["360 Hz"], as_they_are, rhythms=(False,))
    table = scores_without_each_record([outcome], between, **LABELS).table
    assert len(table) == 2 * len(CONDITIONS) * 5  # records 100 and 200; four classes and macro
    row = table[(table["without"] == "100") & (table["condition"] == "half") & (table["class"] == "V")].iloc[0]
    rest = beats.classes[beats.names[beats.records] == "200"]
    rest = rest[rest != CLASSES.index("Q")]
    share = (rest == 2).mean()  # every beat is called V
    assert (row["n"], row["f1"]) == ((rest == 2).sum(), pytest.approx(2 * share / (1 + share)))
    assert (row["model"], row["seed"], row["rr"]) == ("samples", 3, False)


def test_predictions_are_of_the_test_beats_under_every_condition(study):
    outcome, _ = fit_classifiers(study, Samples(), Remembering, ["360 Hz"], as_they_are)
    said = predictions(outcome, study)
    assert np.array_equal(said.truth, study.beats.classes[study.split.test])
    assert list(said.probabilities) == list(CONDITIONS)
    assert (said.source, said.scored) == ("invented", "NSVFQ")


@pytest.mark.parametrize("kind", CLASSIFIERS)
def test_every_kind_is_made_fitted_and_saved_alike(kind, beats, tmp_path):
    few = {
        "trees": {"rounds": 3},
        "weighted_trees": {"rounds": 3},
        "cnn": {"steps": 4, "batch": 16, "validate_every": 2},
    }[kind]
    registered = CLASSIFIERS[kind]
    classifier = registered(registered.settings(**few), seed=1, kept=None)
    features = (beats.microvolts / 1000).astype(np.float32)
    classifier.fit(features, beats.classes, features, beats.classes)
    probabilities = classifier.probabilities(features)
    assert probabilities.shape == (len(features), len(CLASSES))
    assert probabilities.sum(axis=1) == pytest.approx(1, abs=1e-5)
    classifier.save(tmp_path / "classifier.bin", origin={"rule": "classify"})
    assert (tmp_path / "classifier.bin").stat().st_size > 0
