"""Rows: what can be fitted to a simulated system, its settings there, and checks of both."""

import math
from collections.abc import Collection, Mapping
from typing import Any

from pathlode.registry import LOSSES, SYSTEMS
from workflow.configuration.part_checks import check_entry, check_observed_state, check_state, check_system, check_taken
from workflow.configuration.parts import entries_of_parts, model_parts, with_own
from workflow.configuration.schema import InvalidConfig, unknown
from workflow.configuration.training_checks import check_forcing, check_steps, check_warmup, is_penalised

FOLDERS = ("tuning", "sizes")
"""Folders in a system's results other than those of rows."""
OF_TRAINING = ("tuned_as", "tuned_by", "weight", "context", "train", "views")
"""Keys of a row that only a model has which is trained."""


def all_rows(config: Mapping[str, Any]) -> dict[str, Any]:
    """The rows of all chapters by name."""
    return config["dynamics"]["rows"] | dict(config["rivals"]["rows"])


def row_settings(config: Mapping[str, Any], system: str, name: str) -> dict[str, dict[str, Any]]:
    """A row's ``sizes``, ``train`` and ``views`` on a system, as in :class:`pathlode.training.experiment.Experiment`.

    They are the system's, with the row's own in their place. A row with a context shows its encoder the first observations.
    """
    settings = with_own(_with_parts(config, system, name), config["systems"][system])
    settings["views"]["first"] = row_context(config, system, name)
    return settings


def candidate_settings(config: Mapping[str, Any], system: str, name: str) -> dict[str, dict[str, Any]]:
    """The same for the candidates of a tuning: shorter trainings, whose solver steps stay as they are."""
    settings = row_settings(config, system, name)
    train = settings["train"]
    train |= {"steps": tuning(config, system)["steps"]} | ({"refine": False} if "refine" in train else {})
    return settings


def row_parts(config: Mapping[str, Any], system: str, name: str) -> dict[str, str]:
    """The parts of a row on a system, as in :class:`pathlode.training.experiment.Experiment`.

    Those that the row does not name are the system's, or else the default ones.
    """
    return model_parts(_with_parts(config, system, name))


def _with_parts(config: Mapping[str, Any], system: str, name: str) -> dict[str, Any]:
    """A row with the system's parts where it names none."""
    return dict(config["systems"][system].get("parts", {}) | all_rows(config)[name])


def row_context(config: Mapping[str, Any], system: str, name: str) -> int | None:
    """The number of a trajectory's first observations that a row's encoder sees in training and scoring; None for all."""
    share = all_rows(config)[name].get("context")
    return None if share is None else round(share * config["systems"][system]["simulate"]["points"])


def row_entries(config: Mapping[str, Any], system: str, *names: str, loss: bool = True) -> list[str]:
    """The parts of rows on a system as ``"module:class"``, with or without their losses and what trains by them."""
    train = {name: row_settings(config, system, name)["train"] for name in names}
    return [entry for name in names for entry in entries_of_parts(row_parts(config, system, name), loss, train[name])]


def setting(config: Mapping[str, Any], system: str, name: str) -> dict[str, str | None]:
    """The columns that identify a row of a system in a table; None for parts that a model does not have."""
    parts = row_parts(config, system, name)
    facts = {column: parts.get(column) for column in ("field", "encoder", "loss")}
    return {"system": system, "row": name, "model": parts["model"]} | facts


def tuned_as(config: Mapping[str, Any], name: str) -> str | None:
    """The row whose tuning a row uses, by default its own; None if there is nothing to tune."""
    row = all_rows(config)[name]
    return str(row.get("tuned_as", name)) if "loss" in row else None


def chosen_for(config: Mapping[str, Any], row: str, chosen: str, **batch: str) -> str | list[str]:
    """The file, by its pattern, of the learning rates and weights that a row is trained with; none if it is not trained."""
    tuned = tuned_as(config, row)
    return chosen.format(row=tuned, **batch) if tuned else []


def tuning(config: Mapping[str, Any], system: str) -> dict[str, Any]:
    """Settings of a system's tuning: ``tune``, with the entries of the system's own ``tune`` replacing it."""
    return dict(config["tune"] | config["systems"][system].get("tune", {}))


def largest_weight(loss: str) -> float:
    """The largest weight of a loss's penalty; infinite if there is none."""
    return float(LOSSES.limit(loss, "weight", "<=") or math.inf)


