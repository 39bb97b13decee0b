"""The dynamics chapter: what is trained on each system, how it is tuned, and whether its grid can be."""

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

from pathlode.core.tableaus import ADAPTIVE_METHODS
from workflow.configuration.schema import InvalidConfig, unknown

COMPARED = ("path", "kl")
"""The losses that the papers compare: shown side by side, and the ones that targets of time and size are about."""


def losses_by_encoder(config: Mapping[str, Any], system: str) -> dict[str, list[str]]:
    """What is trained on a system: its own ``losses``, or else those of the chapter; encoders without any are left out."""
    given = config["systems"][system].get("losses", config["dynamics"]["losses"])
    return {encoder: losses for encoder, losses in given.items() if losses}


def tuning(config: Mapping[str, Any], system: str) -> dict[str, Any]:
    """How a system's losses are tuned: as ``tune`` says, but for what its own ``tune`` replaces."""
    return dict(config["tune"] | config["systems"][system].get("tune", {}))


def candidate_steps(config: Mapping[str, Any], system: str) -> int:
    """Optimiser steps of all candidates that a loss may have on a system; the weights of a rate step together."""
    tune = tuning(config, system)
    return int(tune["steps"] * len(tune["learning_rates"]))


def check(config: Mapping[str, Any]) -> None:
    """Refuses a grid that the chapter's figures, sizes and tuning cannot be made from."""
    for name in config["dynamics"]["systems"]:
        if name not in config["systems"]:
            raise InvalidConfig(unknown("dynamics.systems", name, config["systems"]))
    if config["dynamics"]["projection"] == "umap" and find_spec("umap") is None:
        raise InvalidConfig(
            "config: dynamics.projection is umap, whose package umap-learn is not installed; add it, or choose pca"
        )
    first = next(iter(config["dynamics"]["losses"]))
    for name in config["dynamics"]["systems"]:
        missing = [loss for loss in COMPARED if loss not in losses_by_encoder(config, name).get(first, [])]
        if missing:
            owner = f"systems.{name}" if "losses" in config["systems"][name] else "dynamics"
            raise InvalidConfig(
                f"config: {owner}.losses.{first} lacks {missing[0]!r}; add it, the figures show path and kl side by side"
            )
    for name in config["sizes"]["systems"]:
        if name not in config["dynamics"]["systems"]:
            raise InvalidConfig(f"config: sizes.systems names {name!r}, which dynamics.systems lacks; add it there")
        tuned = {loss for losses in losses_by_encoder(config, name).values() for loss in losses}
        for loss in {*COMPARED, *config["sizes"]["losses"]}:
            if loss not in config["sizes"]["losses"]:
                raise InvalidConfig(
                    f"config: sizes.losses lacks {loss!r}; add it, the sizes needed are compared with it"
                )
            if loss not in tuned:
                raise InvalidConfig(
                    f"config: sizes.losses names {loss!r}, which is not trained on {name}; add it to its losses"
                )
    for name, entry in config["systems"].items():
        tune, own = tuning(config, name), entry.get("tune", {})
        place = {key: f"systems.{name}.tune.{key}" if key in own else f"tune.{key}" for key in tune}
        shared = set(config["dynamics"]["seeds"]) & set(tune["seeds"])
        if shared:
            raise InvalidConfig(
                f"config: {place['seeds']} and dynamics.seeds share {sorted(shared)}; give tuning seeds of its own, so that no "
                "seed is scored on a choice it made"
            )
        if max(tune["weights"]) > 1 and any("steer" in losses for losses in losses_by_encoder(config, name).values()):
            raise InvalidConfig(
                f"config: {place['weights']} holds {max(tune['weights'])}, but the loss steer takes at most 1; lower it"
            )
    _check_systems(config)
    _check_solver(config["evaluate"])


def _check_solver(evaluate: Mapping[str, Any]) -> None:
    """Refuses a method that the library lacks."""
    backend, method = evaluate["backend"], evaluate["method"]
    if method not in ADAPTIVE_METHODS[backend]:
        raise InvalidConfig(
            f"config: evaluate.method is {method!r}, expected one of {', '.join(ADAPTIVE_METHODS[backend])} with "
            f"evaluate.backend {backend}"
        )


def _check_systems(config: Mapping[str, Any]) -> None:
    """Refuses windows that end before they begin, and trainings of which no step warms up, or that lack data."""
    for name, entry in config["systems"].items():
        low, high = entry["simulate"]["window"]
        if low > high:
            raise InvalidConfig(f"config: systems.{name}.simulate.window is [{low}, {high}], expected [low, high]")
        warmup = entry["train"]["warmup"]
        for place, steps in (("training", entry["train"]["steps"]), ("tuning", tuning(config, name)["steps"])):
            if warmup * (steps + 1) <= 1:
                raise InvalidConfig(
                    f"config: systems.{name}.train.warmup is {warmup}, less than one of the {steps} steps of {place}; raise "
                    "either"
                )
        if entry["train"]["batch"] > entry["simulate"]["train"]:
            raise InvalidConfig(
                f"config: systems.{name}.train.batch is {entry['train']['batch']}, more than the "
                f"{entry['simulate']['train']} trajectories of simulate.train; lower it"
            )
