"""Hybrid models in the chapter of rivals: settings of their trainings on few series, and checks of consistency."""

from collections.abc import Mapping
from typing import Any

from pathlode.registry import FIELDS
from workflow.configuration.parts import known_systems
from workflow.configuration.rows import all_rows, check_fitted, row_parts, row_settings
from workflow.configuration.schema import InvalidConfig, unknown

OF_EXPERT = ("hybrid", "expert")
"""The rows of which an expert knows a part."""


def hybrid_settings(config: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The settings of each row, as in :class:`pathlode.training.experiment.Experiment`, without seeds."""
    hybrids = config["rivals"]["hybrids"]
    fixed, system = {key: hybrids[key] for key in ("learning_rate", "weight")}, hybrids["system"]
    return {
        row: row_settings(config, system, name) | row_parts(config, system, name) | fixed
        for row, name in hybrids["rows"].items()
    }


def check(config: Mapping[str, Any]) -> None:
    """Refuses undefined names, rows that do not fit, and more training series than are simulated."""
    hybrids, rows, systems = config["rivals"]["hybrids"], all_rows(config), config["systems"]
    system = hybrids["system"]
    if system not in systems:
        raise InvalidConfig(unknown("rivals.hybrids.system", system, systems))
    for row, name in hybrids["rows"].items():
        if name not in rows:
            raise InvalidConfig(unknown(f"rivals.hybrids.rows.{row}", name, rows, "rivals.rows or dynamics.rows"))
        field = row_parts(config, system, name).get("field")
        if "loss" not in rows[name] or bool(known_systems(field)) != (row in OF_EXPERT):
            known = ", ".join(filter(known_systems, FIELDS))
            wanted = f"with one of the fields {known}" if row in OF_EXPERT else "without a known part"
            raise InvalidConfig(
                f"config: rivals.hybrids.rows.{row} names {name!r}, expected a row that is trained, {wanted}; name such a row"
            )
        check_fitted(config, "rivals" if name in config["rivals"]["rows"] else "dynamics", system, name)
    simulated = systems[system]["simulate"]["train"]
    for count in hybrids["training_sets"]:
        if count > simulated:
            raise InvalidConfig(
                f"config: rivals.hybrids.training_sets has {count}, more than the {simulated} trajectories of "
                f"systems.{system}.simulate.train; lower it"
            )
