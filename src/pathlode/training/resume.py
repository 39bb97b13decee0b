"""Checkpoints of interrupted training."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pathlode.core.tensor_files import load_tensors, save_tensors
from pathlode.errors import CheckpointError

if TYPE_CHECKING:
    from pathlode.training.trainer import Trainer  # other trainings keep checkpoints without it
    from pathlode.training.validation import Validation

logger = logging.getLogger(__name__)


def load_checkpoint(path: Path, identity: str) -> dict[str, Any]:
    """The trainer's state from a checkpoint of the same configuration and code.

    Raises:
        CheckpointError: if the file is unreadable, or was written with another configuration or by other code.
    """
    content = load_tensors(path)
    if content.get("identity") != identity:
        raise CheckpointError(
            f"{path} belongs to another configuration or to other code (identity {str(content.get('identity'))[:12]}, "
            f"expected {identity[:12]}): move it away to start anew, or restore that configuration and code"
        )
    return dict(content["trainer"])


def checkpoint_path(folder: Path, identity: str) -> Path:
    """Path of the checkpoint with this identity."""
    return folder / f"checkpoint-{identity[:16]}.pt"


def run_resumably(
    trainer: Trainer,
    folder: Path,
    identity: str,
    report: Callable[[Validation], None] | None = None,
    strict: bool = True,
) -> bool:
    """Runs a trainer to its end, with a checkpoint after each validation. Continues from an existing checkpoint.

    The identity is part of the checkpoint's name, so a checkpoint of another configuration or other code is never used. The
    last checkpoint stays until :func:`discard_checkpoints`; call that when the result is saved.

    Args:
        trainer: a fresh trainer.
        folder: folder of the checkpoint.
        identity: digest of all that the result depends on: code, settings and data.
        report: called with each validation.
        strict: as in :meth:`pathlode.training.trainer.Trainer.run`.

    Returns:
        Whether the run continued from a checkpoint.

    Raises:
        CheckpointError: if the checkpoint cannot be read.
        DivergenceError: as :meth:`pathlode.training.trainer.Trainer.run`.
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
    """The state of a running training, in a file that is written from time to time.

    The file stays when the training ends. Remove it when the result is saved.

    Args:
        path: the file; its name should differ for different settings, code or data. None keeps no file.
    """

    SECONDS = 120.0
    """Least time between two writes, in seconds: a large network's file has hundreds of megabytes."""

    def __init__(self, path: Path | None) -> None:
        self.path, self._written = path, time.monotonic()

    def read(self) -> dict[str, Any] | None:
        """The state that an interrupted training left; None if there is none.

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
        """Writes all that the rest of the training depends on, as tensors and plain values."""
        if self.path is not None:
            save_tensors(self.path, state)
            self._written = time.monotonic()


def discard_checkpoints(folder: Path) -> None:
    """Removes checkpoints, complete or half-written, from a folder. Call it once the result is on disk."""
    for checkpoint in (*folder.glob("checkpoint-*"), *folder.glob(".checkpoint-*")):
        checkpoint.unlink()
