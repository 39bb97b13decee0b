"""Files of results on beats: scores, predictions and reconstructions."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from pathlode.artefacts import COMMITTED, ArrayFile, TableFile, axes
from pathlode.column_kinds import Flag, Text, Whole
from pathlode.ecg.records import CLASSES, LEAD


@dataclass(frozen=True)
class BeatScores(TableFile):
    """Scores of classifiers of beats, one row per split, condition, classifier, replicate and class."""

    columns: ClassVar[Mapping[str, str]] = {
        "source": Text("origin of the beats: mitdb, invented, or a publication"),
        "split": Text("name of the split"),
        "condition": Text("how the test beats were recorded"),
        "rate_hz": "samples per second under this condition, the missing ones not counted",
        "model": Text(
            "name of the classifier; a vote of encodings ends with _vote, one_class names one class for every beat"
        ),
        "rr": Flag("whether it also reads RR features"),
        "seed": Whole("number of the replicate; a published score has none"),
        "class": Text("name of the class, or macro for the mean over the scored classes"),
        "n": Whole("test beats of the class, of all scored classes for macro"),
        "precision": "true positives / all predicted positives",
        "recall": "true positives / all beats of the class",
        "f1": "harmonic mean of precision and recall",
        "auc": "area under the ROC curve of the class against all others",
    }


@dataclass(frozen=True)
class PublishedBeatScores(BeatScores):
    """Scores of classifiers of beats that others published.

    Unknown ones are empty.
    """

    remedy: ClassVar[str] = COMMITTED


@dataclass(frozen=True)
class BeatCounts(TableFile):
    """Numbers of annotated beats, one row per record, and one each for sums over records and for the paper's own number."""

    columns: ClassVar[Mapping[str, str]] = {
        "source": Text("origin of the beats: mitdb, invented, or a publication"),
        "record": Text(f"name of the record; all, or with {LEAD}, for the sum over such records"),
        "lead": Text("name of the channel that is read; empty for sums"),
        **{name: Whole(f"beats of class {name}; empty if unknown") for name in CLASSES},
        "total": Whole("beats of all classes"),
    }


@dataclass(frozen=True)
class ComparedBeatScores(BeatScores):
    """Scores of classifiers of beats with the columns that claims compare.

    See :func:`pathlode.ecg.columns.with_missed`.
    """

    columns: ClassVar[Mapping[str, str]] = {
        **BeatScores.columns,
        "missed_f1": "1 - f1, at least half a beat's share",
        "missed_auc": "1 - auc, at least half a beat's share",
    }
    float_format: ClassVar[str | None] = None


@dataclass(frozen=True)
class ScoresWithoutRecord(TableFile):
    """Scores of classifiers of beats without the test beats of one record, one row per row of scores and record.

    Only splits whose test records are absent from training have such rows. The differences between them say how much the
    scores depend on the patients.
    """

    columns: ClassVar[Mapping[str, str]] = {
        **{name: BeatScores.columns[name] for name in ("source", "split", "condition", "model", "rr", "seed")},
        "without": Text("name of the record whose beats are left out"),
        **{name: BeatScores.columns[name] for name in ("class", "n", "f1")},
    }


@dataclass(frozen=True)
class ComparedScoresWithoutRecord(ScoresWithoutRecord):
    """Scores without the test beats of one record, with the column that claims compare."""

    columns: ClassVar[Mapping[str, str]] = {
        **ScoresWithoutRecord.columns,
        "missed_f1": ComparedBeatScores.columns["missed_f1"],
    }
    float_format: ClassVar[str | None] = None


