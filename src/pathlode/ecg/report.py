"""A report on a recording: the class of every beat, and a summary."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pathlode.artefacts import TableFile
from pathlode.column_kinds import Text
from pathlode.ecg.annotations import NO_CLASS
from pathlode.ecg.beat_model import BeatModel
from pathlode.ecg.flags import (
    IRREGULAR,
    TOO_NOISY,
    UNLIKE,
    flags_of,
    in_irregular_rhythm,
    noise_and_height,
    relative_noise,
)
from pathlode.ecg.recording.peaks import MATCHED_WITHIN, MISSED_BELOW, compare_peaks, find_peaks, nearest
from pathlode.ecg.recording.polarity import upright
from pathlode.ecg.recording.recorded_beats import RecordedBeats
from pathlode.ecg.recording.recordings import Recording
from pathlode.ecg.recording_summary import RecordingSummary
from pathlode.ecg.records import CLASSES
from pathlode.ecg.relative import relative_features, relative_rhythm, waveform_on_grid
from pathlode.errors import DataError

PAUSES = 5
"""Number of the longest pauses in the summary."""
_Reference = tuple[NDArray[np.int64], NDArray[np.int8]]
"""Samples of the annotated beats, and the class of each."""


@dataclass(frozen=True)
class BeatRows(TableFile):
    """Classes of a recording's beats, one row per beat that is not left out."""

    columns: ClassVar[Mapping[str, str]] = {
        "record": Text("name of the recording"),
        "time_s": "seconds of the R peak from the recording's begin",
        "class": Text("class of ANSI/AAMI EC57: N, S, V, F or Q"),
        "probability": "its probability, if classes are as frequent as in the training data",
        "flag": Text(f"{TOO_NOISY!r}, {UNLIKE!r}, {IRREGULAR!r} for a beat of class S, or nothing"),
    }
    float_format: ClassVar[str | None] = "%.9g"


@dataclass(frozen=True)
class Report:
    """A recording's beats and their classes.

    Attributes:
        beats: the beats.
        classes: class of each used beat, index in :data:`pathlode.ecg.records.CLASSES`, (used,).
        probabilities: its probability, (used,).
        noise: :func:`pathlode.ecg.flags.relative_noise` of each used beat, (used,).
        strangeness: its distance from the training data; above 1 it is unlike them, (used,).
        irregular: whether it is called S in an irregular rhythm, (used,).
        marked: index of each used beat's class in the recording's own annotations, or
            :data:`pathlode.ecg.annotations.NO_CLASS`, (used,).
        known: the classes that the classifier knows.
        found: sentences about what was found in the recording.
    """

    beats: RecordedBeats
    classes: NDArray[np.int8]
    probabilities: NDArray[np.float32]
    noise: NDArray[np.float32]
    strangeness: NDArray[np.float64]
    irregular: NDArray[np.bool_]
    marked: NDArray[np.int8]
    known: Sequence[str]
    found: Sequence[str]

    @property
    def record(self) -> str:
        """Name of the recording, without its folder."""
        return Path(self.beats.recording.name).name

    @property
    def flags(self) -> list[str]:
        """The flag of each used beat, (used,)."""
        return flags_of(self.noise, self.strangeness, self.irregular)

    def rows(self) -> BeatRows:
        """The table of beats."""
        columns = {
            "record": self.record,
            "time_s": self.beats.times,
            "class": [CLASSES[label] for label in self.classes],
            "probability": self.probabilities.astype(np.float64).round(4),
            "flag": self.flags,
        }
        return BeatRows(pd.DataFrame(columns))

    def pauses(self) -> list[tuple[float, float]]:
        """Begin and length in seconds of the :data:`PAUSES` longest RR intervals, the longest first; those in which a beat can
        be hidden do not count."""
        known = np.flatnonzero(np.isfinite(self.beats.intervals))
        longest = known[np.argsort(-self.beats.intervals[known], kind="stable")][:PAUSES]
        begins = self.beats.peaks[longest] / self.beats.recording.rate
        return list(zip(begins.tolist(), self.beats.intervals[longest].tolist(), strict=True))

    def summary(self) -> RecordingSummary:
        """What the recording is, how many beats have which class, what is left out and why, heart rate and pauses."""
        recording, flags = self.beats.recording, self.flags
        counts = np.bincount(self.classes, minlength=len(CLASSES))
        return RecordingSummary(
            record=self.record,
            lead=recording.lead,
            rate_hz=recording.rate,
            seconds=recording.seconds,
            invalid_seconds=recording.invalid_seconds(),
            beats=len(self.beats.peaks),
            classified=len(self.classes),
            left_out=dict(self.beats.left_out),
            known=list(self.known),
            counts=dict(zip(CLASSES, counts.tolist(), strict=True)),
            burden={name: float(counts[CLASSES.index(name)] / len(self.classes)) for name in "SV"},
            flagged={flag: flags.count(flag) for flag in (TOO_NOISY, UNLIKE, IRREGULAR)},
            heart_rate=self.heart_rate(),
            pauses=[{"time_s": begin, "seconds": seconds} for begin, seconds in self.pauses()],
            marks_that_are_no_beats=recording.annotations.no_beats() if recording.annotations else {},
            agreement=self.agreement(),
            found=list(self.found),
        )

    def heart_rate(self) -> dict[str, float | None]:
        """Beats per minute, that of the 95 %, 50 % and 5 % quantile of the known RR intervals; None if none is known."""
        known, names = self.beats.intervals[np.isfinite(self.beats.intervals)], ("low", "median", "high")
        if not len(known):
            return dict.fromkeys(names)
        return dict(zip(names, (60 / np.quantile(known, [0.95, 0.5, 0.05])).round(1).tolist(), strict=True))

    def agreement(self) -> dict[str, dict[str, float | None]]:
        """Sensitivity and positive predictivity of each class that the recording's own annotations have; none without them, and
        no predictivity of a class that no annotated beat is said to have."""
        shares: dict[str, dict[str, float | None]] = {}
        for label, name in enumerate(CLASSES):
            truth, said = self.marked == label, self.classes == label
            if truth.any():
                hits = float((truth & said).sum())
                called = int((said & (self.marked != NO_CLASS)).sum())
                shares[name] = {
                    "n": int(truth.sum()),
                    "sensitivity": hits / float(truth.sum()),
                    "predictivity": hits / called if called else None,
                }
        return shares


