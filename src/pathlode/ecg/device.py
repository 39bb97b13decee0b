"""Cost of an exported encoder and its trees on a small device: single beats, on one thread.

``python -m pathlode.ecg.device ENCODER TREES BEATS...`` measures it on the device. It needs torch, xgboost, numpy and this file
alone, not the rest of the package.
"""

import json
import resource
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch


def milliseconds(work: Callable[..., Any], each: Sequence[Any]) -> float:
    """Median time of a call over all arguments in ``each``, in milliseconds."""
    spent = []
    for argument in each:
        started = time.perf_counter()
        work(argument)
        spent.append(1e3 * (time.perf_counter() - started))
    return median(spent)


def peak_megabytes() -> float:
    """Peak memory of this process."""
    status = Path("/proc/self/status")
    if status.exists():  # because getrusage would include the process that started this one
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def measure(encoder: str, trees: str, *beats: str) -> list[dict[str, float]]:
    """Median latencies of one beat, and the process's peak memory.

    Args:
        encoder: file of :func:`pathlode.models.export.export_encoder`.
        trees: file of :meth:`pathlode.ecg.trees.Trees.save`.
        beats: ``.npz`` files of ``times`` (beat, time) and ``values`` (beat, time, 1).

    Returns:
        For each file of beats: encode_ms, trees_ms, and peak_mb, the process's peak memory so far, including libraries.
    """
    import xgboost  # here, because the import takes one and a half seconds

    torch.set_num_threads(1)
    booster = xgboost.Booster({"nthread": 1})
    booster.load_model(bytearray(Path(trees).read_bytes()))  # a path would need a suffix known to XGBoost
    program = torch.export.load(encoder).module()
    measured = []
    for path in beats:
        with np.load(path) as file:
            observed = [torch.from_numpy(file[name]) for name in ("times", "values")]
        one = list(zip(*(part.split(1) for part in observed), strict=True))
        with torch.inference_mode():
            encode_ms = milliseconds(lambda beat: program(*beat), one)
            latents = [program(*beat).numpy() for beat in one]
        trees_ms = milliseconds(booster.inplace_predict, latents)
        measured.append({"encode_ms": encode_ms, "trees_ms": trees_ms, "peak_mb": peak_megabytes()})
    return measured


if __name__ == "__main__":
    print(json.dumps(measure(*sys.argv[1:])))
