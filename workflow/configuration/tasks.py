"""Tasks of the scheduler chapter, a data set and a network each: their settings, and checks of consistency."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pathlode.download import checksums
from pathlode.registry import DATA_SETS, NETWORKS
from workflow.configuration.schema import InvalidConfig

ROWS = 8
"""Least number of rows of a run's log. It repeats pathlode.schedule.runs.FEWEST, whose import would load pandas in every
Snakefile."""
IMAGES = {"fashion_mnist": (60_000, 10_000), "cifar100": (50_000, 10_000), "invented_images": None}
"""Number of images in each data set's training and test files; None for invented images, of which any number can be made."""
TEXTS = {"tinyshakespeare": 1_115_394, "tinystories": 1_900_000_000, "invented_text": None}
"""Number of characters of each text: eight tenths are for training, one tenth each for validation and test."""
DEFAULTS = {"channels": [16, 32], "strides": [2, 2], "width": 64, "heads": 4, "context": 64}
"""Defaults of a task's sizes, as in its network and data set."""


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
    run = entry["run"]
    steps = run["epochs"] * (entry["examples"]["train"] // run["batch"])
    if steps < window or steps < ROWS * run["log_every"]:
        raise InvalidConfig(
            f"config: scheduler.tasks.{task} has {steps} optimiser steps, too few for {ROWS} rows of its log and the "
            f"{window} moments of a window; raise its examples or epochs, or lower its batch or log_every"
        )


def _check_parts(place: str, entry: Mapping[str, Any]) -> None:
    """Refuses networks with inconsistent sizes or unable to read the data, and more examples than the data set has."""
    data, examples = entry["data"], entry["examples"]
    ((kind, own),) = entry["network"].items()
    sizes = DEFAULTS | own | examples
    if (kind == "transformer") != (data in TEXTS):
        allowed = "a transformer" if data in TEXTS else "a cnn or a resnet"
        raise InvalidConfig(
            f"{place}.network is a {kind}, expected {allowed} for the data set {data}; change network or data"
        )
    if "context" in examples and data not in TEXTS:
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
    context = sizes["context"]
    for parts, available in _held(data, context).items():
        asked = sum(sizes[part] for part in parts)
        if asked > available:
            raise InvalidConfig(
                f"{place}.examples has {asked} for {' and '.join(parts)}, but {data} has {available}"
                f"{f' with a context of {context}' if data in TEXTS else ''}; lower it"
            )


def _held(data: str, context: int) -> dict[tuple[str, ...], int]:
    """Number of examples of a data set in each part, or in several parts together; none if they are invented."""
    if images := IMAGES.get(data):
        return {("train", "validation"): images[0], ("test",): images[1]}
    if characters := TEXTS.get(data):
        windows = characters // 10 // (context + 1)
        return {("train",): 8 * windows, ("validation",): windows, ("test",): windows}
    return {}
