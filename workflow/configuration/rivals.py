"""The chapter of rivals: the rows that are compared on each data set, and checks of consistency."""

from collections.abc import Mapping
from typing import Any

from pathlode.dynamics.systems.out_of_range import out_of_range
from pathlode.errors import ConfigError
from pathlode.registry import SYSTEMS
from workflow.configuration.graphs import check as check_graphs
from workflow.configuration.hybrids import check as check_hybrids
from workflow.configuration.real import check_series_row
from workflow.configuration.rows import all_rows, check_fitted, check_row, tuned_as
from workflow.configuration.schema import InvalidConfig, unknown
from workflow.source_facts import constant_at

NEEDED = ("path", constant_at("pathlode.rivals.columns:TRIVIAL"))
"""Rows that are always compared: ours, and the prediction without a model."""
OF_SYSTEMS = ("context", "weight")
"""Settings of a row that have no meaning on measured series."""


def compared_rows(config: Mapping[str, Any], data: str) -> list[str]:
    """The rows that are compared on a data set, without those that are left out there or exclude it themselves.

    The ``systems`` of dynamics' own rows say what that chapter can afford, and exclude nothing here.
    """
    rivals = config["rivals"]
    names = [name for name in rivals["compared"] if data in rivals["rows"].get(name, {}).get("systems", [data])]
    return [name for name in names if name not in rivals["left_out"].get(data, [])]


def tuned_rivals(config: Mapping[str, Any], system: str) -> list[str]:
    """The rows that are tuned for those that are compared on a system."""
    return list(dict.fromkeys(filter(None, (tuned_as(config, name) for name in compared_rows(config, system)))))


def check(config: Mapping[str, Any]) -> None:
    """Refuses undefined names, and rows that cannot be fitted to a data set."""
    rivals, rows = config["rivals"], all_rows(config)
    for place, names, whole, called in (
        ("systems", rivals["systems"], config["systems"], "systems"),
        ("measured", [rivals["measured"]], config["real"]["data"], "real.data"),
        ("compared", rivals["compared"], rows, "rivals.rows or dynamics.rows"),
        ("left_out", rivals["left_out"], config["systems"] | config["real"]["data"], "systems or real.data"),
        *(
            (f"left_out.{data}", names, rows, "rivals.rows or dynamics.rows")
            for data, names in rivals["left_out"].items()
        ),
    ):
        for name in names:
            if name not in whole:
                raise InvalidConfig(unknown(f"rivals.{place}", name, whole, called))
    for name in rivals["rows"]:
        if name in config["dynamics"]["rows"] or name in config["real"]["rows"]:
            raise InvalidConfig(
                f"config: rivals.rows.{name} has the name of a row of another chapter; choose another name"
            )
        check_row(config, "rivals", name, (*config["systems"], *config["real"]["data"]))
    for name in NEEDED:
        if name not in rivals["compared"]:
            raise InvalidConfig(
                f"config: rivals.compared lacks {name!r}; add it, because the others are compared with it"
            )
        for data, names in rivals["left_out"].items():
            if name in names:
                raise InvalidConfig(
                    f"config: rivals.left_out.{data} names {name!r}, with which the others are compared; remove it"
                )
    for system in rivals["systems"]:
        _check_outside(config, system)
        for name in compared_rows(config, system):
            check_fitted(config, "rivals" if name in rivals["rows"] else "dynamics", system, name)
    _check_measured(config, rivals["measured"])
    check_graphs(config)
    check_hybrids(config)


def _check_outside(config: Mapping[str, Any], system: str) -> None:
    """Refuses a box around a system's own that gives positive parameters other signs."""
    kind = SYSTEMS[config["systems"][system]["system"]]
    try:
        if kind.low:
            out_of_range(kind(), config["rivals"]["out_of_range"]["share"])
    except ConfigError as error:
        raise InvalidConfig(f"config: rivals.out_of_range.{error}; lower it") from error


def _check_measured(config: Mapping[str, Any], data: str) -> None:
    """Refuses rows that cannot be fitted to measured series."""
    for name in compared_rows(config, data):
        for key in OF_SYSTEMS:
            if key in all_rows(config)[name]:
                raise InvalidConfig(
                    f"config: rivals.compared names {name!r}, whose {key} is for simulated systems only, but it is fitted to "
                    f"{data} as well; remove it there"
                )
        check_series_row(config, data, name)
