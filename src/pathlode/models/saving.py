"""Files of trained models."""

from pathlib import Path
from typing import Any

import torch

from pathlode.core.tensor_files import load_tensors, save_tensors
from pathlode.errors import CheckpointError, PathlodeError
from pathlode.models.contract import ModelConfig, SequenceModel
from pathlode.registry import MODELS


def save_model(path: Path, model: SequenceModel, **extra: Any) -> None:
    """Writes a trained model with its configuration, and whatever plain values belong to it."""
    save_tensors(path, {"model": model.describe(), "weights": model.state_dict(), **extra})


def load_model(path: Path) -> tuple[SequenceModel, dict[str, Any]]:
    """A model that :func:`save_model` wrote, and the plain values saved with it.

    Raises:
        CheckpointError: if the file is unreadable or its weights do not fit its configuration.
    """
    content = load_tensors(path)
    try:
        description, weights = content.pop("model"), content.pop("weights")
        kind = MODELS[description.get("kind", "latent_ode")]  # files that name no kind are older than other models
        model = kind(ModelConfig(**description["config"]), description["seeds"])
        model = model.to(getattr(torch, description["dtype"]))
        model.load_state_dict(weights)
    except (AttributeError, KeyError, TypeError, RuntimeError, PathlodeError) as error:
        reason = str(error).splitlines()[0]
        raise CheckpointError(
            f"{path} is not a model of this version of pathlode ({reason}): train it again"
        ) from error
    return model, content
