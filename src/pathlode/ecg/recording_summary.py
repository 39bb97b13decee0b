"""The file that sums a report on a recording up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from pathlode.artefacts import JsonFile


@dataclass(frozen=True)
class RecordingSummary(JsonFile):
    """Summary of a recording's beats.

    Attributes:
        record: name of the recording, without its folder.
        lead: name of the channel that was read.
        rate_hz: samples per second.
        seconds: duration.
        invalid_seconds: seconds of the signal that show no heart, by reason.
        beats: number of beats.
        classified: number of beats that are not left out.
        left_out: number of beats that are left out, by reason.
        known: the classes that the classifier knows.
        counts: number of classified beats, by class.
        burden: share of the classified beats, by ectopic class, S and V.
        flagged: number of classified beats, by flag.
        heart_rate: beats per minute, ``low``, ``median`` and ``high``; None if no RR interval is known.
        pauses: the longest RR intervals, the longest first: ``time_s``, the begin, and ``seconds``.
        marks_that_are_no_beats: number of such marks in the recording's annotations, by symbol.
        agreement: ``n``, ``sensitivity`` and ``predictivity`` by class that the recording's own annotations have.
        found: sentences about what was found in the recording.
    """

    remedy: ClassVar[str] = "restore a copy of it, or make the report again"

    record: str
    lead: str
    rate_hz: float
    seconds: float
    invalid_seconds: Mapping[str, float]
    beats: int
    classified: int
    left_out: Mapping[str, int]
    known: Sequence[str]
    counts: Mapping[str, int]
    burden: Mapping[str, float]
    flagged: Mapping[str, int]
    heart_rate: Mapping[str, float | None]
    pauses: Sequence[Mapping[str, float]]
    marks_that_are_no_beats: Mapping[str, int]
    agreement: Mapping[str, Mapping[str, float | None]]
    found: Sequence[str]
