"""Scores of fitted classifiers on the test beats: of all, without each record, and by patient."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from pathlode.ecg.classification import Outcome
from pathlode.ecg.features import Classes, Probabilities
from pathlode.ecg.patients import score_patients
from pathlode.ecg.results import BeatPredictions, BeatScores, PatientScores, ScoresWithoutRecord
from pathlode.ecg.scores import f1_without_each, score_classes
from pathlode.ecg.study import Study


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
    said = said_of_all(outcomes, study, **labels)
    return ScoresWithoutRecord(_scores_by_record(f1_without_each, said, study, ScoresWithoutRecord.columns))


def scores_by_patient(outcomes: Sequence[Outcome], study: Study, **labels: Any) -> PatientScores:
    """Scores of fitted classifiers in each record of the test beats, gross and average, under the first condition; none if
    records of the test beats are also in training or validation.

    The arguments are those of :func:`said_of_all`.
    """
    first = next(iter(study.conditions))
    said = (each for each in said_of_all(outcomes, study, **labels) if each.facts["condition"] == first)
    return PatientScores(_scores_by_record(score_patients, said, study, PatientScores.columns))


def _scores_by_record(
    score: Callable[..., pd.DataFrame], said: Iterable[Said], study: Study, columns: Iterable[str]
) -> pd.DataFrame:
    """Scores by a function that takes the record of every test beat; none if these are no sample of new patients."""
    if not study.split.has_new_patients(study.beats):
        return pd.DataFrame(columns=list(columns))
    truth = study.beats.classes[study.split.test]
    records = study.beats.names[study.beats.records[study.split.test]]
    tables = [score(truth, each.predicted, records, study.split.scored).assign(**each.facts) for each in said]
    return pd.concat(tables, ignore_index=True)[list(columns)]


def predictions(outcome: Outcome, study: Study) -> BeatPredictions:
    """One classifier's predictions for the test beats, as a file."""
    truth = study.beats.classes[study.split.test]
    return BeatPredictions(study.beats.source, study.split.scored, truth, outcome.probabilities)
