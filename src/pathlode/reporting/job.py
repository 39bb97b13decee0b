"""The frame of one pipeline job: threads, log, provenance record, and errors of one sentence."""

import atexit
import errno
import gc
import json
import logging
import os
import resource
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pathlode.errors import PathlodeError
from pathlode.files import FULL, UNREADABLE, digest
from pathlode.reporting.job_record import JobRecord
from pathlode.reporting.provenance import commit, packages, processor


@contextmanager
def job(snakemake: Any) -> Iterator[Callable[[], dict[str, Any]]]:
    """Runs a script's block as a job of the pipeline.

    The log's last line gives the job's cost. The record beside the log, a :class:`pathlode.reporting.job_record.JobRecord`,
    holds the provenance of the outputs.

    PyTorch, if imported, uses the job's threads; the networks here are fastest with one. Other libraries take their number of
    threads from OMP_NUM_THREADS, which Snakemake sets.

    Args:
        snakemake: the object that Snakemake passes to a script.

    Yields:
        A function that returns the current record as plain values; models are saved with it.

    Raises:
        SystemExit: with status 1 after a :class:`pathlode.errors.PathlodeError`, whose sentence is logged, if disk or memory is
            full, or if a file cannot be read. Any other exception is logged with its traceback and raised again.
    """
    # Figures make so many objects that collecting garbage as often as usual is a tenth of their cost.
    gc.set_threshold(20_000)
    atexit.register(gc.freeze)  # else the exit collects garbage among all objects of the libraries: 0.4 s with PyTorch
    torch, log = sys.modules.get("torch"), Path(snakemake.log[0])  # not imported here: that takes two seconds
    if torch:
        torch.set_num_threads(snakemake.threads)
    _log_to(log)
    record = log.with_suffix(".json")
    record.unlink(missing_ok=True)
    begun, started, imports = datetime.now(UTC).isoformat(), time.monotonic(), time.process_time()
    made = _made(snakemake)

    def origin() -> dict[str, Any]:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
        seconds = time.monotonic() - started + imports
        costs = {"begun": begun, "seconds": seconds, "cpu_seconds": time.process_time(), "peak_mb": peak}
        return made | costs | {"modules": sorted(name for name in sys.modules if name.startswith("pathlode."))}

    try:
        yield origin
        whole = JobRecord(**origin())
        logging.info(
            "done in %.1f s; with the imports %.1f s of CPU time and at most %.0f MB of memory",
            whole.seconds - imports,
            whole.cpu_seconds,
            whole.peak_mb,
        )
        whole.save(record)
    except Exception as error:
        sentence = _sentence(error)
        if sentence is None:
            logging.exception("unexpected error")
            raise
        logging.error("error: %s", sentence)
        sys.exit(1)


def _log_to(log: Path) -> None:
    """Sends messages and warnings to the job's log and to the terminal."""
    handlers: list[logging.Handler] = [logging.FileHandler(log, mode="w"), logging.StreamHandler(sys.stderr)]
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S", handlers=handlers, force=True
    )
    logging.captureWarnings(True)
    logging.getLogger("fontTools").setLevel(logging.WARNING)  # it logs every step of embedding a font


def device(gpus: int) -> str:
    """``cuda`` if a GPU was granted to the job and exists, else ``cpu``."""
    import torch

    return "cuda" if gpus and torch.cuda.is_available() else "cpu"


def _sentence(error: Exception) -> str | None:
    """What went wrong and what to do, for an error that needs no traceback; None for any other."""
    if isinstance(error, PathlodeError):
        return str(error)
    if _out_of_memory(error):
        return (
            "out of memory: run the same command with fewer jobs at once (--cores 1), or on a machine with more memory"
        )
    if isinstance(error, OSError) and error.errno in FULL:
        return f"{error}: free disk space, then run the same command again; no half-written file is kept"
    if isinstance(error, OSError) and error.errno in UNREADABLE:
        return f"{error}: check the file, its permissions and its disk, then run the same command again"
    return None


def _out_of_memory(error: Exception) -> bool:
    """Whether Python, the system, or PyTorch on any device ran out of memory."""
    torch = sys.modules.get("torch")
    if torch and isinstance(error, torch.OutOfMemoryError):
        return True
    if isinstance(error, RuntimeError):  # PyTorch's allocator on the CPU has no class of errors
        return "can't allocate memory" in str(error)
    return isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno == errno.ENOMEM)


def _seeds(settings: Mapping[str, Any], place: str = "") -> Iterator[tuple[str, Any]]:
    """All seeds among the parameters, numbers of replicates among them, by their place."""
    for name, value in settings.items():
        if isinstance(value, Mapping):
            yield from _seeds(value, f"{place}{name}.")
        elif "seed" in str(name) or name == "replicates":
            yield f"{place}{name}", value


def _made(snakemake: Any) -> dict[str, Any]:
    """The record of a job without its cost, as plain values."""
    gpus, torch = snakemake.resources.get("gpu", 0), sys.modules.get("torch")
    graphics = torch.cuda.get_device_name() if torch and device(gpus) == "cuda" else None
    made = {
        "rule": snakemake.rule,
        "wildcards": dict(snakemake.wildcards.items()),
        "inputs": sorted(set(snakemake.input)),
        "outputs": list(snakemake.output),
        "commit": commit(),
        "config": digest(snakemake.config),
        "seeds": dict(_seeds(dict(snakemake.params.items()))),
        "packages": packages(),
        "device": graphics or processor(),
        "cores": os.cpu_count(),
        "threads": snakemake.threads,
    }
    return dict(json.loads(json.dumps(made)))  # file names are of a string class of Snakemake's
