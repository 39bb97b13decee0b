"""Scores of fitted classifiers on recordings as they are worn."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pathlode.artefacts import TableFile
from pathlode.column_kinds import Text, Whole
from pathlode.ecg.beats import AFTER, Beats
from pathlode.ecg.conditions import Condition, millivolts
from pathlode.ecg.features import Features, Probabilities
from pathlode.ecg.flags import noise_and_height, relative_noise
from pathlode.ecg.records import RATE, Record
from pathlode.ecg.representations import Representation
from pathlode.ecg.scores import score_classes
from pathlode.ecg.splits import BeatSplit
from pathlode.ecg.study import Study
from pathlode.ecg.worn import Disturbance, worn_windows

AS_RECORDED = "360 Hz"
"""Name of the recording condition."""


@dataclass(frozen=True)
class WornScores(TableFile):
    """Scores of classifiers of beats on disturbed test records, one row per classifier, disturbance and class."""

    columns: ClassVar[Mapping[str, str]] = {
        "source": Text("of the records"),
        "split": Text("of the beats"),
        "model": Text("name of the classifier, without RR intervals"),
        "disturbance": Text("what happens to the recordings, none for nothing"),
        "snr_db": "signal-to-noise ratio in dB; none for what is no noise",
        "class": Text("name of the class, macro for the mean over classes"),
        "n": Whole("test beats of the class in the scored seconds"),
        "precision": "positive predictivity",
        "recall": "sensitivity",
        "f1": "their harmonic mean; of macro, the mean over classes",
        "too_noisy": "share of all these beats that a report would call too noisy, the same for all classifiers",
    }


class Scorer(Protocol):
    """A fitted classifier."""

    def probabilities(self, features: Features) -> Probabilities:
        """Probability of each of :data:`pathlode.ecg.records.CLASSES`, (beat, class)."""


def first_seconds(beats: Beats, split: BeatSplit, seconds: float) -> BeatSplit:
    """The split, its test beats those alone whose windows lie in the first seconds of their records."""
    return replace(split, test=split.test[beats.peaks[split.test] + AFTER <= round(seconds * RATE)])


def worn_beats(
    beats: Beats, records: Iterable[Record], disturbance: Disturbance, seconds: float
) -> tuple[Beats, NDArray[np.float32]]:
    """The beats with the windows of some records' first seconds as they are recorded under a disturbance, and
    :func:`pathlode.ecg.flags.baseline_steps` in millivolts of all beats, 0 of the others, (beat,).

    Args:
        beats: of all records.
        records: those that are disturbed.
        disturbance: what happens to them. Its random numbers differ by record.
        seconds: of each record's begin.
    """
    microvolts, steps = beats.microvolts.copy(), np.zeros(len(beats.classes), np.float32)
    for record in records:
        number = list(beats.names).index(record.name)
        mine = np.flatnonzero(beats.records == number)
        windows, of_windows = worn_windows(record, disturbance, seconds, seed=number)
        microvolts[mine[: len(windows)]], steps[mine[: len(windows)]] = windows, of_windows
    return replace(beats, microvolts=microvolts), steps


def score_worn(
    beats: Beats,
    steps: NDArray[np.float32],
    split: BeatSplit,
    centred: bool,
    classifiers: Mapping[str, tuple[Representation, Scorer]],
    disturbance: Disturbance,
) -> pd.DataFrame:
    """Rows of :class:`WornScores` under one disturbance, without the column ``split``.

    Args:
        beats: of :func:`worn_beats`.
        steps: of their baselines, of the same.
        split: of :func:`first_seconds`.
        centred: as in :class:`pathlode.ecg.study.Study`.
        classifiers: representation of a beat and fitted classifier, by name.
        disturbance: of the beats.
    """
    study, truth = Study(beats, split, {AS_RECORDED: Condition()}, centred), beats.classes[split.test]
    facts = {"source": beats.source, "disturbance": disturbance.kind, "snr_db": disturbance.snr_db}
    facts["too_noisy"] = float(too_noisy(beats, steps, split.test).mean())
    tables = []
    for name, (represent, classifier) in classifiers.items():
        said = classifier.probabilities(study.features(represent, "test", AS_RECORDED))
        scores = score_classes(truth, said.argmax(axis=1).astype(np.int8), said, split.scored)
        tables.append(scores.drop(columns="auc").assign(model=name, **facts))
    return pd.concat(tables, ignore_index=True)


def too_noisy(beats: Beats, steps: NDArray[np.float32], positions: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether a report would call the beats at these positions too noisy, (beat,)."""
    noise, heights = noise_and_height(*Condition().observe(millivolts(beats, positions), seed=0))
    noisy = np.zeros(len(positions), bool)
    for record in np.unique(beats.records[positions]):
        mine = beats.records[positions] == record
        noisy[mine] = relative_noise(noise[mine], steps[positions][mine], heights[mine]) > 1
    return noisy


def disturbances(ratios: Sequence[float], noises: Iterable[str], changes: Iterable[str]) -> list[Disturbance]:
    """No disturbance, every noise at every ratio in dB, and every change."""
    return [
        Disturbance(),
        *(Disturbance(kind, ratio) for kind in noises for ratio in ratios),
        *(Disturbance(kind) for kind in changes),
    ]
