"""What a report's whole chain costs on a small device: R peaks, windows, latents, relative features and trees."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import numpy as np
from numpy.typing import NDArray

from pathlode.artefacts import TableFile
from pathlode.column_kinds import Text, Whole
from pathlode.ecg.beat_model import BeatModel
from pathlode.ecg.device import encoder_of, trees_of
from pathlode.ecg.exported import measured_alone
from pathlode.ecg.features import Features, median_of
from pathlode.ecg.onnx_model import write_encoder, write_int8_encoder, write_trees
from pathlode.ecg.recording.peaks import find_peaks
from pathlode.ecg.recording.recorded_beats import RecordedBeats
from pathlode.ecg.recording.recordings import Recording
from pathlode.ecg.relative import relative_features, relative_rhythm, unhurried, waveform_on_grid

T = TypeVar("T")


@dataclass(frozen=True)
class ChainCosts(TableFile):
    """Cost of classifying the beats of a recording on one thread, one row per sampling rate and format of the files."""

    columns: ClassVar[Mapping[str, str]] = {
        "source": Text("of the record"),
        "record": Text("its name"),
        "rate_hz": "sampling rate",
        "format": Text("own: PyTorch and XGBoost; onnx; int8: ONNX, the encoder's weights in 8 bits"),
        "beats": Whole("number of classified beats"),
        "detect_ms": "CPU time of finding the R peaks, per beat",
        "windows_ms": "CPU time of cutting windows without baseline, per beat",
        "relative_ms": "CPU time of rhythm and shape relative to the usual beat, per beat",
        "encode_ms": "median time of encoding one beat, alone in a process without this package",
        "trees_ms": "median time of classifying it there",
        "load": "share of a core's time that all of these take; times its power, the mean power for the chain",
        "files_kb": "size of the files of encoder and trees",
        "peak_mb": "peak memory of that process, libraries included",
        "largest_difference": "largest difference of a probability to that of the own format",
        "same_class": "share of beats that have the same class in the own format",
    }
    float_format: ClassVar[str | None] = "%.4g"


@dataclass(frozen=True)
class PreparedBeats:
    """A recording's beats as encoder and trees read them, and CPU milliseconds a beat that this took, by column.

    Attributes:
        times: (beat, time).
        values: (beat, time, 1).
        relative: of :func:`pathlode.ecg.relative.relative_features`, (beat, 38).
        costs: by column of :class:`ChainCosts`.
    """

    times: NDArray[np.float32]
    values: NDArray[np.float32]
    relative: Features
    costs: Mapping[str, float]

    @classmethod
    def of(cls, recording: Recording) -> "PreparedBeats":
        """Finds the beats of a recording."""
        peaks, detect = _timed(lambda: find_peaks(recording))
        beats = RecordedBeats.of(recording, peaks)
        pieces, windows = _timed(lambda: list(beats.windows()))

        def compared() -> Features:
            rhythm = relative_rhythm(np.r_[np.nan, beats.intervals, np.nan])[beats.used]
            grids = [waveform_on_grid(piece.times, piece.values) for piece in pieces]
            return relative_features(np.concatenate(grids), rhythm)

        relative, relate = _timed(compared)
        costs = {"detect_ms": detect, "windows_ms": windows, "relative_ms": relate}
        times = np.concatenate([piece.times.numpy() for piece in pieces])
        values = np.concatenate([piece.values.numpy() for piece in pieces])
        each = {name: 1e3 * spent / len(times) for name, spent in costs.items()}
        return cls(times, values, relative, each)

    def some(self, count: int) -> dict[str, NDArray[np.float32]]:
        """At most so many beats, as :func:`pathlode.ecg.device.measure` reads them."""
        return {"times": self.times[:count], "values": self.values[:count], "others": self.relative[:count]}


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    """What the work gives, and the CPU seconds that it takes."""
    started = time.process_time()
    return work(), time.process_time() - started


def write_formats(model: BeatModel, folder: Path) -> dict[str, tuple[Path, Path]]:
    """Writes encoder and trees of a classifier in every format, and gives both files by the format's name."""
    own, onnx, int8, own_trees, onnx_trees = (
        folder / name for name in ("encoder.pt2", "encoder.onnx", "encoder_int8.onnx", "trees.ubj", "trees.onnx")
    )
    for path in (own, onnx):
        write_encoder(model, path)
    write_int8_encoder(onnx, int8)
    model.trees.booster.save_model(own_trees)
    write_trees(model.trees, onnx_trees)
    return {"own": (own, own_trees), "onnx": (onnx, onnx_trees), "int8": (int8, onnx_trees)}


def chain_costs(
    model: BeatModel, recordings: Sequence[Recording], formats: Mapping[str, tuple[Path, Path]], single: int
) -> list[dict[str, Any]]:
    """Rows of :class:`ChainCosts` of recordings, without source and record.

    Args:
        model: the classifier.
        recordings: the recordings.
        formats: files of :func:`write_formats`, the own format first.
        single: number of beats of each that are timed one by one.
    """
    prepared, rows = [PreparedBeats.of(recording) for recording in recordings], []
    own: list[Features] = []
    for name, (encoder, trees) in formats.items():
        said = [_probabilities(model, encoder_of(str(encoder)), trees_of(str(trees)), beats) for beats in prepared]
        own = own or said
        alone = measured_alone(encoder, trees, [beats.some(single) for beats in prepared])
        kilobytes = (encoder.stat().st_size + trees.stat().st_size) / 1e3
        for recording, beats, here, there, costs in zip(recordings, prepared, said, own, alone, strict=True):
            each = dict(beats.costs) | {key: costs[key] for key in ("encode_ms", "trees_ms")}
            rows.append(
                {"rate_hz": recording.rate, "format": name, "beats": len(here)}
                | each
                | {
                    "load": sum(each.values()) / 1e3 * len(here) / recording.seconds,
                    "files_kb": kilobytes,
                    "peak_mb": costs["peak_mb"],
                    "largest_difference": float(np.abs(here - there).max()),
                    "same_class": float((here.argmax(axis=1) == there.argmax(axis=1)).mean()),
                }
            )
    return rows


def _probabilities(
    model: BeatModel, encode: Callable[[Any, Any], Any], classify: Callable[[Any], Any], beats: PreparedBeats
) -> Features:
    """Probability of each class that the trees know, (beat, class)."""
    latents = encode(beats.times, beats.values)
    if model.centred:
        latents = latents - median_of(latents, unhurried(beats.relative))
    said: Features = classify(np.hstack([latents, beats.relative]))
    return said
