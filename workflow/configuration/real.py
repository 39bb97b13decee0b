"""The chapter of real data: its files, the settings of its models, and checks of consistency."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from pathlode.core.simple import SIMPLE
from pathlode.errors import ConfigError
from pathlode.real.splits import GOALS
from pathlode.registry import MEASURED
from workflow.configuration.parts import (
    check_parts,
    check_state,
    check_system,
    check_views,
    entries_of_parts,
    has_latent,
    is_trained,
    model_parts,
    with_own,
)
from workflow.configuration.rows import all_rows
from workflow.configuration.schema import InvalidConfig, unknown

PELTS = ("hudson_bay", "hudson-bay-lynx-hare.csv")
"""Folder and file of the pelts of lynx and hare, as a data set of series has them."""
VALUES = "values"
"""The summary of a flow that reads the numbers of pelts themselves."""


def folders(config: Mapping[str, Any]) -> list[str]:
    """The folders of all files that are fetched, whose names are the keys of ``real.mirrors``."""
    return [*(MEASURED[name].folder for name in config["real"]["data"]), PELTS[0]]


def goals(config: Mapping[str, Any], data: str) -> list[str]:
    """What models are trained for on a data set."""
    forecast = config["real"]["data"][data]["hidden"]["first"] is not None
    return [goal for goal in GOALS if goal != "forecast" or forecast]


def trained_models(config: Mapping[str, Any], data: str, goal: str) -> list[str]:
    """The models that are trained on a data set for a goal; those with a head tell classes, from all values of a series."""
    heads = config["real"]["data"][data]["heads"] if goal == "interpolation" else []
    return [*config["real"]["trained"], *heads]


def series_entries(config: Mapping[str, Any]) -> dict[str, Any]:
    """What can be fitted to measured series, by name: the chapter's models, and the rows of the chapters on systems."""
    return all_rows(config) | dict(config["real"]["models"])


def series_model(config: Mapping[str, Any], data: str, goal: str, name: str) -> dict[str, Any]:
    """Settings of a model, as in :class:`pathlode.training.experiment.Experiment`, without seeds and weights."""
    real, own = config["real"], config["real"]["data"][data]
    entry = series_entries(config)[name]
    settings = with_own(entry, {"views": real["views"], "model": own["model"] | {"gaps": True}, "train": own["train"]})
    if goal == "forecast":
        settings["views"]["first"] = own["hidden"]["first"]
    return model_parts(entry) | settings | {"learning_rate": real["learning_rate"]}


def model_code(config: Mapping[str, Any], *names: str, loss: bool = True) -> list[str]:
    """What some models are made of, as ``"module:class"``, with or without their losses."""
    return [entry for name in names for entry in entries_of_parts(model_parts(series_entries(config)[name]), loss)]


def pelt_code(summary: str, loss: bool = True) -> list[str]:
    """The latent ODE that gives a summary of pelts, as ``"module:class"``, with or without its loss; nothing for the values."""
    return [] if summary == VALUES else entries_of_parts(model_parts({"loss": summary}), loss)


def check(config: Mapping[str, Any]) -> None:
    """Refuses models that cannot be made or used, and undefined names."""
    real = config["real"]
    for name, entry in real["models"].items():
        place = f"real.models.{name}"
        check_parts(place, entry)
        if not is_trained(entry):
            raise InvalidConfig(
                f"config: {place} is a model without training; name another model, or a prediction without one"
            )
        if "head" in entry and not has_latent(entry):
            raise InvalidConfig(
                f"config: {place}.head is {entry['head']}, but the model {entry['model']} has no z0, from which a head tells "
                "classes; remove it, or name another model"
            )
        check_views(f"{place}.views", entry.get("views", {}))
        if name in (*SIMPLE, "trees"):
            raise InvalidConfig(f"config: {place} has the name of a prediction without a model; choose another name")
    for folder in folders(config):
        if folder not in real["mirrors"]:
            raise InvalidConfig(f"config: real.mirrors lacks {folder!r}; add a folder or URL that has its files")
    known = {**real["models"], **dict.fromkeys((*SIMPLE, "trees"))}
    heads = {name: entry for name, entry in real["models"].items() if "head" in entry}
    for name in real["trained"]:
        if name in heads:
            raise InvalidConfig(
                f"config: real.trained names {name!r}, which has a head; name it in `heads` of a data set instead"
            )
    trained = dict.fromkeys(real["trained"])
    for place, names, whole, called in (
        ("trained", real["trained"], real["models"], "real.models"),
        ("mirrors", real["mirrors"], dict.fromkeys(folders(config)), "the folders of real.data"),
        ("compared", real["compared"], known, "real.models"),
        ("shown.models", real["shown"]["models"], trained, "real.trained"),
        *((f"data.{data}.heads", own["heads"], heads, "real.models with a head") for data, own in real["data"].items()),
    ):
        for name in names:
            if name not in whole:
                raise InvalidConfig(unknown(f"real.{place}", name, whole, called))
    for name, own in real["data"].items():
        _check_data(f"real.data.{name}", name, own)
        for model in real["models"]:
            check_series_model(config, name, model)
    _check_pelts(real["hudson_bay"])
    check_views("real.views", real["views"])


