"""Refusals of models and parts that do not fit each other, their sizes or the data."""

from collections.abc import Iterable, Mapping
from typing import Any

from pathlode.parts import (
    DEFAULT_MODEL,
    MODEL_SETTINGS,
    OFFERS,
    ONLY_WITH,
    PARTS,
    lacking_package,
    needed_of_state,
    no_effect,
    offered,
    taken,
    unmet,
    unused_offer,
)
from pathlode.registry import FIELDS, LOSSES, MODELS, SYSTEMS
from workflow.configuration.parts import is_trained, known_systems, named_field
from workflow.configuration.schema import InvalidConfig
from workflow.configuration.training_checks import check_trained_with, check_views, is_penalised


def check_parts(place: str, entry: Mapping[str, Any]) -> None:
    """Refuses an entry whose model does not take a setting that the entry names, or does not offer what its loss needs.

    Args:
        place: place of the entry in the configuration.
        entry: the entry.
    """
    kind = entry.get("model", DEFAULT_MODEL)
    check_taken(place, entry, entry)
    for key in ("sizes", "train"):
        check_taken(f"{place}.{key}", entry, entry.get(key, {}))
    if known_systems(entry.get("field")) and "observed" in MODELS.words(kind):
        raise InvalidConfig(
            f"config: {place}.field is {entry['field']!r}, whose equations are of coordinates that a decoder maps to the data, "
            f"but the state of the model {kind} is the data in standard deviations; name another field"
        )
    if missing := lacking_package(kind):
        raise InvalidConfig(
            f"config: {place}.model is {kind!r}, but its package {missing[0]} is not installed; pip install "
            f"'pathlode[{missing[1]}]', or name another model"
        )
    if not is_trained(entry):
        return
    if "loss" not in entry:
        raise InvalidConfig(
            f"config: {place} lacks a loss, but the model {kind} is trained; name one of {', '.join(LOSSES)}"
        )
    offers = offered(kind, named_field(entry))
    lacking = sorted(LOSSES.words(entry["loss"]) - offers)
    if lacking and lacking[0] in MODELS.words(kind):
        fields = ", ".join(name for name in FIELDS if lacking[0] in FIELDS.words(name))
        raise InvalidConfig(
            f"config: {place}.loss is {entry['loss']!r}, which needs {OFFERS[lacking[0]]}; name one of the fields {fields}"
        )
    if lacking:
        raise InvalidConfig(
            f"config: {place}.loss is {entry['loss']!r}, which needs {OFFERS[lacking[0]]}, but the model {kind} has none; "
            "name another loss or model"
        )
    if unused := unused_offer(offers, LOSSES.words(entry["loss"])):
        raise InvalidConfig(
            f"config: {place}.loss is {entry['loss']!r}, but the model {kind} has {OFFERS[unused]}, which it would leave "
            f"untrained; name the loss {ONLY_WITH[unused]}"
        )


def check_taken(place: str, entry: Mapping[str, Any], own: Mapping[str, Any]) -> None:
    """Refuses settings of an entry's own that have no effect on its model with its field.

    Args:
        place: place of the settings in the configuration.
        entry: what names the model and the field.
        own: the settings.
    """
    kind, field = entry.get("model", DEFAULT_MODEL), named_field(entry)
    for name in own:
        if name in MODEL_SETTINGS - taken(kind, field):
            raise InvalidConfig(
                f"config: {place}.{name} is {own[name]!r}, but {no_effect(kind, field, name)}; remove it"
            )
    only = MODELS.fact(kind, "solver")
    if only and own.get("solver", only[0]) not in only:
        raise InvalidConfig(
            f"config: {place}.solver is {own['solver']!r}, but the model {kind} has steps of its own; remove it, or set it to "
            f"{only[0]}"
        )


def check_state(place: str, parts: Mapping[str, str], model: Mapping[str, Any]) -> None:
    """Refuses a state of which all components start at 0, and a size that the model or its field does not take.

    Args:
        place: place of the sizes in the configuration.
        parts: the model's kind and parts, from :func:`model_parts`.
        model: its sizes.
    """
    hidden, augment = model.get("hidden"), model.get("augment", 0)
    if hidden is not None and augment >= hidden:
        raise InvalidConfig(
            f"config: {place} has hidden {hidden} and augment {augment}, but z0 sets one dimension of the state or more; lower "
            "augment, or raise hidden"
        )
    if found := unmet(MODELS, parts["model"], model):
        size, needed = found
        raise InvalidConfig(
            f"config: {place}.{size} is {model[size]}, but the model {parts['model']} needs {needed}; change {size}, or name "
            "another model"
        )
    if hidden is not None and "field" in parts and (wanted := needed_of_state(parts["field"], hidden)):
        raise InvalidConfig(
            f"config: {place}.hidden is {hidden}, but the field {parts['field']} needs {wanted}; change hidden, or name "
            "another field"
        )


def check_system(place: str, parts: Mapping[str, str], system: str | None) -> None:
    """Refuses a field whose known part is of another system, and parts for positive quantities where others are measured.

    Args:
        place: place of the entry in the configuration.
        parts: the model's kind and parts, from :func:`model_parts`.
        system: name in :data:`pathlode.registry.SYSTEMS`; None for measured data, of which no equation is known.
    """
    known = known_systems(parts.get("field"))
    if known and system not in known:
        data = "measured data" if system is None else f"the system {system}"
        raise InvalidConfig(
            f"config: {place}.field is {parts['field']!r}, which knows a part of {', '.join(known)}, but {data} has other "
            "equations; name another field"
        )
    for part in ("input", "decoder"):
        positive = part in parts and "positive" in PARTS[part].words(parts[part])
        if positive and system is not None and "positive" not in SYSTEMS.words(system):
            raise InvalidConfig(
                f"config: {place}.{part} is {parts[part]!r}, which is for positive quantities, but those of {system} change "
                f"their sign; name another {part}"
            )


def check_observed_state(place: str, parts: Mapping[str, str], features: int, model: Mapping[str, Any]) -> None:
    """Refuses a model whose state is what is observed, if its field does not take so many features, and one whose state has too
    few components for them.

    Args:
        place: place of the data in the configuration.
        parts: the model's kind and parts, from :func:`model_parts`.
        features: observed quantities.
        model: the model's sizes.
    """
    if MODELS.limit(parts["model"], "hidden", ">=") == "features" and model["hidden"] < features:
        raise InvalidConfig(
            f"config: the number of features of {place} is {features}, which are components of the state of {parts['model']}, "
            f"but its hidden is {model['hidden']}; raise hidden"
        )
    observed = "observed" in MODELS.words(parts["model"]) and "field" in parts
    needed = needed_of_state(parts["field"], features) if observed else None
    if needed:
        raise InvalidConfig(
            f"config: the number of features of {place} is {features}, and so is the size of the state of {parts['model']}, "
            f"but the field {parts['field']} needs {needed}; name another field"
        )


def check_entry(place: str, entry: Mapping[str, Any], of_training: Iterable[str]) -> None:
    """Refuses an entry of any chapter whose parts do not fit each other, settings of a training that its model has not, and the
    weight of a penalty that its loss has not.

    Args:
        place: place of the entry in the configuration.
        entry: the entry.
        of_training: its keys that only a model has which is trained.
    """
    check_parts(place, entry)
    check_trained_with(place, entry, of_training)
    if entry.get("weight") and not is_penalised(entry["loss"]):
        raise InvalidConfig(
            f"config: {place}.weight is {entry['weight']}, but the loss {entry['loss']} has no penalty; remove it"
        )
    check_views(f"{place}.views", entry.get("views", {}))
