"""The tasks whose best schedule is known, a part of the scheduler chapter."""

from collections.abc import Mapping, Sequence
from typing import Any

from workflow.configuration.replicates import replicate_batches, replicate_numbers
from workflow.configuration.schema import InvalidConfig, unknown

OF_THE_TRIAL = ("schedules", "peaks", "members", "plan", "latent_ode")
"""Keys that are settings of :class:`pathlode.schedule.solvable.policies.TrialConfig`."""


def solvable_batches(config: Mapping[str, Any], most: int | None = None) -> dict[str, list[int]]:
    """The replicates that one job treats together, by the name of the batch: all, or only so many of the first ones."""
    return replicate_batches(_part(config), "solvable", most)


def in_batch(config: Mapping[str, Any], part: Mapping[str, Any], numbers: Sequence[int]) -> dict[str, Any]:
    """Settings of a part of the trial that is for its first ``replicates`` only, with how many of these are in a batch."""
    first = replicate_numbers(_part(config), "solvable")[: part["replicates"]]
    return dict(part) | {"replicates": len({*first} & {*numbers})}


def _part(config: Mapping[str, Any]) -> dict[str, Any]:
    return {"first_replicate": config["first_replicate"], "solvable": config["scheduler"]["solvable"]}


def trial_settings(scheduler: Mapping[str, Any]) -> dict[str, Any]:
    """Settings of the policies, as in :class:`pathlode.schedule.solvable.policies.TrialConfig`."""
    return {key: scheduler["solvable"][key] for key in OF_THE_TRIAL}


def check_solvable(scheduler: Mapping[str, Any]) -> None:
    """Refuses undefined names, and settings with which a policy has nothing to choose from."""
    own = scheduler["solvable"]
    if own["steered"]["row"] not in scheduler["rows"]:
        raise InvalidConfig(
            unknown("scheduler.solvable.steered.row", own["steered"]["row"], scheduler["rows"], "scheduler.rows")
        )
    for name in own["steered"]["learners"]:
        if scheduler["learners"].get(name, {}).get("policy") != "lode":
            known = {learner: entry for learner, entry in scheduler["learners"].items() if entry["policy"] == "lode"}
            raise InvalidConfig(
                unknown("scheduler.solvable.steered.learners", name, known, "scheduler.learners with the policy lode")
            )
    for name in own["past_runs"]["tasks"]:
        if name not in own["tasks"]:
            raise InvalidConfig(
                f"config: scheduler.solvable.past_runs.tasks names {name!r}, which is not among scheduler.solvable.tasks; "
                "add it there, or remove it"
            )
    if "constant" not in own["schedules"]:
        raise InvalidConfig(
            f"config: scheduler.solvable.schedules is {own['schedules']}, expected constant among them, whose best rate "
            "another policy lets fall at the end; add it"
        )
