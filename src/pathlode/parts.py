"""What the lines of models and their parts in :mod:`pathlode.registry` mean, and the parts that a model has by default.

* The plain words of a model say what it offers, of :data:`OFFERS`; those of a loss, what it needs of a model.
* ``takes=`` names settings that a model takes besides those of its offers, :data:`OF_OFFERS`.
* ``hidden>=2`` and ``latent%2`` are limits of a model's sizes, of its state in the line of a field: :func:`unmet`.
* ``package=`` is a package that a model needs and that may not be installed, ``extra=`` the extra of this one that brings it.
* ``step<=`` is the longest step of a model's solver, in units of τ; ``solver=`` the one that a training of it can name.
* The plain words of a field are those of :data:`BY_FIELD` that it has. ``unused=`` names the settings of fields that it does
  not take. ``known=`` names the systems of whose equations an expert knows the field's part, alone or beside others.
* ``weight<=`` is the largest weight of a loss's penalty; ``weight=unused`` says that the loss has none. ``times=random`` says
  that a loss predicts at other times than those observed.
* ``positive`` says that a decoder or an encoder's input is for positive quantities, or that a system's quantities are, but for
  noise.
"""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from importlib.util import find_spec
from typing import Any

from pathlode.entries import Registry
from pathlode.errors import ConfigError
from pathlode.registry import DECODERS, ENCODERS, FIELDS, INPUTS, LOSSES, MODELS

OFFERS = {
    "training": "parameters that a loss trains",
    "latent": "an encoder, and with it a latent vector z0",
    "posterior": "a mean and a standard deviation of z0",
    "path": "a latent path z(t)",
    "field": "a vector field, along which a state h moves",
    "jacobian": "the Jacobian of a vector field",
    "decoder": "a decoder of that state",
    "density": "a normal distribution of each value, given the observations before it",
    "path_kl": "a posterior over paths, and its divergence from a prior",
    "observed": "a state that is what was observed, in standard deviations",
    "weights": "a network of layers from what was observed to its velocity",
    "gates": "gates on the inputs of that network's layers",
    "energy": "an energy-based prior of z0, and samples of it",
    "forcing": "a state that training can draw to the observations",
}
"""What a model can offer; each word is offered by some model."""

ONLY_WITH = {"path_kl": "path_kl", "energy": "ebm"}
"""Offers that a model's loss must need, because parts of the model would stay untrained, and a loss that needs each."""

BY_FIELD = frozenset({"weights", "gates"})
"""Offers of a model that it makes only with a field that has them."""

DEFAULT_MODEL = "latent_ode"
"""The model if no other is named."""
DEFAULT_PARTS = {"encoder": "gru", "input": "linear", "field": "bounded", "decoder": "linear"}
"""The parts of a model that does not name others."""

PARTS = {"encoder": ENCODERS, "input": INPUTS, "field": FIELDS, "decoder": DECODERS, "loss": LOSSES}
"""Parts of a model that are chosen by name, and their registries."""

OF_DATA = frozenset({"features", "gaps"})
"""Settings that say what the data are. Every model takes them."""
OF_SOLVER = frozenset({"solver", "solver_steps", "solver_error_share", "refine"})
"""Settings of a training that only a model takes whose solution a solver finds."""
OF_OFFERS: dict[str, frozenset[str]] = {
    "training": frozenset({"loss", "time_unit"}),
    "latent": frozenset(
        {"hidden", "latent", "width", "depth", "encoder", "encoder_hidden", "input", "static", "head", "elapsed"}
    ),
    "posterior": frozenset({"variational"}),
    "field": frozenset({"field", "width", "depth"}) | OF_SOLVER,
    "decoder": frozenset({"decoder"}),
    "path_kl": OF_SOLVER,
    "energy": OF_SOLVER,
}
"""Settings that a model takes which is trained and has these offers."""
MODEL_SETTINGS = OF_DATA.union(*OF_OFFERS.values(), *(MODELS.fact(model, "takes") for model in MODELS))
"""All settings of models, and those of a training that not every model takes."""


def kind_of(model: type) -> str | None:
    """The name of a class of models, or else of its nearest base that is registered; None if there is none."""
    names = {MODELS.path(name): name for name in MODELS}
    return next(filter(None, (names.get(f"{base.__module__}:{base.__qualname__}") for base in model.__mro__)), None)


