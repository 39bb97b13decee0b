"""Files of a training run: resumable checkpoints and finished models.

Both are PyTorch files of tensors, numbers, strings, lists and dictionaries. They are read with ``weights_only=True``:
nothing in them is ever executed.
"""

import io
import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from pathlode.errors import CheckpointError, PathlodeError
from pathlode.files import writing
from pathlode.model import LatentODE, ModelConfig
from pathlode.train import Trainer, Validation

logger = logging.getLogger(__name__)


def save(path: Path, content: dict[str, Any]) -> None:
    """Writes a file of tensors and plain values, whole or not at all."""
    buffer = io.BytesIO()
    torch.save(content, buffer)
    with writing(path) as temporary:  # not by torch, whose writer hides why the system refused
        temporary.write_bytes(buffer.getbuffer())


def load(path: Path) -> dict[str, Any]:
    """Reads a file that :func:`save` wrote.

    Raises:
        CheckpointError: if it is missing, damaged, or holds anything but tensors and plain values.
    """
    try:
        content = torch.load(path, weights_only=True, map_location="cpu")
    except FileNotFoundError:
        raise CheckpointError(f"{path} does not exist: train the model first") from None
    except Exception as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise CheckpointError(
            f"{path} is not a readable file of pathlode ({reason}): delete it and train again"
        ) from error
    if not isinstance(content, dict):
        raise CheckpointError(
            f"{path} holds a {type(content).__name__}, expected a dictionary: delete it and train again"
        )
    return content


def load_checkpoint(path: Path, fingerprint: str) -> dict[str, Any]:
    """The trainer's state in a checkpoint of the same configuration and code.

    Raises:
        CheckpointError: if the file is unreadable, or was written under another configuration or by other code.
    """
    content = load(path)
    if content.get("fingerprint") != fingerprint:
        raise CheckpointError(
            f"{path} belongs to another configuration or to other code (fingerprint {str(content.get('fingerprint'))[:12]}, "
            f"expected {fingerprint[:12]}): delete it to start anew, or restore what it was made with"
        )
    return dict(content["trainer"])


def checkpoint_path(folder: Path, fingerprint: str) -> Path:
    """Where the checkpoint lies of what a fingerprint identifies."""
    return folder / f"checkpoint-{fingerprint[:16]}.pt"


def run_resumably(
    trainer: Trainer,
    folder: Path,
    fingerprint: str,
    report: Callable[[Validation], None] | None = None,
    strict: bool = True,
) -> bool:
    """Runs a trainer to its end, with a checkpoint after each validation; continues from one if it is there.

    The fingerprint is part of the checkpoint's name, so that one of another configuration or other code is never taken
    up. The last checkpoint stays until :func:`discard_checkpoints`, to be called when the result is saved.

    Args:
        trainer: a fresh trainer.
        folder: where the checkpoint lies while the run lasts.
        fingerprint: identifies configuration and code, see :func:`pathlode.provenance.fingerprint`.
        report: called with each validation.
        strict: as in :meth:`pathlode.train.Trainer.run`.

    Returns:
        Whether the run continued from a checkpoint.
    """
    path = checkpoint_path(folder, fingerprint)
    resumed = path.exists()
    if resumed:
        trainer.load_state_dict(load_checkpoint(path, fingerprint))
        logger.info("continued from its checkpoint %s", path)

    def keep(row: Validation) -> None:
        save(path, {"fingerprint": fingerprint, "trainer": trainer.state_dict()})
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
        state = load(self.path)
        logger.info("continued from its checkpoint %s", self.path)
        return state

    @property
    def due(self) -> bool:
        """Whether it is time to write."""
        return self.path is not None and time.monotonic() - self._written >= self.SECONDS

    def write(self, state: dict[str, Any]) -> None:
        """Keeps what the rest of the training depends on, of tensors and plain values."""
        if self.path is not None:
            save(self.path, state)
            self._written = time.monotonic()


def discard_checkpoints(folder: Path) -> None:
    """Removes what interrupted runs left in a folder, half-written or whole, once the result that they led to is on disk."""
    for checkpoint in (*folder.glob("checkpoint-*"), *folder.glob(".checkpoint-*")):
        checkpoint.unlink()


def save_model(path: Path, model: LatentODE, **extra: Any) -> None:
    """Writes a trained model with its configuration, and whatever plain values belong to it."""
    save(path, {"model": model.describe(), "weights": model.state_dict(), **extra})


def load_model(path: Path) -> tuple[LatentODE, dict[str, Any]]:
    """A model that :func:`save_model` wrote, and the plain values saved with it.

    Raises:
        CheckpointError: if the file is unreadable or its weights do not fit its configuration.
    """
    content = load(path)
    try:
        description, weights = content.pop("model"), content.pop("weights")
        model = LatentODE(ModelConfig(**description["config"]), description["seeds"])
        model = model.to(getattr(torch, description["dtype"]))
        model.load_state_dict(weights)
    except (AttributeError, KeyError, TypeError, RuntimeError, PathlodeError) as error:
        reason = str(error).splitlines()[0]
        raise CheckpointError(
            f"{path} is not a model of this version of pathlode ({reason}): train it again"
        ) from error
    return model, content