def report_on(recording: Recording, model: BeatModel, polarity: str = "checked", annotated: bool = False) -> Report:
    """Finds and classifies the beats of a recording.

    Args:
        recording: the recording.
        model: the classifier.
        polarity: as in :func:`pathlode.ecg.recording.polarity.upright`.
        annotated: whether beats lie at the recording's own annotations rather than where they are found.

    Raises:
        DataError: if the recording has too few beats, seems to be upside down, or lacks the annotations that are asked for.
    """
    marks = recording.annotations
    reference = marks.beats() if marks else None
    found = []
    if reference is not None and not len(reference[0]):
        reference = None
        found.append("the recording's annotations mark no beats")
    if not annotated:
        peaks = find_peaks(recording)
        found += _about_peaks(peaks, recording.rate, reference)
    elif reference is not None:
        peaks = reference[0]
        found.append("the beats are those of the recording's annotations")
    else:
        lacks = "no beats in its annotations" if marks else "no annotations beside it"
        raise DataError(f"{recording.name} has {lacks}: let its beats be found instead")
    recording = upright(recording, peaks, polarity)
    beats = RecordedBeats.of(recording, peaks)
    pieces = [
        (model.encode(times, values), waveform_on_grid(times, values), steps, *noise_and_height(times, values))
        for times, values, steps in beats.windows()
    ]
    features, windows, steps, noise, heights = (np.concatenate(parts) for parts in zip(*pieces, strict=True))
    rhythm = relative_rhythm(np.r_[np.nan, beats.intervals, np.nan])[beats.used]
    classes, probabilities, strangeness = model.classify(features, relative_features(windows, rhythm))
    return Report(
        beats,
        classes,
        probabilities,
        relative_noise(noise, steps, heights),
        strangeness,
        in_irregular_rhythm(classes, rhythm),
        _marked(beats, reference, recording.rate),
        [CLASSES[label] for label in model.trees.known],
        [*recording.found, *found],
    )


def _about_peaks(peaks: NDArray[np.int64], rate: float, reference: _Reference | None) -> list[str]:
    """Sentences about the R peaks that were found, at a sampling rate in Hz, and how they agree with annotated beats."""
    said = [f"{len(peaks)} beats were found"]
    if rate < MISSED_BELOW:
        said.append(
            f"at less than {MISSED_BELOW:g} Hz many beats are missed where no low-pass filter came before the sampling: do "
            "not trust intervals, pauses and the heart rate then"
        )
    if reference is not None:
        scores = compare_peaks(peaks, reference[0], rate)
        said.append(
            f"of {scores.reference} annotated beats, {scores.sensitivity:.2%} were found; of those found, "
            f"{scores.predictivity:.2%} are annotated"
        )
    return said


def _marked(beats: RecordedBeats, reference: _Reference | None, rate: float) -> NDArray[np.int8]:
    """Class of the annotation nearest to each used beat, within :data:`pathlode.ecg.recording.peaks.MATCHED_WITHIN`."""
    marked = np.full(len(beats.used), NO_CLASS, np.int8)
    if reference is None:
        return marked
    samples, classes = reference
    peaks = beats.peaks[beats.used]
    match = nearest(peaks, samples)
    close = np.abs(samples[match] - peaks) <= MATCHED_WITHIN * rate
    marked[close] = classes[match[close]]
    return marked
