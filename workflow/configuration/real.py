"""The chapter of real data: its files, the settings of its rows, and checks of consistency."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from pathlode.core.simple import SIMPLE
from pathlode.errors import ConfigError
from pathlode.real.hopper_shares import read_in_forecast
from pathlode.real.splits import GOALS
from pathlode.registry import MEASURED
from workflow.configuration.part_checks import check_entry, check_state, check_system
from workflow.configuration.parts import entries_of_parts, has_latent, is_trained, model_parts, with_own
from workflow.configuration.rows import all_rows
from workflow.configuration.schema import InvalidConfig, unknown
from workflow.configuration.training_checks import check_views, check_warmup

PELTS = ("hudson_bay", "hudson-bay-lynx-hare.csv")
"""Folder and file of the pelts of lynx and hare, as a data set of series has them."""
HOPPER = ("hopper", "hopper.xml")
"""Folder and file of the robot that is simulated."""
VALUES = "values"
"""The summary of a flow that reads the numbers of pelts themselves."""
NO_ROWS = (VALUES, "flows")
"""Names of another summary and of a folder in the results on pelts, which a row there cannot have."""
OF_TRAINING = ("head", "sizes", "views", "train")
"""Keys of a row that only a model has which is trained."""


def folders(config: Mapping[str, Any]) -> list[str]:
    """The folders of all files that are fetched, whose names are the keys of ``real.mirrors``."""
    return [*(MEASURED[name].folder for name in config["real"]["data"]), PELTS[0], HOPPER[0]]


def goals(config: Mapping[str, Any], data: str) -> list[str]:
    """What models are trained for on a data set."""
    forecast = config["real"]["data"][data]["hidden"]["first"] is not None
    return [goal for goal in GOALS if goal != "forecast" or forecast]


def trained_on(config: Mapping[str, Any], data: str, goal: str) -> list[str]:
    """The rows that are trained on a data set for a goal; those with a head classify, from all values of a series."""
    heads = config["real"]["data"][data]["heads"] if goal == "interpolation" else []
    return [*config["real"]["trained"], *heads]


def series_rows(config: Mapping[str, Any]) -> dict[str, Any]:
    """What can be fitted to measured series, by name: the chapter's rows, and those of the chapters on systems."""
    return all_rows(config) | dict(config["real"]["rows"])


def series_settings(config: Mapping[str, Any], data: str, goal: str, name: str) -> dict[str, Any]:
    """Settings of a row, as in :class:`pathlode.training.experiment.Experiment`, without seeds and weights."""
    real, own = config["real"], config["real"]["data"][data]
    entry = series_rows(config)[name]
    settings = with_own(entry, {"views": real["views"], "sizes": own["sizes"] | {"gaps": True}, "train": own["train"]})
    if goal == "forecast":
        settings["views"]["first"] = own["hidden"]["first"]
    return model_parts(entry) | settings | {"learning_rate": real["learning_rate"]}


def model_code(config: Mapping[str, Any], *names: str) -> list[str]:
    """What the models of some rows are made of, as ``"module:class"``, without their losses."""
    return [entry for name in names for entry in entries_of_parts(model_parts(series_rows(config)[name]), False)]


def trained_code(config: Mapping[str, Any], data: str, name: str) -> list[str]:
    """What a row's model is made of and trained by on a data set, as ``"module:class"``."""
    train = series_settings(config, data, GOALS[0], name)["train"]
    return entries_of_parts(model_parts(series_rows(config)[name]), train=train)


