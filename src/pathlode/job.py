"""The frame of one pipeline job: threads, log, and errors told in one sentence."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pathlode.errors import PathlodeError


@contextmanager
def job(log: str | Path, threads: int = 1) -> Iterator[None]:
    """Runs a block as a job of the pipeline.

    Args:
        log: file for messages; they also go to standard error.
        threads: threads that PyTorch may use; the networks here are fastest with one.

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
    try:
        yield
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
