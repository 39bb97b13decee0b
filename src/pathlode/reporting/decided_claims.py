"""The files of decided claims."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from pathlode.artefacts import TableFile
from pathlode.column_kinds import Text, Whole


@dataclass(frozen=True)
class DecidedClaims(TableFile):
    """The claims and their verdicts.

    One row per claim and system.
    """

    columns: ClassVar[Mapping[str, str]] = {
        "id": Text("of the claim"),
        "paper": Text("letter of the paper that makes it there, ours, or control for a setting against itself"),
        "claim": Text("the statement"),
        "where": Text("where it was tested: a system, or a value of the claim's own column"),
        "ratio": "rival / ours of the claim's metric: exp of the pseudomedian over replicates of its logarithm",
        "low": "lower bound of its interval",
        "high": "upper bound of its interval",
        "n": Whole("number of replicates"),
        "margin": "ratios from 1 / margin to margin, times the factor, count as no difference",
        "verdict": Text("better, worse, no difference, undecided, inadequate or not run"),
        "factor": "ratio that the claim asks for",
        "geometric_mean": "geometric mean of rival / ours over replicates",
        "iqm": "exp of the interquartile mean of its logarithm",
        "share_better": "share of replicates in which ours is better",
        "look": Whole("number of the look that n replicates have reached"),
        "level": "two-sided level of the interval at this look",
        "p": "p-value of the verdict over all looks",
        "q": "p adjusted by Benjamini and Hochberg over the papers' claims that have something to compare",
        "survives": Text("whether the verdict is among the discoveries at the level over all looks: yes or no"),
        "adequacy": "the better side's median error over the largest adequate one, by the stricter rule; inadequate above 1",
        "reached": Text("runs that reached the target, for a metric with a target; the others count with their limit"),
        "paper_value": "the paper's number for the same ratio, if it published one",
        "target": Text("target of Snakemake that makes its tables"),
        "seconds": "training time of the compared settings, summed over replicates, if the table has it",
        "timed": Text("whether the metric is a measured time: yes or no"),
        "scale": Text("scale of the run"),
    }
    float_format: ClassVar[str | None] = None


@dataclass(frozen=True)
class Settling(TableFile):
    """The papers' claims as they were with fewer replicates.

    One row per claim, system and number of replicates.
    """

    columns: ClassVar[Mapping[str, str]] = {
        "id": Text("of the claim"),
        "where": Text("where it was tested"),
        "target": Text("target of Snakemake that makes its tables"),
        "n": Whole("number of replicates, the first ones by number"),
        "ratio": "as in the claim table, of these replicates",
        "low": "lower bound of its interval",
        "high": "upper bound of its interval",
        "margin": "as in the claim table",
        "factor": "ratio that the claim asks for",
        "verdict": Text("better, worse, no difference or undecided"),
    }


@dataclass(frozen=True)
class FalseVerdicts(TableFile):
    """The rate of false verdicts where a setting is compared with itself.

    One row.
    """

    columns: ClassVar[Mapping[str, str]] = {
        "cells": Whole("number of such comparisons"),
        "false": Whole("how many of them are called better or worse"),
        "share": "false over cells",
        "allowed": "share of false verdicts that the rule allows",
    }
    float_format: ClassVar[str | None] = None
