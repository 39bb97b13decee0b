"""Files of tensors, numbers, strings, lists and dictionaries, in PyTorch's format.

They are read with ``weights_only=True``: no code in them is executed.
"""

import io
from pathlib import Path
from typing import Any

import torch

from pathlode.errors import CheckpointError
from pathlode.files import writing


def save_tensors(path: Path, content: dict[str, Any]) -> None:
    """Writes a file of tensors and plain values, whole or not at all."""
    buffer = io.BytesIO()
    torch.save(content, buffer)
    with writing(path) as temporary:  # not by torch, whose writer hides the system's reason for a failure
        temporary.write_bytes(buffer.getbuffer())


def load_tensors(path: Path) -> dict[str, Any]:
    """Reads a file that :func:`save_tensors` wrote.

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
            f"{path} cannot be read as a file of pathlode ({reason}): delete it and train again"
        ) from error
    if not isinstance(content, dict):
        raise CheckpointError(
            f"{path} holds a {type(content).__name__}, expected a dictionary: delete it and train again"
        )
    return content
