"""Fits classifiers of beats, all on the same beats and recording conditions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from pathlode.ecg.features import Classes, Features, Probabilities, rr_features
from pathlode.ecg.relative_beats import RelativeBeats
from pathlode.ecg.representations import Representation
from pathlode.ecg.study import Study
from pathlode.ecg.voting import Vote, majority


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
            neither. If the study is centred, it must be on its ``usual`` beats.
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
            fitted = relative.with_imagined(*fitted, represent, study.known, trained_on, study.centred)
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
