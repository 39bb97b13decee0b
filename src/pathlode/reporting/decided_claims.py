"""The file of the claim table."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from pathlode.artefacts import TableFile


@dataclass(frozen=True)
class DecidedClaims(TableFile):
    """The claims and how they were decided: one row a claim and system."""

    columns: ClassVar[Mapping[str, str]] = {
        "id": "of the claim",
        "paper": "letter of the paper that makes it, or ours",
        "system": "where it was tested: a system, or a value of the claim's own column",
        "claim": "the statement",
        "paper_value": "the paper's number for the same ratio, if it published one",
        "value": "geometric mean over seeds of rival / ours, of the claim's metric",
        "low": "lower end of its confidence interval",
        "high": "upper end of its confidence interval",
        "factor": "threshold of the ratio",
        "n": "pairs of runs that were compared",
        "reached": "runs that came to the target of a metric that has one",
        "verdict": "holds, fails, unclear or not run",
        "target": "what to ask Snakemake for",
        "seconds": "training time, summed over seeds, of the settings compared",
    }
    float_format: ClassVar[str | None] = None
