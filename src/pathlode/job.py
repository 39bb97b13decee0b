"""The frame of one pipeline job: threads, log, and errors told in one sentence."""

import logging
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pathlode.errors import PathlodeError


@contextmanager
def job(log: str | Path, threads: int = 1) -> Iterator[None]:
    """Runs a block as a job of the pipeline. The log's last line says what it took.

    Args:
        log: file for messages; they also go to standard error.
        threads: threads that PyTorch may use, if it has been imported; the networks here are fastest with one. Other libraries
            take theirs from OMP_NUM_THREADS, which Snakemake sets.

    Raises:
        SystemExit: with status 1 after a :class:`pathlode.errors.PathlodeError`, whose sentence is logged. Any other
            exception is logged with its traceback and raised again.
    """
    if torch := sys.modules.get("torch"):  # many jobs do without its two seconds
        torch.set_num_threads(threads)
    handlers: list[logging.Handler] = [logging.FileHandler(log, mode="w"), logging.StreamHandler(sys.stderr)]
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S", handlers=handlers, force=True
    )
    logging.captureWarnings(True)
    logging.getLogger("fontTools").setLevel(logging.WARNING)  # tells every step of embedding a font
    started = time.monotonic()
    try:
        yield
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
        logging.info(
            "done in %.1f s; with the imports %.1f s of CPU time and at most %.0f MB of memory",
            *(time.monotonic() - started, time.process_time(), peak),
        )
    except PathlodeError as error:
        logging.error("error: %s", error)
        sys.exit(1)
    except Exception:
        logging.exception("unexpected error")
        raise


def device(gpus: int) -> str:
    """``cuda`` if a GPU was granted to the job and is there, else ``cpu``."""
    import torch

    return "cuda" if gpus and torch.cuda.is_available() else "cpu"