def row_axes(config: Mapping[str, Any], system: str, name: str) -> dict[str, dict[str, Any]]:
    """The learning rates and weights that are tried for a row on a system, each as in
    :class:`pathlode.dynamics.tried_values.Axis`.

    Weights that the row's loss does not take are left out. There is one weight if the row fixes it, or if its loss has no
    penalty.
    """
    row, tune = all_rows(config)[name], tuning(config, system)
    largest = largest_weight(row["loss"])
    weights = [weight for weight in tune["weights"] if weight <= largest]
    if "weight" in row or not is_penalised(row["loss"]):
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
    return str(all_rows(config)[name].get("tuned_by", "observations"))


def check_row(config: Mapping[str, Any], chapter: str, name: str, data: Collection[str]) -> None:
    """Refuses a row of a chapter whose parts do not fit each other, and names of data sets or tunings that it cannot use."""
    row, place = config[chapter]["rows"][name], f"{chapter}.rows.{name}"
    if name in FOLDERS:
        raise InvalidConfig(f"config: {place} has the name of a folder of the chapter's results; choose another name")
    check_entry(place, row, OF_TRAINING)
    for system in row.get("systems", []):
        if system not in data:
            raise InvalidConfig(unknown(f"{place}.systems", system, dict.fromkeys(data)))
        if "field" in row and system in config["systems"]:
            check_system(place, {"field": row["field"]}, config["systems"][system]["system"])
    largest = largest_weight(row["loss"]) if "loss" in row else math.inf
    if row.get("weight", 0.0) > largest:
        raise InvalidConfig(
            f"config: {place}.weight is {row['weight']}, but the loss {row['loss']} takes at most {largest:g}; lower it"
        )
    if "tuned_as" in row:
        _check_tuned_as(config, f"{place}.tuned_as", row)
    elif "context" in row:
        raise InvalidConfig(
            f"config: {place} has a context, with which nothing is tuned; name in {place}.tuned_as a row with the same loss "
            "and all observations"
        )


def _check_tuned_as(config: Mapping[str, Any], place: str, row: Mapping[str, Any]) -> None:
    rows, other = all_rows(config), row["tuned_as"]
    if other not in rows:
        raise InvalidConfig(unknown(place, other, rows, "dynamics.rows"))
    if rows[other].get("loss") != row["loss"] or rows[other].get("tuned_as", other) != other:
        raise InvalidConfig(
            f"config: {place} names {other!r}, expected a row with the same loss and a tuning of its own"
        )


def check_fitted(config: Mapping[str, Any], chapter: str, system: str, name: str) -> None:
    """Refuses a system and sizes there that a row's model does not take, too few steps of its solver, a warm-up below one step,
    and batches and weights that it does not have there."""
    row, settings = all_rows(config)[name], row_settings(config, system, name)
    own = f"{chapter}.rows.{name}"
    sizes = f"{own}.sizes" if "sizes" in row else f"systems.{system}.sizes"
    entry, parts = config["systems"][system], row_parts(config, system, name)
    simulated, last = SYSTEMS[entry["system"]], entry["simulate"]["window"][1]
    check_system(own, parts, entry["system"])
    check_taken(f"{own}.sizes", parts, row.get("sizes", {}))
    check_state(sizes, parts, settings["sizes"])
    place = own if "train" in row else f"systems.{system}"
    check_steps(f"{place}.train", parts, settings, last)
    check_forcing(f"{place}.train", parts, settings)
    check_observed_state(f"systems.{system}", parts, len(simulated.features), settings["sizes"])
    if "train" in row:
        check_training(config, system, settings["train"], f"{own}.train")
    if tuned_as(config, name) and not row_axes(config, system, name)["weights"]["values"]:
        place = "tune" if "weights" not in config["systems"][system].get("tune", {}) else f"systems.{system}.tune"
        raise InvalidConfig(
            f"config: {place}.weights holds no weight that the loss {row['loss']} takes, at most "
            f"{largest_weight(row['loss']):g}; add one"
        )


def check_training(config: Mapping[str, Any], system: str, train: Mapping[str, Any], place: str) -> None:
    """Refuses a training on a system with a warm-up below one step, or with more series in a batch than there are."""
    for use, steps in (("training", train["steps"]), ("tuning", tuning(config, system)["steps"])):
        check_warmup(place, {**train, "steps": steps}, f" of {use} on {system}")
    trajectories = config["systems"][system]["simulate"]["train"]
    if train["batch"] > trajectories:
        raise InvalidConfig(
            f"config: {place}.batch is {train['batch']}, more than the {trajectories} trajectories of "
            f"systems.{system}.simulate.train; lower it"
        )
