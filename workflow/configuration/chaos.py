"""The chapter on chaos: groups of flows, settings of its rows, and checks of consistency."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from pathlode.chaos.flows import DIMENSION, described_flow
from pathlode.errors import ConfigError
from pathlode.parts import DEFAULT_MODEL, PARTS
from pathlode.registry import MODELS
from workflow.configuration.part_checks import check_entry, check_observed_state, check_state, check_system
from workflow.configuration.parts import entries_of_parts, is_trained, model_parts, with_own
from workflow.configuration.rivals import NEEDED
from workflow.configuration.schema import InvalidConfig, unknown
from workflow.configuration.training_checks import check_forcing, check_steps, check_warmup

UNUSED = ("tuned_as", "tuned_by", "context", "systems")
"""Settings of a row that have no meaning here."""
OF_TRAINING = ("weight", "views", "train")
"""Keys of a row that only a model has which is trained."""


class Group(NamedTuple):
    """Flows of a data set that one job treats together."""

    data: str
    flows: list[str]


def groups(config: Mapping[str, Any]) -> dict[str, Group]:
    """The groups by name, which is part of file paths: that of the data set, and a number."""
    chaos, found = config["chaos"], {}
    for data, own in chaos["data"].items():
        for number, begin in enumerate(range(0, len(own["flows"]), chaos["group"])):
            found[f"{data}{number}"] = Group(data, own["flows"][begin : begin + chaos["group"]])
    return found


def sampling(config: Mapping[str, Any], data: str) -> dict[str, Any]:
    """Settings of a data set, as in :class:`pathlode.chaos.sampling.Sampling`."""
    return {name: value for name, value in config["chaos"]["data"][data].items() if name not in ("flows", "suffix")}


def fitted_rows(config: Mapping[str, Any], data: str) -> list[str]:
    """The rows that are fitted to a data set."""
    chaos = config["chaos"]
    return [name for name in chaos["fitted"] if name not in chaos["left_out"].get(data, [])]


def chaos_settings(config: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Settings of a row, as in :class:`pathlode.training.experiment.Experiment`, without seeds."""
    chaos, row = config["chaos"], config["chaos"]["rows"][name]
    settings = with_own(row, {key: chaos[key] for key in ("sizes", "train")})
    weight = {"weight": row.get("weight", chaos["weight"]), "learning_rate": chaos["learning_rate"]}
    return model_parts(row) | settings | (weight if is_trained(row) else {})


def chaos_code(config: Mapping[str, Any], *names: str, loss: bool = True) -> list[str]:
    """What some rows are made of, as ``"module:class"``, with or without their losses and what trains by them."""
    rows, train = config["chaos"]["rows"], {name: chaos_settings(config, name)["train"] for name in names}
    return [entry for name in names for entry in entries_of_parts(model_parts(rows[name]), loss, train[name])]


def asking(config: Mapping[str, Any], name: str) -> dict[str, Any]:
    """How a row is asked, as in :class:`pathlode.chaos.predicted.Asking`. A model that reads a single observation begins at the
    last one, or where the window has drawn it if it is trained with forcing."""
    chaos, words = config["chaos"], MODELS.words(config["chaos"]["rows"][name].get("model", DEFAULT_MODEL))
    forcing = chaos_settings(config, name)["train"].get("forcing", 0.0) if "forcing" in words else 0.0
    from_last = not forcing and bool(words & {"observed", "forcing"})
    return {"from_last": from_last, "forcing": forcing} | {key: chaos[key] for key in ("solver_steps", "smoothing")}


def labels(config: Mapping[str, Any]) -> list[str]:
    """The names of all flows in the tables."""
    return [name + own["suffix"] for own in config["chaos"]["data"].values() for name in own["flows"]]


def check(config: Mapping[str, Any]) -> None:
    """Refuses undefined names, rows that cannot be fitted, and, if the chapter is to be made, flows that cannot be used."""
    for data, own in config["chaos"]["data"].items():
        _check_data(f"chaos.data.{data}", own, config["chaos"]["train"]["batch"])
        if "chaos" in config["chapters"]:
            _check_flows(f"chaos.data.{data}.flows", own["flows"])
    _check_names(config)
    for name in config["chaos"]["rows"]:
        _check_row(config, name)