@dataclass(frozen=True)
class PatientScores(TableFile):
    """Scores of classifiers of beats in patients absent from training.

    One row per split, classifier, replicate, record and class. See :func:`pathlode.ecg.patients.score_patients`. Class Q is
    left out.
    """

    columns: ClassVar[Mapping[str, str]] = {
        **{name: BeatScores.columns[name] for name in ("source", "split", "condition", "model", "rr", "seed")},
        "record": Text("name of the record; gross for all beats, average for the mean over records"),
        "class": Text("name of the class"),
        "n": Whole("test beats of the class"),
        "called": Whole("beats called so, fusion beats called V not counted"),
        "sensitivity": "true positives / n",
        "predictivity": "true positives / called",
        "sensitivity_low": "lower end of the interval over records, of gross and average, see pathlode.ecg.patients.LEVEL",
        "sensitivity_high": "upper end",
        "predictivity_low": "lower end of the interval over records, of gross and average, see pathlode.ecg.patients.LEVEL",
        "predictivity_high": "upper end",
    }


@dataclass(frozen=True)
class BeatPredictions(ArrayFile):
    """Predictions of one classifier for the test beats of a split.

    Attributes:
        source: origin of the beats, ``mitdb`` or ``invented``.
        scored: names of the classes that are scored.
        truth: index of each beat's class in :data:`pathlode.ecg.records.CLASSES`.
        probabilities: probability of each class, by recording condition.
    """

    source: str
    scored: str
    truth: NDArray[np.int8] = axes("beat")
    probabilities: Mapping[str, NDArray[np.float32]] = axes("beat", "class", by="condition")

    def predicted(self) -> dict[str, NDArray[np.int8]]:
        """The most probable class of each beat, by condition."""
        return {name: given.argmax(axis=1).astype(np.int8) for name, given in self.probabilities.items()}


@dataclass(frozen=True)
class ReconstructionErrors(TableFile):
    """Errors of reconstructed beats, one row per split, latent ODE, condition, class and replicate."""

    columns: ClassVar[Mapping[str, str]] = {
        "source": Text("origin of the beats, mitdb or invented"),
        "split": Text("name of the split"),
        "latent_ode": Text("name of the latent ODE"),
        "condition": Text("how the test beats were recorded"),
        "rate_hz": "samples per second under this condition, the missing ones not counted",
        "class": Text("name of the class"),
        "n": Whole("beats of the class"),
        "seed": Whole("number of the replicate"),
        "nmse": "squared error divided by the variance of the class's samples",
    }


@dataclass(frozen=True)
class BeatExamples(ArrayFile):
    """Examples of reconstructed beats, one test beat of every class under every recording condition.

    Attributes:
        classes: name of each example's class.
        conditions: names of the conditions.
        times: times of the whole window at 360 Hz, in seconds from the R peak.
        truth: recorded millivolts.
        seen: millivolts that the encoder sees, NaN elsewhere.
        reconstructed: reconstructed millivolts, by latent ODE.
    """

    classes: Sequence[str]
    conditions: Sequence[str]
    times: NDArray[np.float32] = axes("time")
    truth: NDArray[np.float32] = axes("class", "time")
    seen: NDArray[np.float32] = axes("condition", "class", "time")
    reconstructed: Mapping[str, NDArray[np.float32]] = axes("condition", "member", "class", "time", by="latent ODE")

    def truth_by_class(self) -> dict[str, NDArray[np.float32]]:
        """Each example as recorded, (time,)."""
        return dict(zip(self.classes, self.truth, strict=True))

    def seen_by_condition(
        self, conditions: Sequence[str]
    ) -> dict[tuple[str, str], tuple[NDArray[np.float32], NDArray[np.float32]]]:
        """Times and millivolts that the encoder sees, (seen,), by condition and class."""
        seen = {
            (name, label): self.seen[self.conditions.index(name), row] for name, row, label in self._each(conditions)
        }
        return {key: (self.times[np.isfinite(x)], x[np.isfinite(x)]) for key, x in seen.items()}

    def reconstructed_by(
        self, latent_ode: str, conditions: Sequence[str]
    ) -> dict[tuple[str, str], NDArray[np.float32]]:
        """Reconstructions of one latent ODE, (member, time), by condition and class."""
        own = self.reconstructed[latent_ode]
        return {(name, label): own[self.conditions.index(name), :, row] for name, row, label in self._each(conditions)}

    def _each(self, conditions: Sequence[str]) -> Iterator[tuple[str, int, str]]:
        return ((name, row, label) for name in conditions for row, label in enumerate(self.classes))
