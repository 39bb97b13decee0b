"""Graphs in the chapter of rivals: the rows that are asked on each system, and checks of consistency."""

from collections.abc import Mapping
from typing import Any

from pathlode.dynamics.systems.contract import System
from pathlode.parts import OFFERS
from pathlode.registry import MODELS, SYSTEMS
from workflow.configuration.rows import all_rows, check_fitted, row_parts, tuned_as
from workflow.configuration.schema import InvalidConfig, unknown


def graph_rows(config: Mapping[str, Any], system: str) -> list[str]:
    """The rows whose graphs are asked for on a system, without those that are left out there or exclude it themselves."""
    graphs, rows = config["rivals"]["graphs"], config["rivals"]["rows"]
    names = [name for name in graphs["rows"] if system in rows.get(name, {}).get("systems", [system])]
    return [name for name in names if name not in graphs["left_out"].get(system, [])]


def tuned_graphs(config: Mapping[str, Any], system: str) -> list[str]:
    """The rows that are tuned for them."""
    return list(dict.fromkeys(filter(None, (tuned_as(config, name) for name in graph_rows(config, system)))))


def check(config: Mapping[str, Any]) -> None:
    """Refuses undefined names, rows without a graph, and interventions that a system does not allow."""
    graphs, rows = config["rivals"]["graphs"], all_rows(config)
    for place, names, whole, called in (
        ("systems", graphs["systems"], config["systems"], "systems"),
        ("held", graphs["held"], config["systems"], "systems"),
        ("left_out", graphs["left_out"], config["systems"], "systems"),
        ("rows", graphs["rows"], rows, "rivals.rows or dynamics.rows"),
        *((f"left_out.{of}", names, rows, "rivals.rows or dynamics.rows") for of, names in graphs["left_out"].items()),
    ):
        for name in names:
            if name not in whole:
                raise InvalidConfig(unknown(f"rivals.graphs.{place}", name, whole, called))
    for system in graphs["systems"]:
        _check_held(config, system)
        for name in graph_rows(config, system):
            _check_observed(name, row_parts(config, system, name)["model"])
            check_fitted(config, "rivals" if name in config["rivals"]["rows"] else "dynamics", system, name)


def _check_observed(name: str, model: str) -> None:
    if "observed" not in MODELS.words(model):
        others = ", ".join(kind for kind in MODELS if "observed" in MODELS.words(kind))
        raise InvalidConfig(
            f"config: rivals.graphs.rows names {name!r}, but its model {model} has no {OFFERS['observed'].removeprefix('a ')}; "
            f"name a row with one of the models {others}"
        )


def _check_held(config: Mapping[str, Any], system: str) -> None:
    """Refuses a system whose rates of change do not follow from what is observed, and a quantity that it does not have."""
    held, kind = config["rivals"]["graphs"]["held"], SYSTEMS[config["systems"][system]["system"]]
    if kind.velocity is System.velocity:
        raise InvalidConfig(
            f"config: rivals.graphs.systems names {system!r}, whose observed quantities obey no equations of their own; name "
            "another system"
        )
    if system not in held:
        raise InvalidConfig(
            f"config: rivals.graphs.held lacks {system!r}; add it with a value and one of {', '.join(kind.features)}"
        )
    if held[system]["quantity"] not in kind.features:
        raise InvalidConfig(
            f"config: rivals.graphs.held.{system}.quantity is {held[system]['quantity']!r}, expected one of "
            f"{', '.join(kind.features)}; name one of these"
        )
