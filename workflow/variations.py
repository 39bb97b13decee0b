"""The variations in which ``make stability`` repeats a run."""

import csv
import os
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Any

from snakemake.exceptions import WorkflowError

VARIATIONS = {
    "replicates": "other replicates",
    "threads": "one more thread per job",
    "kernels": "the compiled loops switched off",
}
"""What a repeated run changes, in words, by the name in the configuration."""


def vary(config: MutableMapping[str, Any]) -> int:
    """Makes the change that ``variation`` names, in the configuration and in the environment of this run's jobs.

    Returns:
        The number of threads of a job.
    """
    if config["variation"] == "replicates":
        config["first_replicate"] = config["stability"]["first_replicate"]
    if config["variation"] == "kernels":
        os.environ["PATHLODE_KERNELS"] = "0"
    return 2 if config["variation"] == "threads" else 1


def check_start(config: Mapping[str, Any], base: Path, cores: int) -> None:
    """Refuses a repeated run that could not be compared, or in which nothing would change.

    Args:
        config: the configuration.
        base: the folder with the results of the run that is repeated.
        cores: number of cores that this run uses.

    Raises:
        WorkflowError: with one sentence.
    """
    if config["variation"] == "none":
        return
    if config["variation"] == "threads" and cores < 2:
        raise WorkflowError("one more thread per job needs two cores, but this run has one; give it more with --cores")
    with Path(decided(base / "claims.csv", config)).open(newline="") as file:
        made = {row["target"] for row in csv.DictReader(file) if row["n"] != "0"}
    lacking = [chapter for chapter in config["chapters"] if chapter not in made]
    if lacking:
        raise WorkflowError(
            f"{base}/claims.csv has no verdicts on {lacking[0]}, so a repetition could not be compared; make them first with "
            f"`{_first(config)}`, or leave {lacking[0]} out of the repeated chapters"
        )


def decided(path: Path, config: Mapping[str, Any], repeated: bool = False) -> str:
    """The path of a run's decided claims.

    Args:
        path: the file.
        config: the configuration.
        repeated: whether the run repeats another one.

    Raises:
        WorkflowError: with one sentence, if they have not been made.
    """
    if not path.exists():
        raise WorkflowError(
            f"{path} does not exist; make the repeated run with `make stability{_scale(config)}`"
            if repeated
            else f"{path} does not exist, but the repetitions are compared with it; make it first with `{_first(config)}`"
        )
    return str(path)


def _scale(config: Mapping[str, Any]) -> str:
    return "" if config["scale"] == "hour" else f" SCALE={config['scale']}"


def _first(config: Mapping[str, Any]) -> str:
    """The command that makes the claims of the run's chapters."""
    overlay = "" if config["scale"] == "hour" else f" --configfile config/{config['scale']}.yaml"
    return f"snakemake claims{overlay} --config 'chapters=[{','.join(config['chapters'])}]'"
