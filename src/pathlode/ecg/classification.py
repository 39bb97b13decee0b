"""Fits and scores classifiers of beats, all on the same beats and recording conditions."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pathlode.core.shapes import Times, Values
from pathlode.ecg.beats import Beats
from pathlode.ecg.conditions import Condition, millivolts
from pathlode.ecg.features import Classes, Features, Probabilities, centre, rr_features
from pathlode.ecg.patients import score_patients
from pathlode.ecg.relative_beats import RelativeBeats
from pathlode.ecg.representations import Representation
from pathlode.ecg.results import BeatPredictions, BeatScores, PatientScores, ScoresWithoutRecord
from pathlode.ecg.scores import f1_without_each, score_classes
from pathlode.ecg.splits import BeatSplit
from pathlode.ecg.voting import Vote, majority

EVERY = slice(None)


class Classifier(Protocol):
    """A classifier of beats, as those of :data:`pathlode.registry.CLASSIFIERS`: ``Kind(Kind.settings(...), seed, kept)``."""

    def fit(
        self, features: Features, classes: Classes, validation: Features, validation_classes: Classes
    ) -> "Classifier":
        """Fits to training beats; the validation beats decide when to stop."""

    def probabilities(self, features: Features) -> Probabilities:
        """Probability of each of :data:`pathlode.ecg.records.CLASSES`, (beat, class)."""

    def save(self, path: Path, **extra: Any) -> None:
        """Writes the classifier and the plain values in ``extra`` to a file, whole or not at all."""


@dataclass(frozen=True)
class Study:
    """Beats, their split, and their recording conditions.

    Attributes:
        beats: all beats.
        split: their split into training, validation and test.
        conditions: recording conditions by name. Their random parts are the same for every classifier.
        centred: whether to subtract from each beat's features their median over the record's beats in the same part and under
            the same condition. The features then describe how a beat differs from the patient's usual one. The median uses no
            classes, but needs all of these beats.
        usual: which of all beats this median is of, (beat,); None for all.
    """

    beats: Beats
    split: BeatSplit
    conditions: Mapping[str, Condition]
    centred: bool
    usual: NDArray[np.bool_] | None = None

    def features(self, represent: Representation, part: str, condition: str, some: slice = EVERY) -> Features:
        """Features of the beats of a part, or of some of them, as recorded under a condition."""
        times, values = self._recorded(part, condition)
        return self._represented(represent, self.positions(part)[some], times[some], values[some])

    def encodings(self, represent: Representation, part: str, condition: str, votes: Vote) -> Iterator[Features]:
        """Features of several random subsets of the recorded samples."""
        for times, values in votes.parts(*self._recorded(part, condition)):
            yield self._represented(represent, self.positions(part), times, values)

    def mixed(self, represent: Representation, part: str, conditions: Sequence[str]) -> Features:
        """Features of the beats of a part, recorded under the conditions in turn."""
        turns = [slice(start, None, len(conditions)) for start in range(len(conditions))]
        under = [self.features(represent, part, *each) for each in zip(conditions, turns, strict=True)]
        mixed = np.empty((len(self.positions(part)), under[0].shape[1]), under[0].dtype)
        for turn, features in zip(turns, under, strict=True):
            mixed[turn] = features
        return mixed

    def positions(self, part: str) -> NDArray[np.int64]:
        """Positions of the beats in a part: ``train``, ``validation`` or ``test``."""
        chosen: NDArray[np.int64] = getattr(self.split, part)
        return chosen

    @property
    def known(self) -> NDArray[np.int64]:
        """Positions of the beats in training and validation, increasing."""
        return np.sort(np.concatenate([self.split.train, self.split.validation]))

    def _recorded(self, part: str, condition: str) -> tuple[Times, Values]:
        return self.conditions[condition].observe(millivolts(self.beats, self.positions(part)), seed=0)

    def _represented(
        self, represent: Representation, positions: NDArray[np.int64], times: Times, values: Values
    ) -> Features:
        features = represent(times, values)
        if not self.centred:
            return features
        return centre(features, self.beats.records[positions], None if self.usual is None else self.usual[positions])


@dataclass(frozen=True)
class Outcome:
    """One fitted classifier and its predictions for the test beats.

    Attributes:
        rr: whether it also reads :func:`pathlode.ecg.features.rr_features`.
        classifier: the fitted classifier.
        probabilities: (beat, class) by condition.
        voted: predicted classes and mean probabilities of the vote by condition, if encodings vote.
    """

    rr: bool
    classifier: Classifier
    probabilities: dict[str, Probabilities]
    voted: dict[str, tuple[Classes, Probabilities]]


def fit_classifiers(
    study: Study,
    represent: Representation,
    new: Callable[[], Classifier],
    trained_on: Sequence[str],
    balance: Callable[[Features, Classes], tuple[Features, Classes]],
    votes: Vote | None = None,
    rhythms: Sequence[bool] = (False, True),
    relative: RelativeBeats | None = None,
) -> list[Outcome]:
    """Fits classifiers, by default without and with RR features, and applies them under every condition.

    Args:
        study: the beats.
        represent: computes the classifiers' features of the beats.
        new: makes a classifier.
        trained_on: names of the conditions under which the training and validation beats are recorded, in turn.
        balance: balances the features and classes that a classifier is fitted to.
        votes: settings of a vote of encodings; None for no vote.
        rhythms: whether to add RR features: one classifier for each of these.
        relative: gives features to add in place of the RR features, and imagined patients to fit to as well; None for
            neither. The study must be centred on its ``usual`` beats.
    """
    train, held_out = (study.mixed(represent, part, trained_on) for part in ("train", "validation"))
    rhythm, classes = rr_features(study.beats), study.beats.classes

    def given(features: Features, part: str, conditions: Sequence[str], rr: bool) -> Features:
        if not rr:
            return features
        positions = study.positions(part)
        return np.hstack([features, relative(positions, conditions) if relative else rhythm[positions]])

    outcomes = []
    for rr in rhythms:
        fitted = balance(given(train, "train", trained_on, rr), classes[study.split.train])
        if relative and rr:
            fitted = relative.with_imagined(*fitted, represent, study.known, trained_on)
        classifier, held_out_too = new(), given(held_out, "validation", trained_on, rr)
        classifier.fit(*fitted, held_out_too, classes[study.split.validation])
        outcomes.append(Outcome(rr, classifier, {}, {}))
    for name in study.conditions:
        features = study.features(represent, "test", name)
        asked = votes if votes and name in votes.conditions else None
        encodings = list(study.encodings(represent, "test", name, asked)) if asked else []
        for outcome in outcomes:
            outcome.probabilities[name] = outcome.classifier.probabilities(given(features, "test", [name], outcome.rr))
            if encodings:
                each = [outcome.classifier.probabilities(given(one, "test", [name], outcome.rr)) for one in encodings]
                outcome.voted[name] = majority(np.stack(each))
    return outcomes


@dataclass(frozen=True)
class Said:
    """What one classifier says about the test beats under one condition.

    Attributes:
        facts: columns that identify it in a table.
        predicted: class of each beat.
        probabilities: (beat, class).
    """

    facts: Mapping[str, Any]
    predicted: Classes
    probabilities: Probabilities


def said_of_all(outcomes: Sequence[Outcome], study: Study, **labels: Any) -> Iterator[Said]:
    """What fitted classifiers say under every condition. A vote is the model ``{model}_vote``.

    Args:
        outcomes: the classifiers' predictions.
        study: the beats that they were fitted to.
        labels: the columns ``split``, ``model`` and ``seed``.
    """
    for outcome in outcomes:
        plain = {name: (given.argmax(axis=1), given) for name, given in outcome.probabilities.items()}
        for model, said in ((labels["model"], plain), (f"{labels['model']}_vote", outcome.voted)):
            for name, (predicted, probabilities) in said.items():
                facts = {"condition": name, "rate_hz": study.conditions[name].rate, "rr": outcome.rr}
                yield Said({"source": study.beats.source, **labels, "model": model, **facts}, predicted, probabilities)


def score_outcomes(outcomes: Sequence[Outcome], study: Study, **labels: Any) -> BeatScores:
    """Scores of fitted classifiers on the test beats. The arguments are those of :func:`said_of_all`."""
    truth = study.beats.classes[study.split.test]
    tables = [
        score_classes(truth, said.predicted, said.probabilities, study.split.scored).assign(**said.facts)
        for said in said_of_all(outcomes, study, **labels)
    ]
    return BeatScores(pd.concat(tables, ignore_index=True)[list(BeatScores.columns)])


def scores_without_each_record(outcomes: Sequence[Outcome], study: Study, **labels: Any) -> ScoresWithoutRecord:
    """Scores of fitted classifiers on the test beats of all records but one, for every record in turn; none if records of the
    test beats are also in training or validation, because then the records are no sample of new patients.

    The arguments are those of :func:`said_of_all`.
    """
    columns = list(ScoresWithoutRecord.columns)
    if not study.split.has_new_patients(study.beats):
        return ScoresWithoutRecord(pd.DataFrame(columns=columns))
    truth = study.beats.classes[study.split.test]
    records = study.beats.names[study.beats.records[study.split.test]]
    tables = [
        f1_without_each(truth, said.predicted, records, study.split.scored).assign(**said.facts)
        for said in said_of_all(outcomes, study, **labels)
    ]
    return ScoresWithoutRecord(pd.concat(tables, ignore_index=True)[columns])


def scores_by_patient(outcomes: Sequence[Outcome], study: Study, **labels: Any) -> PatientScores:
    """Scores of fitted classifiers in each record of the test beats, gross and average, under the first condition; none if
    records of the test beats are also in training or validation.

    The arguments are those of :func:`said_of_all`.
    """
    columns, first = list(PatientScores.columns), next(iter(study.conditions))
    if not study.split.has_new_patients(study.beats):
        return PatientScores(pd.DataFrame(columns=columns))
    truth = study.beats.classes[study.split.test]
    records = study.beats.names[study.beats.records[study.split.test]]
    tables = [
        score_patients(truth, said.predicted, records, study.split.scored).assign(**said.facts)
        for said in said_of_all(outcomes, study, **labels)
        if said.facts["condition"] == first
    ]
    return PatientScores(pd.concat(tables, ignore_index=True)[columns])


def predictions(outcome: Outcome, study: Study) -> BeatPredictions:
    """One classifier's predictions for the test beats, as a file."""
    truth = study.beats.classes[study.split.test]
    return BeatPredictions(study.beats.source, study.split.scored, truth, outcome.probabilities)
