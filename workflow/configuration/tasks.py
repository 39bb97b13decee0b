"""Tasks of the scheduler chapter, a data set and a network each: their settings, and checks of consistency."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pathlode.download import checksums
from pathlode.registry import DATA_SETS, NETWORKS
from workflow.configuration.schema import InvalidConfig
from workflow.source_facts import constant_at, defaults

FEWEST = "pathlode.schedule.runs:FEWEST"
"""Where the least number of rows of a run's log stands."""
TEXTS = "pathlode.schedule.tasks.data_sets.texts"
"""Where the parts of a text and the default length of its examples stand."""


def example_files(scheduler: Mapping[str, Any], task: str) -> list[str]:
    """The files of a task's data set; none if it is invented."""
    name = scheduler["tasks"][task]["data"]
    return (
        [f"resources/{name}/{file}" for file in checksums(Path(f"config/checksums/{name}.sha256"))]
        if name in scheduler["mirrors"]
        else []
    )


def task_entries(scheduler: Mapping[str, Any], task: str) -> list[str]:
    """A task's data set and network, as ``"module:class"``."""
    entry = scheduler["tasks"][task]
    return [DATA_SETS.path(entry["data"]), *(NETWORKS.path(kind) for kind in entry["network"])]


def task_settings(scheduler: Mapping[str, Any], task: str) -> dict[str, Any]:
    """Settings of a task, as in :class:`pathlode.schedule.tasks.settings.TaskSettings`."""
    return {key: scheduler["tasks"][task][key] for key in ("data", "examples", "network")}


def check_task(scheduler: Mapping[str, Any], name: str) -> None:
    """Refuses a task that is too short, whose sizes are inconsistent, or whose data have no source or too few examples."""
    _check_length(scheduler, name)
    _check_parts(f"config: scheduler.tasks.{name}", scheduler["tasks"][name])


def _check_length(scheduler: Mapping[str, Any], task: str) -> None:
    """Refuses a task without a source of its data, and one too short for its log and for a model's window."""
    entry, window = scheduler["tasks"][task], scheduler["fit"]["window"]
    if entry["data"] not in scheduler["mirrors"] and not entry["data"].startswith("invented"):
        raise InvalidConfig(
            f"config: scheduler.mirrors lacks {entry['data']!r}, the data set of scheduler.tasks.{task}; add a folder or "
            "URL that has it"
        )
    run, rows = entry["run"], constant_at(FEWEST)
    steps = run["epochs"] * (entry["examples"]["train"] // run["batch"])
    if steps < window or steps < rows * run["log_every"]:
        raise InvalidConfig(
            f"config: scheduler.tasks.{task} has {steps} optimiser steps, too few for {rows} rows of its log and the "
            f"{window} moments of a window; raise its examples or epochs, or lower its batch or log_every"
        )


def _check_parts(place: str, entry: Mapping[str, Any]) -> None:
    """Refuses networks with inconsistent sizes or unable to read the data, and more examples than the data set has."""
    data, examples = entry["data"], entry["examples"]
    ((kind, own),) = entry["network"].items()
    sizes, is_text = defaults(NETWORKS.path(kind)) | own, "text" in DATA_SETS.words(data)
    if is_text != ("text" in NETWORKS.words(kind)):
        allowed = [name for name in NETWORKS if ("text" in NETWORKS.words(name)) == is_text]
        raise InvalidConfig(
            f"{place}.network is a {kind}, expected a {' or a '.join(allowed)} for the data set {data}; change network or data"
        )
    if "context" in examples and not is_text:
        raise InvalidConfig(
            f"{place}.examples has a context, but {data} has images, not texts; remove it, or change data"
        )
    if kind == "cnn" and len(sizes["channels"]) != len(sizes["strides"]):
        raise InvalidConfig(
            f"{place}.network.cnn has {len(sizes['channels'])} channels and {len(sizes['strides'])} strides, expected equally "
            "many"
        )
    if kind == "transformer" and sizes["width"] % sizes["heads"]:
        raise InvalidConfig(
            f"{place}.network.transformer.width is {sizes['width']}, expected a multiple of its {sizes['heads']} heads"
        )
    context = examples.get("context", defaults(f"{TEXTS}:TextData")["context"])
    for parts, available in _held(data, context).items():
        asked = sum(examples[part] for part in parts)
        if asked > available:
            raise InvalidConfig(
                f"{place}.examples has {asked} for {' and '.join(parts)}, but {data} has {available}"
                f"{f' with a context of {context}' if is_text else ''}; lower it"
            )


def _held(data: str, context: int) -> dict[tuple[str, ...], int]:
    """Number of examples of a data set in each part, or in several parts together; none if they are invented."""
    train, test, characters = (sum(map(int, DATA_SETS.fact(data, key))) for key in ("train", "test", "characters"))
    if train:
        return {("train", "validation"): train, ("test",): test}
    if characters:
        ends = constant_at(f"{TEXTS}:ENDS").items()
        return {
            (part,): (int(end * characters) - int(begin * characters)) // (context + 1) for part, (begin, end) in ends
        }
    return {}
