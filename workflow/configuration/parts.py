"""A model and its parts, as entries of the configuration name them: rows, latent ODEs of beats, fits to training runs."""

from collections.abc import Iterable, Mapping
from typing import Any

from pathlode.registry import (
    DEFAULT_MODEL,
    DEFAULT_PARTS,
    LOSSES,
    MODELS,
    OFFERS,
    ONLY_WITH,
    PARTS,
    entries_of,
    needed_of_state,
    parts_of,
    unused_offer,
)
from workflow.configuration.schema import InvalidConfig


def model_parts(entry: Mapping[str, Any]) -> dict[str, str]:
    """The kind of an entry's model and its parts (:data:`pathlode.registry.PARTS`), as in
    :class:`pathlode.training.experiment.Experiment`.

    Those that the entry does not name are the default ones. Parts that its kind of model does not have are left out.
    """
    kind, given = entry.get("model", DEFAULT_MODEL), {**DEFAULT_PARTS, **entry}
    return {"kind": kind} | {part: given[part] for part in parts_of(kind) if part in given}


def entries_of_parts(parts: Mapping[str, str], loss: bool = True) -> list[str]:
    """The kind and parts of a model, from :func:`model_parts`, as ``"module:class"``, with or without its loss."""
    return entries_of(
        parts["kind"], **{name: parts[name] for name in PARTS if name in parts and (loss or name != "loss")}
    )


def has_latent(entry: Mapping[str, Any]) -> bool:
    """Whether an entry's model has a latent vector z0."""
    return "latent" in MODELS.words(entry.get("model", DEFAULT_MODEL))


def is_trained(entry: Mapping[str, Any]) -> bool:
    """Whether an entry's model is trained, not fitted in closed form."""
    return "training" in MODELS.words(entry.get("model", DEFAULT_MODEL))


def check_parts(place: str, entry: Mapping[str, Any]) -> None:
    """Refuses an entry whose model does not take a part that the entry names, or does not offer what its loss needs.

    Args:
        place: place of the entry in the configuration.
        entry: the entry.
    """
    kind = entry.get("model", DEFAULT_MODEL)
    for part in PARTS:
        if part in entry and part not in parts_of(kind):
            raise InvalidConfig(
                f"config: {place}.{part} is {entry[part]!r}, but the model {kind} takes no {part}; remove it"
            )
    if not is_trained(entry):
        return
    if "loss" not in entry:
        raise InvalidConfig(
            f"config: {place} lacks a loss, but the model {kind} is trained; name one of {', '.join(LOSSES)}"
        )
    lacking = sorted(LOSSES.words(entry["loss"]) - MODELS.words(kind))
    if lacking:
        raise InvalidConfig(
            f"config: {place}.loss is {entry['loss']!r}, which needs {OFFERS[lacking[0]]}, but the model {kind} has none; "
            "name another loss or model"
        )
    if unused := unused_offer(MODELS.words(kind), LOSSES.words(entry["loss"])):
        raise InvalidConfig(
            f"config: {place}.loss is {entry['loss']!r}, but the model {kind} has {OFFERS[unused]}, which it would leave "
            f"untrained; name the loss {ONLY_WITH[unused]}"
        )


def check_state(place: str, parts: Mapping[str, str], model: Mapping[str, Any]) -> None:
    """Refuses a state of which all components start at 0, or whose size the model's field does not take.

    Args:
        place: place of the sizes in the configuration.
        parts: the model's kind and parts, from :func:`model_parts`.
        model: its sizes.
    """
    hidden, augment = model["hidden"], model.get("augment", 0)
    if augment >= hidden:
        raise InvalidConfig(
            f"config: {place} has hidden {hidden} and augment {augment}, but z0 sets one dimension of the state or more; lower "
            "augment, or raise hidden"
        )
    needed = needed_of_state(parts["field"], hidden) if "field" in parts else None
    if needed:
        raise InvalidConfig(
            f"config: {place}.hidden is {hidden}, but the field {parts['field']} needs {needed}; change hidden, or name "
            "another field"
        )


def check_trained_with(place: str, entry: Mapping[str, Any], settings: Iterable[str]) -> None:
    """Refuses settings of a training in an entry whose model is not trained."""
    for key in settings:
        if key in entry and not is_trained(entry):
            raise InvalidConfig(
                f"config: {place}.{key} is {entry[key]!r}, but the model {entry['model']} is not trained; remove it"
            )
