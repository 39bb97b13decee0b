"""A model and its parts, as rows of the configuration name them."""

from collections.abc import Iterable, Mapping
from typing import Any

from pathlode.parts import (
    DEFAULT_MODEL,
    DEFAULT_PARTS,
    MODEL_SETTINGS,
    OFFERS,
    ONLY_WITH,
    PARTS,
    entries_of,
    lacking_package,
    needed_of_state,
    no_effect,
    offered,
    parts_of,
    taken,
    unmet,
    unused_offer,
    without_unused,
)
from pathlode.registry import ADAPTIVE_BACKENDS, FIELDS, LOSSES, MODELS, SOLVERS, SYSTEMS, TRAINED_BY
from workflow.configuration.schema import InvalidConfig

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


def check_forcing(place: str, parts: Mapping[str, str], train: Mapping[str, Any]) -> None:
    """Refuses a training with forcing of a model whose state it could not draw to the observations.

    Args:
        place: place of the training in the configuration.
        parts: the model's kind and parts, from :func:`model_parts`.
        train: its settings.
    """
    words = MODELS.words(parts["model"])
    if train.get("forcing") and "training" in words and "forcing" not in words:
        able = ", ".join(name for name in MODELS if "forcing" in MODELS.words(name))
        raise InvalidConfig(
            f"config: {place}.forcing is {train['forcing']}, but the model {parts['model']} has no state that observations "
            f"could draw; remove it, or name one of the models {able}"
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


def check_steps(place: str, parts: Mapping[str, str], settings: Mapping[str, Mapping[str, Any]], last: float) -> None:
    """Refuses steps of a solver that are too long for the model.

    Args:
        place: place of the settings of the training in the configuration.
        parts: the model's kind and parts, from :func:`model_parts`.
        settings: the entry's ``model`` and ``train``.
        last: the longest window in the data's unit of time.
    """
    longest = MODELS.limit(parts["model"], "step", "<=")
    if longest is None:
        return
    steps, duration = settings["train"]["solver_steps"], last / settings["sizes"]["time_unit"]
    if steps * float(longest) < duration:
        raise InvalidConfig(
            f"config: {place}.solver_steps is {steps}, but windows last up to {duration:g} units of the model's time, and a "
            f"step of the model {parts['model']} at most {longest}; raise it"
        )


def check_warmup(place: str, train: Mapping[str, Any], of: str = "") -> None:
    """Refuses a warm-up below one step.

    Args:
        place: place of the training in the configuration.
        train: its settings.
        of: whose steps they are, if the place does not say it.
    """
    warmup, steps = train["warmup"], train["steps"]
    if warmup * (steps + 1) <= 1:
        raise InvalidConfig(
            f"config: {place}.warmup is {warmup}, less than one of the {steps} steps{of}; raise warmup or steps"
        )


def check_views(place: str, views: Mapping[str, Any]) -> None:
    """Refuses a range of shares whose ends are exchanged."""
    low, high = views.get("share", (0, 1))
    if low > high:
        raise InvalidConfig(f"config: {place}.share is [{low}, {high}], expected [low, high]; exchange them")


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


def check_trained_with(place: str, entry: Mapping[str, Any], settings: Iterable[str]) -> None:
    """Refuses settings of a training in an entry whose model is not trained."""
    for key in settings:
        if key in entry and not is_trained(entry):
            raise InvalidConfig(
                f"config: {place}.{key} is {entry[key]!r}, but the model {entry['model']} is not trained; remove it"
            )


def check_entry(place: str, entry: Mapping[str, Any], of_training: Iterable[str]) -> None:
    """Refuses an entry of any chapter whose parts do not fit each other, and settings of a training that its model has not.

    Args:
        place: place of the entry in the configuration.
        entry: the entry.
        of_training: its keys that only a model has which is trained.
    """
    check_parts(place, entry)
    check_trained_with(place, entry, of_training)
    check_views(f"{place}.views", entry.get("views", {}))
