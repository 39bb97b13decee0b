"""The dynamics chapter: rows trained on each system, their tuning, and checks of both."""

import math
from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

from pathlode.core.tableaus import ADAPTIVE_METHODS
from workflow.configuration.parts import (
    check_parts,
    check_state,
    check_trained_with,
    entries_of_parts,
    model_parts,
)
from workflow.configuration.replicates import replicate_batches
from workflow.configuration.schema import InvalidConfig, unknown

COMPARED = ("path", "kl")
"""The rows that the papers compare. Figures show them side by side, and they define the targets of time and size."""
COMPARED_IN_TIME = (COMPARED, ("path_constant_rate", "kl_constant_rate"))
"""The pairs of rows with a target of time of their own; all other rows have that of the first pair."""
FOLDERS = ("tuning", "sizes")
"""Folders in a system's results other than those of rows."""
LARGEST_WEIGHTS = {"steer": 1.0, "steer_walk": 1.0}
"""The largest penalty weight of a loss, where there is one. A check knows it without importing the loss and torch."""
UNPENALISED = ("none",)
"""Losses whose weight has no effect."""


def trained_rows(config: Mapping[str, Any], system: str) -> list[str]:
    """The rows that are fitted to a system: its own ``trained`` or else the chapter's, without rows that exclude the system."""
    names = config["systems"][system].get("trained", config["dynamics"]["trained"])
    return [name for name in names if system in config["dynamics"]["rows"][name].get("systems", [system])]


def of_batches(config: Mapping[str, Any], pattern: str, first: bool = False) -> list[str]:
    """A file of every batch of every system of the chapter, by the file's pattern, or of the first batch of each."""
    batches = list(replicate_batches(config, "dynamics"))[: 1 if first else None]
    return [
        pattern.format(system=name, replicates=batch) for name in config["dynamics"]["systems"] for batch in batches
    ]


def row_training(config: Mapping[str, Any], system: str, name: str) -> dict[str, Any]:
    """Settings of a row's training on a system: the system's, with the row's own in their place."""
    return dict(config["systems"][system]["train"] | config["dynamics"]["rows"][name].get("train", {}))


def row_parts(config: Mapping[str, Any], system: str, name: str) -> dict[str, str]:
    """The parts of a row on a system, as in :class:`pathlode.training.experiment.Experiment`.

    Those that the row does not name are the system's, or else the default ones.
    """
    return model_parts(config["systems"][system].get("parts", {}) | config["dynamics"]["rows"][name])


def row_context(config: Mapping[str, Any], system: str, name: str) -> int | None:
    """The number of a trajectory's first observations that a row's encoder sees in training and scoring; None for all."""
    share = config["dynamics"]["rows"][name].get("context")
    return None if share is None else round(share * config["systems"][system]["simulate"]["points"])


def row_entries(config: Mapping[str, Any], system: str, *names: str, loss: bool = True) -> list[str]:
    """The parts of rows on a system as ``"module:class"``, with or without their losses."""
    return [entry for name in names for entry in entries_of_parts(row_parts(config, system, name), loss)]


def setting(config: Mapping[str, Any], system: str, name: str) -> dict[str, str | None]:
    """The columns that identify a row of a system in a table; None for parts that a model does not have."""
    parts = row_parts(config, system, name)
    facts = {column: parts.get(column) for column in ("field", "encoder", "loss")}
    return {"system": system, "row": name, "model": parts["kind"]} | facts


def tuned_as(config: Mapping[str, Any], name: str) -> str | None:
    """The row whose tuning a row uses, by default its own; None if there is nothing to tune."""
    row = config["dynamics"]["rows"][name]
    return str(row.get("tuned_as", name)) if "loss" in row else None


def tuned_rows(config: Mapping[str, Any], system: str) -> list[str]:
    """The rows that are tuned on a system."""
    return list(dict.fromkeys(filter(None, (tuned_as(config, name) for name in trained_rows(config, system)))))


def chosen_for(config: Mapping[str, Any], row: str, chosen: str, **batch: str) -> str | list[str]:
    """The file, by its pattern, of the learning rates and weights that a row is trained with; none if it is not trained."""
    tuned = tuned_as(config, row)
    return chosen.format(row=tuned, **batch) if tuned else []