def check_series_model(config: Mapping[str, Any], data: str, name: str) -> None:
    """Refuses sizes on measured series that a model does not take, and a warm-up below one step."""
    entry, settings = series_entries(config)[name], series_model(config, data, GOALS[0], name)
    place = next(f"{part}.{name}" for part, whole in _parts_with_models(config).items() if name in whole)
    check_system(place, model_parts(entry), None)
    check_state(
        f"{place}.sizes" if "sizes" in entry else f"real.data.{data}.model", model_parts(entry), settings["model"]
    )
    train = settings["train"]
    if train["warmup"] * (train["steps"] + 1) <= 1:
        raise InvalidConfig(
            f"config: real.data.{data}.train.warmup is {train['warmup']}, less than one of the {train['steps']} steps of "
            f"{place}; raise warmup or steps"
        )


def _parts_with_models(config: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The parts of the configuration that hold :func:`series_entries`, the first of which counts."""
    chapters = {f"{chapter}.rows": config[chapter]["rows"] for chapter in ("rivals", "dynamics")}
    return {"real.models": config["real"]["models"]} | chapters


def _check_pelts(own: Mapping[str, Any]) -> None:
    """Refuses losses of other models, more tables for validation or draws for comparison than there are, a training without
    warmup, and sizes that no latent ODE takes."""
    mcmc, train = own["mcmc"], own["train"]
    for loss in own["losses"]:
        check_parts("real.hudson_bay.losses", {"loss": loss})
    check_state("real.hudson_bay.model", model_parts({}), own["model"])
    for key, needed, there, what in (
        ("validation", own["validation"] + train["batch"], own["simulated"], "simulated tables and a batch"),
        (
            "draws",
            2 * own["draws"],
            mcmc["chains"] * mcmc["steps"],
            "draws of the chains, of which two halves are compared",
        ),
    ):
        if needed > there:
            raise InvalidConfig(
                f"config: real.hudson_bay.{key} is {own[key]}, which needs {needed} of {there} {what}; lower it"
            )
    if train["warmup"] * (train["steps"] + 1) <= 1:
        raise InvalidConfig(
            f"config: real.hudson_bay.train.warmup is {train['warmup']}, less than one of {train['steps']} steps; raise "
            "warmup or steps"
        )


def _check_data(place: str, name: str, own: Mapping[str, Any]) -> None:
    """Refuses settings of reading, a test part, numbers of series and times of a forecast that the data set does not have."""
    kind = MEASURED[name]
    needed, given = ({field.name for field in dataclasses.fields(kind)}, own["read"].keys())
    for key in sorted(needed ^ given):
        raise InvalidConfig(
            f"config: {place}.read {'lacks' if key in needed else 'has'} {key}; {'add' if key in needed else 'remove'} it"
        )
    try:
        length = kind(**own["read"]).length
    except ConfigError as error:
        raise InvalidConfig(f"config: {place}.read.{error}; choose one") from error
    if (own["test"] is None) != kind.has_test:
        raise InvalidConfig(
            f"config: {place}.test is {own['test']}, expected {'null' if kind.has_test else 'a number'}; set it so"
        )
    if own["invented"] < kind.fewest:
        raise InvalidConfig(f"config: {place}.invented is {own['invented']}, expected at least {kind.fewest}; raise it")
    first = own["hidden"]["first"]
    if first is not None and length is not None and first >= length:
        raise InvalidConfig(f"config: {place}.hidden.first is {first}, but a series has {length} times; lower it")
