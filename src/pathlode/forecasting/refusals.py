"""Refusals of settings of a forecaster that cannot be used."""

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import torch

from pathlode.errors import ConfigError
from pathlode.models.settings import ModelConfig
from pathlode.training.settings import TrainingConfig
from pathlode.training.views import Views

CHOSEN = {"features", "encoder", "variational", "head", "steps", "learning_rate"}
"""Settings of models and trainings that a forecaster has by itself, or chooses."""


def refuse_unknown(**given: Mapping[str, Any]) -> None:
    """Refuses further settings that there are not.

    Args:
        **given: those of ``model``, ``train`` and ``views``.

    Raises:
        ConfigError: naming the first one.
    """
    for name, kind in (("model", ModelConfig), ("train", TrainingConfig), ("views", Views)):
        if not isinstance(given[name], Mapping):
            raise ConfigError(f"{name} is {given[name]!r}, expected a dictionary of settings")
        known = [field.name for field in fields(kind) if field.name not in CHOSEN]
        for key in given[name]:
            if key not in known:
                raise ConfigError(f"{name} has the setting {key!r}, expected one of {', '.join(known)}")
    for name, kind in (("train", TrainingConfig), ("views", Views)):
        try:
            kind(**given[name])
        except TypeError as error:
            raise ConfigError(f"{name} has a setting of another kind than expected ({error}): correct it") from None


def refuse_unfit_place(place: Path, folder: bool) -> None:
    """Refuses a file where a folder is to be, and a folder where a file is to be.

    Args:
        place: to write to.
        folder: whether it is to be a folder.

    Raises:
        ConfigError: if it is so.
    """
    if place.exists() and place.is_dir() != folder:
        is_now, expected = ("file", "folder") if folder else ("folder", "file")
        raise ConfigError(f"{place} is a {is_now}, expected the path of a {expected}: give another one")


def refuse_absent(device: str) -> None:
    """Refuses a device that PyTorch does not have here.

    Raises:
        ConfigError: if it is so.
    """
    try:
        torch.empty(0, device=device)
    except (AssertionError, NotImplementedError, RuntimeError, TypeError):
        raise ConfigError(
            f"device is {device!r}, which is not there: give one that PyTorch has here, such as 'cpu'"
        ) from None