def tuning(config: Mapping[str, Any], system: str) -> dict[str, Any]:
    """Settings of a system's tuning: ``tune``, with the entries of the system's own ``tune`` replacing it."""
    return dict(config["tune"] | config["systems"][system].get("tune", {}))


def row_axes(config: Mapping[str, Any], system: str, name: str) -> dict[str, dict[str, Any]]:
    """The learning rates and weights that are tried for a row on a system, each as in
    :class:`pathlode.dynamics.tried_values.Axis`.

    Weights that the row's loss does not take are left out. There is one weight if the row fixes it, or if its loss has no
    penalty.
    """
    row, tune = config["dynamics"]["rows"][name], tuning(config, system)
    largest = LARGEST_WEIGHTS.get(row["loss"], math.inf)
    weights = [weight for weight in tune["weights"] if weight <= largest]
    if "weight" in row or row["loss"] in UNPENALISED:
        weights = [row.get("weight", 1.0)]
    tried = {
        "learning_rates": (tune["learning_rates"], tune["largest_learning_rate"]),
        "weights": (weights, largest),
    }
    return {
        axis: {
            "name": axis,
            "values": tuple(sorted(values)),
            "growths": tune["growths"],
            "largest": None if limit == math.inf else limit,
        }
        for axis, (values, limit) in tried.items()
    }


def tuned_by(config: Mapping[str, Any], name: str) -> str:
    """What decides a row's tuning, one of :data:`pathlode.dynamics.tuning.TUNED_BY`."""
    return str(config["dynamics"]["rows"][name].get("tuned_by", "observations"))


def check(config: Mapping[str, Any]) -> None:
    """Refuses settings from which the chapter's figures, sizes or tuning cannot be made."""
    for name in config["dynamics"]["systems"]:
        if name not in config["systems"]:
            raise InvalidConfig(unknown("dynamics.systems", name, config["systems"]))
    if config["dynamics"]["projection"] == "umap" and find_spec("umap") is None:
        raise InvalidConfig(
            "config: dynamics.projection is umap, but its package umap-learn is not installed; install it, or choose pca"
        )
    for name in config["dynamics"]["rows"]:
        _check_row(config, name)
    _check_names(config)
    for name in config["dynamics"]["systems"]:
        missing = [row for row in COMPARED if row not in trained_rows(config, name)]
        if missing:
            owner = f"systems.{name}" if "trained" in config["systems"][name] else "dynamics"
            raise InvalidConfig(
                f"config: {owner}.trained lacks {missing[0]!r}; add it, because figures show path and kl side by side"
            )
    _check_sizes(config)
    _check_tuning(config)
    _check_systems(config)
    _check_solver(config["evaluate"])


def _check_row(config: Mapping[str, Any], name: str) -> None:
    """Refuses a row whose parts do not fit each other, and names of systems or tunings that it cannot use."""
    row, place = config["dynamics"]["rows"][name], f"dynamics.rows.{name}"
    if name in FOLDERS:
        raise InvalidConfig(f"config: {place} has the name of a folder of the chapter's results; choose another name")
    check_parts(place, row)
    for system in row.get("systems", []):
        if system not in config["systems"]:
            raise InvalidConfig(unknown(f"{place}.systems", system, config["systems"]))
    check_trained_with(place, row, ("tuned_as", "tuned_by", "weight", "train", "context"))
    largest = LARGEST_WEIGHTS.get(row.get("loss"), math.inf)
    if "weight" in row and not row["weight"] <= largest:
        raise InvalidConfig(
            f"config: {place}.weight is {row['weight']}, but the loss {row['loss']} takes at most {largest:g}; lower it"
        )
    if "tuned_as" in row:
        _check_tuned_as(config, name)
    elif "context" in row:
        raise InvalidConfig(
            f"config: {place} has a context, with which nothing is tuned; name in {place}.tuned_as a row with the same loss "
            "and all observations"
        )


def _check_tuned_as(config: Mapping[str, Any], name: str) -> None:
    rows, place = config["dynamics"]["rows"], f"dynamics.rows.{name}.tuned_as"
    other = rows[name]["tuned_as"]
    if other not in rows:
        raise InvalidConfig(unknown(place, other, rows, "dynamics.rows"))
    if rows[other].get("loss") != rows[name]["loss"] or rows[other].get("tuned_as", other) != other:
        raise InvalidConfig(
            f"config: {place} names {other!r}, expected a row with the same loss and a tuning of its own"
        )