def taken(model: str, field: str = DEFAULT_PARTS["field"]) -> frozenset[str]:
    """The settings of :data:`MODEL_SETTINGS` that have an effect on a model with a field, as their lines say.

    The field counts only for a model that takes one, and for the settings that no other part of this model takes.
    """
    words = MODELS.words(model) if "training" in MODELS.words(model) else frozenset()
    of_words = {word: OF_OFFERS.get(word, frozenset()) for word in words}
    if "field" in words:
        of_words["field"] -= {*FIELDS.fact(field, "unused")}
    return OF_DATA.union(MODELS.fact(model, "takes"), *of_words.values())


def without_unused(model: str, settings: Mapping[str, Any], field: str = DEFAULT_PARTS["field"]) -> dict[str, Any]:
    """Settings that several models share, without those that have no effect on this one with this field."""
    unused = MODEL_SETTINGS - taken(model, field)
    return {name: value for name, value in settings.items() if name not in unused}


def no_effect(model: str, field: str, name: str) -> str:
    """A sentence on a setting that a model does not take, or that it takes with other fields than this one."""
    return f"the model {model} {f'with the field {field} ' * (name in taken(model))}takes no {name}"


def refuse_unused(model: str, key: str, given: Any) -> None:
    """Refuses settings that have no effect on a model and another value than the default.

    Args:
        model: the model.
        key: name of the settings, for messages.
        given: a dataclass of settings, which may name a field of the model.

    Raises:
        ConfigError: naming the first one.
    """
    of_field = getattr(given, "field", DEFAULT_PARTS["field"])
    unused = MODEL_SETTINGS - taken(model, of_field)
    for each in fields(given):
        value = getattr(given, each.name)
        if each.name in unused and value != each.default:
            raise ConfigError(f"{key}.{each.name} is {value!r}, but {no_effect(model, of_field, each.name)}: remove it")


def parts_of(model: str) -> dict[str, Registry]:
    """The registries of the parts that a model takes, by the part's name. A model in closed form takes none."""
    settings = taken(model)
    return {name: registry for name, registry in PARTS.items() if name in settings}


def unmet(registry: Registry, name: str, sizes: Mapping[str, Any]) -> tuple[str, str] | None:
    """The first of some sizes that an entry cannot have, and what it needs there, in words; None if it can have all.

    Args:
        registry: the entry's registry.
        name: the entry.
        sizes: by name; one may be the least that another can be.
    """
    for size, value in sizes.items():
        even, least = registry.limit(name, size, "%") == "2", registry.limit(name, size, ">=")
        bound = sizes.get(least, 0) if least in MODEL_SETTINGS else int(least or 0)
        if value is not None and (even or least) and (value < bound or (even and value % 2)):
            needed = ["an even number"] * even + [f"at least {bound}"] * (least is not None)
            return size, " of ".join(needed)
    return None


def needed_of_state(field: str, size: int) -> str | None:
    """What a field needs of the state's size that this size lacks, in words; None if the field takes it."""
    found = unmet(FIELDS, field, {"state": size})
    return found[1] if found else None


def lacking_package(model: str) -> tuple[str, str] | None:
    """A package that a model needs and that is not installed, and the extra of this one that brings it; None if it has all."""
    missing = [each for each in MODELS.fact(model, "package") if find_spec(each) is None]
    return (missing[0], MODELS.fact(model, "extra")[0]) if missing else None


def unused_offer(offers: Iterable[str], needs: Iterable[str]) -> str | None:
    """The word of :data:`ONLY_WITH` that a model offers and a loss with these needs does not use; None if there is none."""
    return next(iter(sorted((set(offers) & set(ONLY_WITH)) - set(needs))), None)


def offered(model: str, field: str = DEFAULT_PARTS["field"]) -> frozenset[str]:
    """What a model offers with a field, which has no effect on a model that takes none."""
    words = MODELS.words(model)
    return words - (BY_FIELD - FIELDS.words(field)) if "field" in words else words


def entries_of(model: str = DEFAULT_MODEL, **given: str) -> list[str]:
    """The ``"module:class"`` of a model and of its parts, of which those that are not given are the default ones."""
    names = DEFAULT_PARTS | given
    parts = parts_of(model).items()
    return [MODELS.path(model), *(registry.path(names[part]) for part, registry in parts if part in names)]
