"""Progress of long work: one bar on a terminal, a line every few seconds in a log."""

import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

logger = logging.getLogger(__name__)

SECONDS_BETWEEN_LINES = 5.0


class Reporter:
    """Tells how far a piece of work has come."""

    def __init__(self, label: str, total: int, bar: Progress | None) -> None:
        self.label, self.total, self.bar = label, total, bar
        self.started = self.told = time.monotonic()
        self.first: int | None = None
        self.task = bar.add_task(label, total=total) if bar else None

    def __call__(self, done: int, detail: str = "") -> None:
        """Reports that ``done`` of the total is done, with a few words of detail."""
        now = time.monotonic()
        if self.first is None:
            self.first = done
        if self.bar is not None and self.task is not None:
            self.bar.update(self.task, completed=done, description=f"{self.label} {detail}")
        if now - self.told >= SECONDS_BETWEEN_LINES or done >= self.total:
            self.told = now
            gained = done - self.first
            remaining = (now - self.started) / gained * (self.total - done) if gained else float("nan")
            left = f", about {remaining:.0f} s left" if done < self.total and gained else ""
            logger.info("%s: %d of %d %s%s", self.label, done, self.total, detail, left)


@contextmanager
def reporting(label: str, total: int) -> Iterator[Reporter]:
    """A reporter for work of ``total`` pieces; the bar appears only where standard error is a terminal."""
    if not sys.stderr.isatty():
        yield Reporter(label, total, None)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, transient=True) as bar:
        yield Reporter(label, total, bar)