def _check_names(config: Mapping[str, Any]) -> None:
    """Refuses undefined names of rows, and figures without the rows that the papers compare."""
    dynamics, rows = config["dynamics"], config["dynamics"]["rows"]
    lists = {
        "dynamics.trained": dynamics["trained"],
        "dynamics.shown": dynamics["shown"],
        "sizes.rows": config["sizes"]["rows"],
    }
    lists |= {f"systems.{name}.trained": entry.get("trained", []) for name, entry in config["systems"].items()}
    for place, names in lists.items():
        for name in names:
            if name not in rows:
                raise InvalidConfig(unknown(place, name, rows, "dynamics.rows"))
    for place in ("dynamics.shown", "sizes.rows"):
        for name in COMPARED:
            if name not in lists[place]:
                raise InvalidConfig(f"config: {place} lacks {name!r}; add it, because the others are compared with it")


def _check_sizes(config: Mapping[str, Any]) -> None:
    for name in config["sizes"]["systems"]:
        if name not in config["dynamics"]["systems"]:
            raise InvalidConfig(f"config: sizes.systems names {name!r}, which dynamics.systems lacks; add it there")
        for row in config["sizes"]["rows"]:
            if row not in tuned_rows(config, name):
                raise InvalidConfig(
                    f"config: sizes.rows names {row!r}, which is not tuned on {name}; add it to the rows trained on {name}"
                )
            for number, sizes in enumerate(config["sizes"]["models"]):
                model = config["systems"][name]["model"] | sizes
                check_state(f"sizes.models.{number}", row_parts(config, name, row), model)


def _check_tuning(config: Mapping[str, Any]) -> None:
    """Refuses weights of which a loss takes none."""
    for name, entry in config["systems"].items():
        place = "tune.weights" if "weights" not in entry.get("tune", {}) else f"systems.{name}.tune.weights"
        for row in trained_rows(config, name):
            if tuned_as(config, row) and not row_axes(config, name, row)["weights"]["values"]:
                loss = config["dynamics"]["rows"][row]["loss"]
                raise InvalidConfig(
                    f"config: {place} holds no weight that the loss {loss} takes, at most {LARGEST_WEIGHTS[loss]:g}; add one"
                )


def _check_solver(evaluate: Mapping[str, Any]) -> None:
    """Refuses a method that the backend lacks."""
    backend, method = evaluate["backend"], evaluate["method"]
    if method not in ADAPTIVE_METHODS[backend]:
        raise InvalidConfig(
            f"config: evaluate.method is {method!r}, expected one of {', '.join(ADAPTIVE_METHODS[backend])} with "
            f"evaluate.backend {backend}"
        )


def _check_systems(config: Mapping[str, Any]) -> None:
    """Refuses windows that end before they begin, sizes that a row's model does not take, and trainings with a warm-up below
    one step or too few trajectories."""
    for name, entry in config["systems"].items():
        low, high = entry["simulate"]["window"]
        if low > high:
            raise InvalidConfig(f"config: systems.{name}.simulate.window is [{low}, {high}], expected [low, high]")
        _check_training(config, name, entry["train"], f"systems.{name}.train")
        for row in trained_rows(config, name):
            check_state(f"systems.{name}.model", row_parts(config, name, row), entry["model"])
            if "train" in config["dynamics"]["rows"][row]:
                _check_training(config, name, row_training(config, name, row), f"dynamics.rows.{row}.train")


def _check_training(config: Mapping[str, Any], system: str, train: Mapping[str, Any], place: str) -> None:
    for use, steps in (("training", train["steps"]), ("tuning", tuning(config, system)["steps"])):
        if train["warmup"] * (steps + 1) <= 1:
            raise InvalidConfig(
                f"config: {place}.warmup is {train['warmup']}, less than one of the {steps} steps of {use} on {system}; raise "
                "warmup or steps"
            )
    trajectories = config["systems"][system]["simulate"]["train"]
    if train["batch"] > trajectories:
        raise InvalidConfig(
            f"config: {place}.batch is {train['batch']}, more than the {trajectories} trajectories of "
            f"systems.{system}.simulate.train; lower it"
        )
