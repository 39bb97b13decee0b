"""Progress of long tasks: a line every few seconds, on standard error and in the job's log.

These are lines, not bars, because several jobs share one terminal.
"""

import logging
import time

logger = logging.getLogger(__name__)

SECONDS_BETWEEN_LINES = 5.0


class Progress:
    """Reports the progress of a task.

    Args:
        label: the task's name in the lines.
        total: number of its parts.
    """

    def __init__(self, label: str, total: int) -> None:
        self.label, self.total = label, total
        self.started = self.told = time.monotonic()
        self.first: int | None = None

    def __call__(self, done: int, detail: str = "") -> None:
        """Reports that ``done`` parts are done, with a few words of detail."""
        now = time.monotonic()
        if self.first is None:
            self.first, self.started = done, now  # a resumed run starts in the middle
        if now - self.told < SECONDS_BETWEEN_LINES and done < self.total:
            return
        self.told = now
        gained = done - self.first
        left = f", about {(now - self.started) / gained * (self.total - done):.0f} s left" if gained else ""
        logger.info("%s: %d of %d %s%s", self.label, done, self.total, detail, left if done < self.total else "")
