"""The dynamics chapter: rows trained on each system, and checks of its settings."""

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

from pathlode.registry import ADAPTIVE_BACKENDS
from workflow.configuration.part_checks import check_state, check_taken
from workflow.configuration.replicates import replicate_batches
from workflow.configuration.rows import check_fitted, check_row, check_training, row_parts, row_settings, tuned_as
from workflow.configuration.schema import InvalidConfig, unknown

COMPARED = ("path", "kl")
"""The rows that the papers compare. Figures show them side by side, and they define the targets of time and size."""
COMPARED_IN_TIME = (COMPARED, ("path_constant_rate", "kl_constant_rate"))
"""The pairs of rows with a target of time of their own; all other rows have that of the first pair."""


def trained_rows(config: Mapping[str, Any], system: str) -> list[str]:
    """The rows that are fitted to a system: its own ``trained`` or else the chapter's, without rows that exclude the system."""
    names = config["systems"][system].get("trained", config["dynamics"]["trained"])
    return [name for name in names if system in config["dynamics"]["rows"][name].get("systems", [system])]


def system_batches(config: Mapping[str, Any], system: str) -> dict[str, list[int]]:
    """The batches of the chapter's replicates, or of the first ones where the system has ``replicates`` of its own."""
    return replicate_batches(config, "dynamics", config["systems"][system].get("replicates"))


def of_batches(config: Mapping[str, Any], pattern: str, first: bool = False) -> list[str]:
    """A file of every batch of every system of the chapter, by the file's pattern, or of the first batch of each."""
    return [
        pattern.format(system=name, replicates=batch)
        for name in config["dynamics"]["systems"]
        for batch in list(system_batches(config, name))[: 1 if first else None]
    ]


def tuned_rows(config: Mapping[str, Any], system: str) -> list[str]:
    """The rows that are tuned on a system."""
    return list(dict.fromkeys(filter(None, (tuned_as(config, name) for name in trained_rows(config, system)))))


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
        check_row(config, "dynamics", name, config["systems"])
    _check_names(config)
    for name in config["dynamics"]["systems"]:
        missing = [row for row in COMPARED if row not in trained_rows(config, name)]
        if missing:
            owner = f"systems.{name}" if "trained" in config["systems"][name] else "dynamics"
            raise InvalidConfig(
                f"config: {owner}.trained lacks {missing[0]!r}; add it, because figures show path and kl side by side"
            )
    _check_sizes(config)
    _check_systems(config)
    _check_solver(config["evaluate"])


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
            for number, sizes in enumerate(config["sizes"]["tried"]):
                place, parts = f"sizes.tried.{number}", row_parts(config, name, row)
                check_taken(place, parts, sizes)
                check_state(place, parts, row_settings(config, name, row)["sizes"] | sizes)


def _check_solver(evaluate: Mapping[str, Any]) -> None:
    """Refuses a method that the backend lacks."""
    backend, method = evaluate["backend"], evaluate["method"]
    methods = sorted(ADAPTIVE_BACKENDS.words(backend))
    if method not in methods:
        raise InvalidConfig(
            f"config: evaluate.method is {method!r}, expected one of {', '.join(methods)} with "
            f"evaluate.backend {backend}"
        )


def _check_systems(config: Mapping[str, Any]) -> None:
    """Refuses windows that end before they begin, and trainings and rows that a system cannot have."""
    for name, entry in config["systems"].items():
        low, high = entry["simulate"]["window"]
        if low > high:
            raise InvalidConfig(f"config: systems.{name}.simulate.window is [{low}, {high}], expected [low, high]")
        check_training(config, name, entry["train"], f"systems.{name}.train")
        for row in trained_rows(config, name):
            check_fitted(config, "dynamics", name, row)
