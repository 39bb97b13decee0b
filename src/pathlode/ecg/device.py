"""Cost of an exported encoder and its trees on a small device: single beats, on one thread.

``python -m pathlode.ecg.device ENCODER TREES BEATS...`` measures it on the device. It needs this file and numpy, and torch and
xgboost or, for ONNX files, onnxruntime, not the rest of the package.
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


def encoder_of(path: str) -> Callable[[Any, Any], Any]:
    """Latents, (beat, latent), as a function of times (beat, time) and values (beat, time, 1), arrays all.

    Args:
        path: file of :func:`pathlode.models.export.export_encoder`, ``.pt2`` or ``.onnx``.
    """
    if path.endswith(".onnx"):
        session = _session(path)
        return lambda times, values: session.run(None, {"times": times, "values": values})[0]
    import torch  # here, because ONNX files do without

    torch.set_num_threads(1)
    program = torch.export.load(path).module()

    def encode(times: Any, values: Any) -> Any:
        with torch.inference_mode():
            return program(torch.from_numpy(times), torch.from_numpy(values)).numpy()

    return encode


def trees_of(path: str) -> Callable[[Any], Any]:
    """Probabilities, (beat, class), as a function of features, (beat, feature).

    Args:
        path: file in XGBoost's own format, as of :meth:`pathlode.ecg.trees.Trees.save`, or ``.onnx``.
    """
    if path.endswith(".onnx"):
        session = _session(path)
        return lambda features: session.run(["probabilities"], {"features": features})[0]
    import xgboost

    booster = xgboost.Booster({"nthread": 1})
    booster.load_model(bytearray(Path(path).read_bytes()))  # a path would need a suffix known to XGBoost
    return booster.inplace_predict


def _session(path: str) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def measure(encoder: str, trees: str, *beats: str) -> list[dict[str, float]]:
    """Median latencies of one beat, and the process's peak memory.

    Args:
        encoder: as for :func:`encoder_of`.
        trees: as for :func:`trees_of`.
        beats: ``.npz`` files of ``times`` (beat, time), ``values`` (beat, time, 1), and perhaps ``others`` (beat, feature),
            which the trees read after the latents.

    Returns:
        For each file of beats: encode_ms, trees_ms, and peak_mb, the process's peak memory so far, including libraries.
    """
    encode, classify = encoder_of(encoder), trees_of(trees)
    measured = []
    for path in beats:
        with np.load(path) as file:
            times, values = file["times"], file["values"]
            others = file["others"] if "others" in file else np.zeros((len(times), 0), np.float32)
        one = [(times[beat : beat + 1], values[beat : beat + 1]) for beat in range(len(times))]
        features = [np.hstack([encode(*each), others[beat : beat + 1]]) for beat, each in enumerate(one)]
        costs = {
            "encode_ms": milliseconds(lambda beat: encode(*beat), one),
            "trees_ms": milliseconds(classify, features),
        }
        measured.append(costs | {"peak_mb": peak_megabytes()})
    return measured


if __name__ == "__main__":
    print(json.dumps(measure(*sys.argv[1:])))
