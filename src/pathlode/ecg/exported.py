"""An exported encoder beside its model: how closely they agree, and what encoder and trees cost without the package."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pathlode.artefacts import TableFile
from pathlode.column_kinds import Text, Whole
from pathlode.core.series import TimeSeries
from pathlode.ecg import device
from pathlode.ecg.conditions import Condition
from pathlode.errors import DataError
from pathlode.models.contract import SequenceModel
from pathlode.models.latents import encode


@dataclass(frozen=True)
class DeviceCosts(TableFile):
    """Cost of encoding and classifying beats.

    One row per recording condition.
    """

    columns: ClassVar[Mapping[str, str]] = {
        "source": Text("of the records"),
        "condition": Text("name of the recording condition"),
        "rate_hz": "sampling rate",
        "samples": Whole("number of samples of a beat"),
        "encoder_kb": "size of the exported encoder",
        "trees_kb": "size of the trees",
        "largest_difference_in_std": "largest difference of exported and own z0, in units of its standard deviation",
        "beats": Whole("number of all beats"),
        "encode_all_seconds": "time in which the model encodes all of them",
        "encode_ms": "median time in which the exported encoder encodes one beat, on one thread",
        "trees_ms": "median time in which the trees classify it",
        "peak_mb": "peak memory of that process, libraries included",
    }
    float_format: ClassVar[str | None] = "%.4g"


@dataclass(frozen=True)
class Encoded:
    """All beats as recorded under a condition, encoded by a model and, some of them, by its exported encoder.

    Attributes:
        condition: how they were recorded.
        seconds: time in which the model encoded all beats.
        largest_difference: largest difference of both encodings, in units of each z0's standard deviation over all beats.
        times: times of these beats, (beat, time).
        values: their values, (beat, time, 1).
        beats: the number of all beats.
    """

    condition: Condition
    seconds: float
    largest_difference: float
    times: Tensor
    values: Tensor
    beats: int

    @classmethod
    def by_both(
        cls, model: SequenceModel, exported: Callable[..., Tensor], signals: Tensor, condition: Condition, single: int
    ) -> "Encoded":
        """Encodes beats.

        Args:
            model: one member.
            exported: its exported encoder, a function of times and values.
            signals: all beats as recorded, (beat, time).
            condition: how they are observed.
            single: the number of beats, equally spaced among all, that the exported encoder encodes.
        """
        times, values = condition.observe(signals, seed=0)
        some = torch.linspace(0, len(signals) - 1, min(single, len(signals))).long()
        started = time.perf_counter()
        z0 = encode(model, TimeSeries(times, values, "beats"))[0]
        seconds = time.perf_counter() - started
        difference = (exported(times[some], values[some]) - z0[some]) / z0.std(dim=0)
        return cls(condition, seconds, float(difference.abs().max()), times[some], values[some], len(signals))


def measured_alone(encoder: Path, trees: Path, beats: Sequence[Mapping[str, NDArray[Any]]]) -> list[dict[str, Any]]:
    """Latencies and memory of :func:`pathlode.ecg.device.measure`, run in a process of its own, for each set of beats.

    Args:
        encoder: file of the encoder.
        trees: file of the trees.
        beats: the arrays that each set consists of, by name.

    Raises:
        DataError: if the process fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        files = [f"{folder}/{number}.npz" for number in range(len(beats))]
        for file, own in zip(files, beats, strict=True):
            np.savez(file, allow_pickle=False, **own)
        command = [sys.executable, device.__file__, str(encoder), str(trees), *files]
        done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        reason = (done.stderr.splitlines() or ["it was killed"])[-1]
        raise DataError(f"{trees} cannot be measured with the exported encoder ({reason}): delete it, then run again")
    return list(json.loads(done.stdout))


def device_costs(source: str, encoder: Path, trees: Path, encoded: Mapping[str, Encoded]) -> list[dict[str, Any]]:
    """Rows of :class:`DeviceCosts`.

    Args:
        source: of the records.
        encoder: file of the exported encoder.
        trees: file of the trees.
        encoded: the beats, by the name of the recording condition.
    """
    sizes = {"encoder_kb": encoder.stat().st_size / 1e3, "trees_kb": trees.stat().st_size / 1e3}
    arrays = [{"times": own.times.numpy(), "values": own.values.numpy()} for own in encoded.values()]
    alone = measured_alone(encoder, trees, arrays)
    return [
        {"source": source, "condition": name, "rate_hz": own.condition.rate, "samples": own.times.shape[1]}
        | sizes
        | {"largest_difference_in_std": own.largest_difference, "beats": own.beats, "encode_all_seconds": own.seconds}
        | costs
        for (name, own), costs in zip(encoded.items(), alone, strict=True)
    ]
