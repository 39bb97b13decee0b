"""Files of trained models."""

from pathlib import Path
from typing import Any

import torch

from pathlode.core.tensor_files import load_tensors, save_tensors
from pathlode.errors import CheckpointError, PathlodeError
from pathlode.models.latent_ode import LatentODE, ModelConfig


def save_model(path: Path, model: LatentODE, **extra: Any) -> None:
    """Writes a trained model with its configuration, and whatever plain values belong to it."""
    save_tensors(path, {"model": model.describe(), "weights": model.state_dict(), **extra})


def load_model(path: Path) -> tuple[LatentODE, dict[str, Any]]:
    """A model that :func:`save_model` wrote, and the plain values saved with it.

    Raises:
        CheckpointError: if the file is unreadable or its weights do not fit its configuration.
    """
    content = load_tensors(path)
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
