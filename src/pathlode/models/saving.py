"""Files of trained models."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from pathlode.core.tensor_files import beside, load_tensors, save_tensors
from pathlode.errors import CheckpointError, PathlodeError
from pathlode.models.contract import SequenceModel
from pathlode.models.settings import ModelConfig
from pathlode.registry import MODELS


@dataclass(frozen=True, kw_only=True)
class FitRecord:
    """Record that a job saves beside its fitted model.

    Attributes:
        identity: digest of all that the fit depends on, see :func:`pathlode.reporting.identity.identity`.
        seconds: duration of fitting, for the whole stack.
        origin: the job's record so far, see :class:`pathlode.reporting.job_record.JobRecord`.
        learning_rate: each member's peak of the one-cycle schedule, if tuning chose it.
        weight: each member's weight of the loss's penalty, if tuning chose it.
    """

    identity: str
    seconds: float
    origin: Mapping[str, Any]
    learning_rate: Sequence[float] | None = None
    weight: Sequence[float] | None = None


def save_model(path: Path, model: SequenceModel, **extra: Any) -> None:
    """Writes a trained model, its configuration, and the values in ``extra``, which :func:`load_model` gives back.

    They may be tensors, numbers, text, paths, dates, NumPy's arrays and numbers, and lists and dictionaries of these.

    Raises:
        CheckpointError: if a value is something else, or has the name of a part of the file. Nothing is written then.
    """
    save_tensors(path, model_content(model, **extra))


def model_content(model: SequenceModel, **extra: Any) -> dict[str, Any]:
    """The content of a trained model's file, which :func:`model_of` reads: a part of the file if that holds several models."""
    return beside({"model": model.describe(), "weights": model.state_dict()}, extra)


def load_model(path: Path) -> tuple[SequenceModel, dict[str, Any]]:
    """A model that :func:`save_model` wrote, and the values saved with it.

    Raises:
        CheckpointError: if the file is unreadable or its weights do not fit its configuration.
    """
    return model_of(load_tensors(path), path)


def model_of(given: Mapping[str, Any], path: Path) -> tuple[SequenceModel, dict[str, Any]]:
    """A model from its :func:`model_content`, and the plain values beside it.

    Args:
        given: the content.
        path: the file that it comes from, for messages.

    Raises:
        CheckpointError: as :func:`load_model`.
    """
    content = dict(given)
    description, weights = content.pop("model", None), content.pop("weights", None)
    if not (isinstance(description, Mapping) and isinstance(weights, Mapping)):
        names = ", ".join(map(str, list(given)[:3])) + (" ..." if len(given) > 3 else "")
        raise CheckpointError(
            f"{path} holds no model of pathlode, but {names or 'nothing'}: give the path of a file that save_model or a "
            "forecaster's save wrote"
        )
    try:
        kind = MODELS[description["kind"]]
        model = kind(ModelConfig(**description["config"]), description["seeds"])
        model = model.to(getattr(torch, description["dtype"]))
        model.take(weights)
        model.dates, counts = description.get("dates"), description.get("counts")
        model.counts = None if counts is None else (counts[0], counts[1])
    except (AttributeError, KeyError, TypeError, RuntimeError, PathlodeError) as error:
        reason = str(error).splitlines()[0]
        raise CheckpointError(
            f"{path} is not a model of this version of pathlode ({reason}): read it with the version that wrote it, or "
            "train again"
        ) from error
    return model, content


def save_fitted(path: Path, model: SequenceModel, record: FitRecord) -> None:
    """Writes a model that a job of the pipeline fitted, with the record of the fit."""
    save_model(path, model, **vars(record))


def load_fitted(path: Path) -> tuple[SequenceModel, FitRecord]:
    """A model that :func:`save_fitted` wrote, and the record of its fit.

    Raises:
        CheckpointError: as :func:`load_model`, and if what is beside the model is something else.
    """
    model, beside = load_model(path)
    try:
        return model, FitRecord(**beside)
    except TypeError as error:
        raise CheckpointError(
            f"{path} is not the model of a job of this version ({error}): read it with load_model, or train again"
        ) from error
