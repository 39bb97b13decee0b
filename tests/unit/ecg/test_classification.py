import numpy as np
import pytest

from pathlode.ecg.classification import fit_classifiers
from pathlode.ecg.conditions import Condition, millivolts
from pathlode.ecg.features import rr_features
from pathlode.ecg.records import CLASSES
from pathlode.ecg.representations import Samples
from pathlode.ecg.splitters import random_split
from pathlode.ecg.study import Study
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
