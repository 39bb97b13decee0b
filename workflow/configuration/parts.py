"""A model and its parts, as rows of the configuration name them."""

from collections.abc import Mapping
from typing import Any

from pathlode.parts import DEFAULT_MODEL, DEFAULT_PARTS, PARTS, entries_of, parts_of, without_unused
from pathlode.registry import ADAPTIVE_BACKENDS, FIELDS, MODELS, SOLVERS, TRAINED_BY

OWN = ("sizes", "train", "views")
"""Settings of a data set of which a row may replace some."""


def with_own(entry: Mapping[str, Any], settings: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """A data set's ``sizes``, ``train`` and ``views`` for an entry, whose own replace some.

    Settings of the data set that the entry's model does not take are left out.

    Args:
        entry: the entry.
        settings: those of the data set, by name; a missing one is empty.
    """
    kind, field = entry.get("model", DEFAULT_MODEL), named_field(entry)
    return {name: without_unused(kind, settings.get(name, {}), field) | dict(entry.get(name, {})) for name in OWN}


def named_field(entry: Mapping[str, Any]) -> str:
    """The field of an entry, which has no effect on a model that takes none."""
    return str(entry.get("field", DEFAULT_PARTS["field"]))


def model_parts(entry: Mapping[str, Any]) -> dict[str, str]:
    """The model of an entry and its parts (:data:`pathlode.parts.PARTS`), as in
    :class:`pathlode.training.experiment.Experiment`.

    Those that the entry does not name are the default ones. Parts that its kind of model does not have are left out.
    """
    kind, given = entry.get("model", DEFAULT_MODEL), {**DEFAULT_PARTS, **entry}
    return {"model": kind} | {part: given[part] for part in parts_of(kind) if part in given}


def entries_of_parts(parts: Mapping[str, str], loss: bool = True, train: Mapping[str, Any] | None = None) -> list[str]:
    """The kind and parts of a model as ``"module:class"``, for the code of a rule.

    Args:
        parts: from :func:`model_parts`.
        loss: whether jobs fit the model: then its loss is among them and, if it has one, what trains by it.
        train: settings of the training, whose solver, if it has one, is among them as well.
    """
    named = {name: parts[name] for name in PARTS if name in parts and (loss or name != "loss")}
    entries = entries_of(parts["model"], **named)
    if "loss" in named:
        entries.append(TRAINED_BY)
        entries += [SOLVERS.path(train["solver"])] if train and "solver" in train else []
    return entries


def scored_by(config: Mapping[str, Any]) -> str:
    """What solves the ODEs of models that jobs score with ``evaluate``, as ``"module:function"``."""
    return ADAPTIVE_BACKENDS.path(config["evaluate"]["backend"])


def known_systems(field: str | None) -> tuple[str, ...]:
    """The systems of whose equations an expert knows the part that a field has; none for a field that is all learnt."""
    return FIELDS.fact(field, "known") if field else ()


def has_latent(entry: Mapping[str, Any]) -> bool:
    """Whether an entry's model has a latent vector z0."""
    return "latent" in MODELS.words(entry.get("model", DEFAULT_MODEL))


def is_trained(entry: Mapping[str, Any]) -> bool:
    """Whether an entry's model is trained, not fitted in closed form."""
    return "training" in MODELS.words(entry.get("model", DEFAULT_MODEL))
