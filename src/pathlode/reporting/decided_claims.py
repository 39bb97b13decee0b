"""The file of the claim table."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from pathlode.artefacts import TableFile


@dataclass(frozen=True)
class DecidedClaims(TableFile):
    """The claims and their verdicts: one row per claim and system."""

    columns: ClassVar[Mapping[str, str]] = {
        "id": "of the claim",
        "paper": "letter of the paper that makes it, or ours",
        "system": "where it was tested: a system, or a value of the claim's own column",
        "claim": "the statement",
        "paper_value": "the paper's number for the same ratio, if it published one",
        "value": "geometric mean over seeds of rival / ours, of the claim's metric",
        "low": "lower bound of its confidence interval",
        "high": "upper bound of its confidence interval",
        "factor": "threshold of the ratio",
        "n": "number of compared pairs of runs",
        "reached": "runs that reached the target, for a metric with a target",
        "verdict": "holds, fails, unclear or not run",
        "target": "target of Snakemake that makes its tables",
        "seconds": "training time of the compared settings, summed over seeds",
    }
    float_format: ClassVar[str | None] = None
