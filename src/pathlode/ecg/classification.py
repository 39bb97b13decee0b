"""Fits and scores classifiers of beats, all on the same beats, recording conditions and seeds."""

import itertools
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
from pathlode.ecg.representations import Representation
from pathlode.ecg.results import BeatPredictions, BeatScores
from pathlode.ecg.scores import score_classes
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
        conditions: recording conditions by name. Their random parts are the same for every classifier and seed.
        centred: whether to subtract from each beat's features their median over the record's beats in the same part and under
            the same condition. The features then describe how a beat differs from the patient's usual one. The median uses no
            classes, but needs all of these beats.
    """

    beats: Beats
    split: BeatSplit
    conditions: Mapping[str, Condition]
    centred: bool

    def features(self, represent: Representation, part: str, condition: str, some: slice = EVERY) -> Features:
        """Features of the beats of a part, or of some of them, (member, beat, feature), as recorded under a condition."""
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
        members, _, width = under[0].shape
        mixed = np.empty((members, len(self.positions(part)), width), under[0].dtype)
        for turn, features in zip(turns, under, strict=True):
            mixed[:, turn] = features
        return mixed

    def positions(self, part: str) -> NDArray[np.int64]:
        """Positions of the beats in a part: ``train``, ``validation`` or ``test``."""
        chosen: NDArray[np.int64] = getattr(self.split, part)
        return chosen

    def _recorded(self, part: str, condition: str) -> tuple[Times, Values]:
        return self.conditions[condition].observe(millivolts(self.beats, self.positions(part)), seed=0)

    def _represented(
        self, represent: Representation, positions: NDArray[np.int64], times: Times, values: Values
    ) -> Features:
        features = represent(times, values)
        return centre(features, self.beats.records[positions]) if self.centred else features


@dataclass(frozen=True)
class Outcome:
    """One fitted classifier and its predictions for the test beats.

    Attributes:
        seed: seed of the classifier, and of the member whose latents it reads.
        rr: whether it also reads :func:`pathlode.ecg.features.rr_features`.
        classifier: the fitted classifier.
        probabilities: (beat, class) by condition.
        voted: predicted classes and mean probabilities of the vote by condition, if encodings vote.
    """

    seed: int
    rr: bool
    classifier: Classifier
    probabilities: dict[str, Probabilities]
    voted: dict[str, tuple[Classes, Probabilities]]


def fit_classifiers(
    study: Study,
    represent: Representation,
    new: Callable[[int], Classifier],
    seeds: Sequence[int],
    trained_on: Sequence[str],
    balance: Callable[[Features, Classes, int], tuple[Features, Classes]],
    votes: Vote | None = None,
    rhythms: Sequence[bool] = (False, True),
    tell: Callable[[int], None] = lambda fitted: None,
) -> list[Outcome]:
    """Fits classifiers for every seed and applies them under every condition.

    Args:
        study: the beats.
        represent: computes the classifiers' features of the beats.
        new: makes a classifier from a seed.
        seeds: one classifier per seed; from a stack of latent ODEs, the n-th seed takes the n-th member.
        trained_on: names of the conditions under which the training and validation beats are recorded, in turn.
        balance: balances the features and classes that a seed's classifier is fitted to.
        votes: settings of a vote of encodings; None for no vote.
        rhythms: whether to add RR features: by default one classifier without and one with them.
        tell: called with the number of classifiers fitted so far.
    """
    train, held_out = (study.mixed(represent, part, trained_on) for part in ("train", "validation"))
    rhythm, classes = rr_features(study.beats), study.beats.classes

    def given(features: Features, part: str, outcome: tuple[int, bool]) -> Features:
        number, rr = outcome
        own = features[number if len(features) > 1 else 0]
        return np.hstack([own, rhythm[study.positions(part)]]) if rr else own

    outcomes: dict[tuple[int, bool], Outcome] = {}
    for key in itertools.product(range(len(seeds)), rhythms):
        seed = seeds[key[0]]
        balanced = balance(given(train, "train", key), classes[study.split.train], seed)
        classifier = new(seed)
        classifier.fit(*balanced, given(held_out, "validation", key), classes[study.split.validation])
        outcomes[key] = Outcome(seed, key[1], classifier, {}, {})
        tell(len(outcomes))
    for name in study.conditions:
        features = study.features(represent, "test", name)
        asked = votes if votes and name in votes.conditions else None
        encodings = list(study.encodings(represent, "test", name, asked)) if asked else []
        for key, outcome in outcomes.items():
            outcome.probabilities[name] = outcome.classifier.probabilities(given(features, "test", key))
            if encodings:
                each = [outcome.classifier.probabilities(given(one, "test", key)) for one in encodings]
                outcome.voted[name] = majority(np.stack(each))
    return list(outcomes.values())


def score_outcomes(outcomes: Sequence[Outcome], study: Study, split: str, model: str) -> BeatScores:
    """Scores of fitted classifiers on the test beats, for every condition. A vote is scored as the model ``{model}_vote``.

    Args:
        outcomes: the classifiers' predictions, one outcome per seed and use of RR features.
        study: the beats that they were fitted to.
        split: name of the split.
        model: name of the classifiers.
    """
    truth = study.beats.classes[study.split.test]
    tables = []
    for outcome in outcomes:
        plain = {name: (given.argmax(axis=1), given) for name, given in outcome.probabilities.items()}
        for label, said in ((model, plain), (f"{model}_vote", outcome.voted)):
            for name, (predicted, probabilities) in said.items():
                table = score_classes(truth, predicted, probabilities, study.split.scored)
                table = table.assign(model=label, rr=outcome.rr, seed=outcome.seed)
                table = table.assign(source=study.beats.source, split=split, condition=name)
                tables.append(table.assign(rate_hz=study.conditions[name].rate)[list(BeatScores.columns)])
    return BeatScores(pd.concat(tables, ignore_index=True))


def predictions(outcome: Outcome, study: Study) -> BeatPredictions:
    """One classifier's predictions for the test beats, as a file."""
    truth = study.beats.classes[study.split.test]
    return BeatPredictions(study.beats.source, study.split.scored, truth, outcome.probabilities)
