"""Options and arguments that commands share."""

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from pathlode.cli.outputs import TABLE_ENDINGS
from pathlode.errors import ConfigError

FURTHER = ("model", "train", "views")
"""Tables of a file of settings, for the settings of :class:`pathlode.forecasting.forecaster.Forecaster` without an option."""

Command = TypeVar("Command", bound=Callable[..., Any])
"""A command before it has its options."""


def output_file(endings: str) -> Callable[[Command], Command]:
    """The option of the file that a command writes.

    Args:
        endings: what it is, for the help.
    """
    return click.option(
        "-o",
        "--output",
        type=click.Path(path_type=Path),
        required=True,
        help=f"File to write: {endings}. Whole or not at all.",
    )


def model_and_table(command: Command) -> Command:
    """The arguments of a command that reads a fitted model and a table, and its common options."""
    command = click.option("--device", help="Device to compute on, as cpu or cuda; by default that of the fit.")(
        command
    )
    command = click.option(
        "--inputs",
        type=click.Path(path_type=Path),
        help="File of the table of known inputs, for a model that was fitted to such a table.",
    )(command)
    command = click.argument("table", type=click.Path(path_type=Path))(command)
    return click.argument("model", type=click.Path(path_type=Path))(command)


def named_columns(context: click.Context, parameter: click.Parameter, given: str | None) -> list[str] | None:
    """Names with commas as a list; None if none are given."""
    return None if given is None else [name.strip() for name in given.split(",")]


def missing_entries(context: click.Context, parameter: click.Parameter, given: str | None) -> list[float | str]:
    """Entries with commas that stand for missing values, those that are numbers as such; none if none are given."""
    return [_number_or_text(entry.strip()) for entry in ([] if given is None else given.split(","))]


def _number_or_text(entry: str) -> float | str:
    try:
        return float(entry)
    except ValueError:
        return entry


def columns_or_file(context: click.Context, parameter: click.Parameter, given: str | None) -> list[str] | Path | None:
    """Names with commas as a list, or the file of a table; None if neither is given."""
    if given is not None and Path(given.strip()).suffix.lower() in TABLE_ENDINGS:
        return Path(given.strip())
    return named_columns(context, parameter, given)


def further_settings(context: click.Context, parameter: click.Parameter, given: Path | None) -> dict[str, Any]:
    """The tables of a TOML file; none without a file.

    Raises:
        ConfigError: if it cannot be read, or has other entries than :data:`FURTHER`.
    """
    if given is None:
        return {}
    try:
        found = tomllib.loads(given.read_text())
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        reason = "it does not exist" if isinstance(error, FileNotFoundError) else str(error)
        raise ConfigError(f"{given} cannot be read as a TOML file ({reason}): correct it or its path") from None
    for name, entry in found.items():
        if name not in FURTHER or not isinstance(entry, dict):
            raise ConfigError(
                f"{given} has the entry {name!r}, expected the tables {', '.join(f'[{of}]' for of in FURTHER)}"
            )
    return found
