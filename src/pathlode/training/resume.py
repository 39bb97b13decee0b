"""Checkpoints, from which an interrupted training continues."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pathlode.core.tensor_files import load_tensors, save_tensors
from pathlode.errors import CheckpointError

if TYPE_CHECKING:
    from pathlode.training.trainer import Trainer, Validation  # other trainings keep checkpoints too, without it

logger = logging.getLogger(__name__)


def load_checkpoint(path: Path, identity: str) -> dict[str, Any]:
    """The trainer's state in a checkpoint of the same configuration and code.

    Raises:
        CheckpointError: if the file is unreadable, or was written under another configuration or by other code.
    """
    content = load_tensors(path)
    if content.get("identity") != identity:
        raise CheckpointError(
            f"{path} belongs to another configuration or to other code (identity {str(content.get('identity'))[:12]}, "
            f"expected {identity[:12]}): delete it to start anew, or restore what it was made with"
        )
    return dict(content["trainer"])


def checkpoint_path(folder: Path, identity: str) -> Path:
    """Where the checkpoint lies of what a identity identifies."""
    return folder / f"checkpoint-{identity[:16]}.pt"


def run_resumably(
    trainer: Trainer,
    folder: Path,
    identity: str,
    report: Callable[[Validation], None] | None = None,
    strict: bool = True,
) -> bool:
    """Runs a trainer to its end, with a checkpoint after each validation; continues from one if it is there.

    The identity is part of the checkpoint's name, so that one of another configuration or other code is never taken
    up. The last checkpoint stays until :func:`discard_checkpoints`, to be called when the result is saved.

    Args:
        trainer: a fresh trainer.
        folder: where the checkpoint lies while the run lasts.
        identity: digest of what the result depends on, code, settings and data.
        report: called with each validation.
        strict: as in :meth:`pathlode.training.trainer.Trainer.run`.

    Returns:
        Whether the run continued from a checkpoint.
    """
    path = checkpoint_path(folder, identity)
    resumed = path.exists()
    if resumed:
        trainer.load_state_dict(load_checkpoint(path, identity))
        logger.info("continued from its checkpoint %s", path)

    def keep(row: Validation) -> None:
        save_tensors(path, {"identity": identity, "trainer": trainer.state_dict()})
        if report is not None:
            report(row)

    trainer.run(keep, strict)
    return resumed


class Interim:
    """The state of a training under way, in a file that is written now and then.

    The file stays when the training has ended, to be removed when its result is saved.

    Args:
        path: the file, whose name should tell apart all that the training depends on; None for none.
    """

    SECONDS = 120.0
    """At least, between two times that it is written: a large network's file has hundreds of megabytes."""

    def __init__(self, path: Path | None) -> None:
        self.path, self._written = path, time.monotonic()

    def read(self) -> dict[str, Any] | None:
        """The state that an interrupted training left; None for a fresh one.

        Raises:
            CheckpointError: if the file is unreadable.
        """
        if self.path is None or not self.path.exists():
            return None
        state = load_tensors(self.path)
        logger.info("continued from its checkpoint %s", self.path)
        return state

    @property
    def due(self) -> bool:
        """Whether it is time to write."""
        return self.path is not None and time.monotonic() - self._written >= self.SECONDS

    def write(self, state: dict[str, Any]) -> None:
        """Keeps what the rest of the training depends on, of tensors and plain values."""
        if self.path is not None:
            save_tensors(self.path, state)
            self._written = time.monotonic()


def discard_checkpoints(folder: Path) -> None:
    """Removes what interrupted runs left in a folder, half-written or whole, once the result that they led to is on disk."""
    for checkpoint in (*folder.glob("checkpoint-*"), *folder.glob(".checkpoint-*")):
        checkpoint.unlink()
