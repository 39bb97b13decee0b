"""What a run says at its end."""

import sys
import time
from pathlib import Path

STARTED = time.time()
"""When this run began, in seconds since 1970."""
FAILED = (
    "What is done is kept: run the same command again, and it goes on from there. The logs named above say what to mend. "
    "A log that ends with neither 'done' nor 'error' is of a job that was killed, mostly for memory: then run fewer jobs at "
    "once, with --cores 1. After a run that was killed itself, `snakemake --unlock` comes first."
)
"""What to do after a run that failed."""


def say(text: str) -> None:
    """Writes a line below Snakemake's own."""
    print(text, file=sys.stderr)


def say_agreement(page: Path) -> None:
    """Says how many of the published verdicts this run confirms, if it has decided claims.

    Args:
        page: the comparison with the published verdicts, whose first line says that.
    """
    if page.exists() and page.stat().st_mtime > STARTED:
        say(page.read_text().partition("\n")[0])
