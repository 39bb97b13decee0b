"""Refusals of settings of a training that do not fit the model, its loss or each other."""

from collections.abc import Iterable, Mapping
from typing import Any

from pathlode.registry import LOSSES, MODELS
from workflow.configuration.parts import is_trained
from workflow.configuration.schema import InvalidConfig


def check_trained_with(place: str, entry: Mapping[str, Any], settings: Iterable[str]) -> None:
    """Refuses settings of a training in an entry whose model is not trained."""
    for key in settings:
        if key in entry and not is_trained(entry):
            raise InvalidConfig(
                f"config: {place}.{key} is {entry[key]!r}, but the model {entry['model']} is not trained; remove it"
            )


def is_penalised(loss: str) -> bool:
    """Whether a loss has a penalty, so that its weight has an effect."""
    return LOSSES.fact(loss, "weight") != ("unused",)


def check_forcing(place: str, parts: Mapping[str, str], settings: Mapping[str, Mapping[str, Any]]) -> None:
    """Refuses a training with forcing of a model whose state it could not draw to the observations, with a loss at other times
    than theirs, and with views that leave some of them out.

    Args:
        place: place of the training in the configuration.
        parts: the model's kind and parts, from :func:`model_parts`.
        settings: the entry's ``train`` and ``views``.
    """
    forcing, words = settings["train"].get("forcing"), MODELS.words(parts["model"])
    if not forcing or "training" not in words:
        return
    given = f"config: {place}.forcing is {forcing}, but"
    if "forcing" not in words:
        able = ", ".join(name for name in MODELS if "forcing" in MODELS.words(name))
        raise InvalidConfig(
            f"{given} the model {parts['model']} has no state that observations could draw; remove it, or name one of the "
            f"models {able}"
        )
    if LOSSES.fact(parts["loss"], "times"):
        raise InvalidConfig(
            f"{given} the loss {parts['loss']} predicts at other times than those observed; name another loss, or remove it"
        )
    if settings["views"].get("subsets") or settings["views"].get("first"):
        raise InvalidConfig(
            f"{given} the views leave out observations, which draw the state; remove forcing, or all views other than later"
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