def _check_names(config: Mapping[str, Any]) -> None:
    chaos = config["chaos"]
    repeated = [name for name in labels(config) if labels(config).count(name) > 1]
    if repeated:
        raise InvalidConfig(f"config: chaos.data has {repeated[0]!r} in two data sets; give one of them another suffix")
    for place, names, whole, called in (
        ("fitted", chaos["fitted"], chaos["rows"], "chaos.rows"),
        ("left_out", chaos["left_out"], chaos["data"], "chaos.data"),
        *((f"left_out.{data}", names, chaos["rows"], "chaos.rows") for data, names in chaos["left_out"].items()),
        ("shown", chaos["shown"], dict.fromkeys(labels(config)), "chaos.data with its suffix"),
    ):
        for name in names:
            if name not in whole:
                raise InvalidConfig(unknown(f"chaos.{place}", name, whole, called))
    for name in NEEDED:
        if name not in chaos["fitted"]:
            raise InvalidConfig(f"config: chaos.fitted lacks {name!r}; add it, because the others are compared with it")
    for data, names in chaos["left_out"].items():
        if "constant" in names:
            raise InvalidConfig(
                f"config: chaos.left_out.{data} names 'constant', whose scores stand for those that fail; remove it"
            )
    if not any("path" in fitted_rows(config, data) for data in chaos["data"]):
        raise InvalidConfig(
            "config: chaos.left_out names 'path' under every data set, but the others are compared with it; remove it from one"
        )


def _check_data(place: str, own: Mapping[str, Any], batch: int) -> None:
    for name in ("window", "settling"):
        low, high = own[name]
        if low > high:
            raise InvalidConfig(f"config: {place}.{name} is [{low}, {high}], expected [low, high]; exchange them")
    low, high = own["window"]
    if own["regular"] and low < high:
        raise InvalidConfig(
            f"config: {place}.window is [{low}, {high}], but regular windows have one gap and so one duration; change "
            "one end to the other, or set regular: false"
        )
    if round(own["free"] * own["a_period"]) < 2:
        raise InvalidConfig(
            f"config: {place}.free is {own['free']} periods with {own['a_period']} times in each, but a spectrum needs "
            "two times or more; raise free"
        )
    if own["train"] < batch:
        raise InvalidConfig(
            f"config: chaos.train.batch is {batch}, more than the {own['train']} windows of {place}.train; lower it"
        )


def _check_row(config: Mapping[str, Any], name: str) -> None:
    row, place, settings = config["chaos"]["rows"][name], f"chaos.rows.{name}", chaos_settings(config, name)
    for key in UNUSED:
        if key in row:
            raise InvalidConfig(f"config: {place} has {key}, which this chapter does not use; remove it")
    parts = model_parts(row)
    check_entry(place, row, OF_TRAINING)
    check_system(place, parts, None)
    for part in ("input", "decoder"):
        if part in parts and "positive" in PARTS[part].words(parts[part]):
            raise InvalidConfig(
                f"config: {place}.{part} is {parts[part]!r}, which is for positive quantities, but those of flows are about "
                f"their mean; name another {part}"
            )
    check_state(f"{place}.sizes" if "sizes" in row else "chaos.sizes", parts, settings["sizes"])
    check_observed_state("chaos.data", parts, DIMENSION, settings["sizes"])
    longest = max(own["window"][1] for own in config["chaos"]["data"].values())
    where, train = f"{place}.train" if "train" in row else "chaos.train", settings["train"]
    check_steps(where, parts, settings, longest)
    check_forcing(where, parts, settings)
    check_warmup(where, train)


def _check_flows(place: str, names: list[str]) -> None:
    for name in names:
        try:
            dimension = len(described_flow(name).near)
        except ConfigError as error:
            raise InvalidConfig(f"config: {place} names {name!r}: {error}") from error
        if dimension != DIMENSION:
            raise InvalidConfig(
                f"config: {place} names {name!r}, which has {dimension} dimensions, expected {DIMENSION}; remove it"
            )