def pelt_settings(config: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Settings of a row on simulated pelts, as in :class:`pathlode.training.experiment.Experiment`, without seeds."""
    own, row = config["real"]["hudson_bay"], config["real"]["rows"][name]
    return model_parts(row) | with_own(row, own) | {key: own[key] for key in ("weight", "learning_rate")}


def pelt_code(config: Mapping[str, Any], summary: str, loss: bool = False) -> list[str]:
    """The model that gives a summary of pelts, as ``"module:class"``, with or without its loss and what trains by it.

    The values need none.
    """
    if summary == VALUES:
        return []
    return entries_of_parts(model_parts(config["real"]["rows"][summary]), loss, pelt_settings(config, summary)["train"])


def hopper_settings(config: Mapping[str, Any], observed: float, goal: str, name: str) -> dict[str, Any]:
    """Settings of a row on the hopper, as in :class:`pathlode.training.experiment.Experiment`, without seeds and weights.

    In interpolation a step shows the share of the times that is read later; a forecast's series are thinned already. All rows
    have the steps of the hopper, also those with fewer on measured series.
    """
    real, row = config["real"], config["real"]["rows"][name]
    thinned = {"subsets": 1.0, "share": [observed, observed]}
    own = {"views": thinned if goal == "interpolation" else {"first": read_in_forecast(observed)}}
    found = with_own(row, real["hopper"] | own)
    found["train"]["steps"] = real["hopper"]["train"]["steps"]
    return model_parts(row) | found | {"learning_rate": real["learning_rate"]}


def hopper_code(config: Mapping[str, Any], *names: str, train: bool = False) -> list[str]:
    """What the models of some rows on the hopper are made of, as ``"module:class"``, and what trains the only one, if asked."""
    if not train:
        return model_code(config, *names)
    (name,) = names
    own = hopper_settings(config, config["real"]["hopper"]["observed"][0], GOALS[0], name)
    return entries_of_parts(model_parts(config["real"]["rows"][name]), train=own["train"])


def check(config: Mapping[str, Any]) -> None:
    """Refuses rows that cannot be made or used, and undefined names."""
    real = config["real"]
    for name, row in real["rows"].items():
        place = f"real.rows.{name}"
        check_entry(place, row, OF_TRAINING)
        if not is_trained(row):
            raise InvalidConfig(
                f"config: {place} is a model without training; name another model, or a prediction without one"
            )
        if name in (*SIMPLE, "trees"):
            raise InvalidConfig(f"config: {place} has the name of a prediction without a model; choose another name")
    _check_names(config)
    for name, own in real["data"].items():
        _check_data(f"real.data.{name}", name, own)
        for row in real["rows"]:
            check_series_row(config, name, row)
    _check_pelts(config)
    _check_hopper(config)
    check_views("real.views", real["views"])


def _check_names(config: Mapping[str, Any]) -> None:
    """Refuses undefined names of rows and folders, and rows with a head where those without one belong."""
    real, rows = config["real"], config["real"]["rows"]
    heads = {name: row for name, row in rows.items() if "head" in row}
    for name in real["trained"]:
        if name in heads:
            raise InvalidConfig(
                f"config: real.trained names {name!r}, which has a head; name it in `heads` of a data set instead"
            )
    for folder in folders(config):
        if folder not in real["mirrors"]:
            raise InvalidConfig(f"config: real.mirrors lacks {folder!r}; add a folder or URL that has its files")
    for place, names, whole, called in (
        ("trained", real["trained"], rows, "real.rows"),
        ("compared", real["compared"], {**rows, **dict.fromkeys((*SIMPLE, "trees"))}, "real.rows"),
        ("shown.rows", real["shown"]["rows"], dict.fromkeys(real["trained"]), "real.trained"),
        ("hudson_bay.rows", real["hudson_bay"]["rows"], rows, "real.rows"),
        ("hopper.rows", real["hopper"]["rows"], rows, "real.rows"),
        ("mirrors", real["mirrors"], dict.fromkeys(folders(config)), "the folders of real.data"),
        *((f"data.{data}.heads", own["heads"], heads, "real.rows with a head") for data, own in real["data"].items()),
    ):
        for name in names:
            if name not in whole:
                raise InvalidConfig(unknown(f"real.{place}", name, whole, called))


def check_series_row(config: Mapping[str, Any], data: str, name: str) -> None:
    """Refuses sizes on measured series that a row's model does not take, and a warm-up below one step."""
    entry, settings = series_rows(config)[name], series_settings(config, data, GOALS[0], name)
    place = next(f"{part}.{name}" for part, whole in _parts_with_models(config).items() if name in whole)
    check_system(place, model_parts(entry), None)
    check_state(
        f"{place}.sizes" if "sizes" in entry else f"real.data.{data}.sizes", model_parts(entry), settings["sizes"]
    )
    check_warmup(f"real.data.{data}.train", settings["train"], f" of {place}")


def _parts_with_models(config: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The parts of the configuration that hold :func:`series_rows`, the first of which counts."""
    chapters = {f"{chapter}.rows": config[chapter]["rows"] for chapter in ("rivals", "dynamics")}
    return {"real.rows": config["real"]["rows"]} | chapters


def _check_pelts(config: Mapping[str, Any]) -> None:
    """Refuses rows without a z0 or with a head, sizes that a row's model does not take, more tables for validation or draws for
    comparison than there are, and a training without warmup."""
    own = config["real"]["hudson_bay"]
    mcmc, train = own["mcmc"], own["train"]
    for name in own["rows"]:
        row, settings = config["real"]["rows"][name], pelt_settings(config, name)
        if not has_latent(row) or "head" in row or name in NO_ROWS:
            raise InvalidConfig(
                f"config: real.hudson_bay.rows names {name!r}, expected rows of real.rows that have a z0, no head, and another "
                f"name than {', '.join(NO_ROWS)}; name such a row"
            )
        place = f"real.rows.{name}.sizes" if "sizes" in row else "real.hudson_bay.sizes"
        check_state(place, model_parts(row), settings["sizes"])
        check_warmup("real.hudson_bay.train", settings["train"], f" of real.rows.{name}")
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


def _check_hopper(config: Mapping[str, Any]) -> None:
    """Refuses rows with a head, and sizes and warm-ups that a row does not take."""
    own = config["real"]["hopper"]
    for name in own["rows"]:
        row, settings = config["real"]["rows"][name], hopper_settings(config, own["observed"][0], GOALS[0], name)
        if "head" in row:
            raise InvalidConfig(
                f"config: real.hopper.rows names {name!r}, which has a head, but the hopper has no classes; name another row"
            )
        place = f"real.rows.{name}.sizes" if "sizes" in row else "real.hopper.sizes"
        check_state(place, model_parts(row), settings["sizes"])
        check_warmup("real.hopper.train", settings["train"], f" of real.rows.{name}")


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
