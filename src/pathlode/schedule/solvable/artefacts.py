"""The files that scripts about solvable tasks share."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from pathlode.artefacts import ArrayFile, TableFile, axes
from pathlode.column_kinds import Text, Whole

OPTIMAL = "optimal"
"""Name of the best schedule among the policies."""
CONTROLS = (
    "sweep",
    "sweep_again",
    "constant_decay",
    "cosine",
    "decay",
    "wsd_s",
    "schedule_free",
    "prodigy",
    "d_adaptation",
)
"""Policies without a model, which are tuned with about as many runs."""

_REACHED = {
    "loss": "expected loss at the end under the rates that the policy chose",
    "optimum": "the same under the best schedule",
}
_NAMES = {"task": Text("name of the task"), "policy": Text("name of the policy")}
_COSTS = {
    "runs": "trainings that the policy looked at before",
    "seconds": "CPU time of these trainings and of the choice, the mean over the replicates of a job",
}


def _centred(name: str, meaning: str) -> dict[str, str]:
    """Columns of a centre with its interval."""
    return {name: meaning, f"{name}_low": "lower end of its interval", f"{name}_high": "upper end of its interval"}


class SolvableOutcomes(TableFile):
    """What every policy reaches, one row per task, policy and replicate."""

    columns: ClassVar[Mapping[str, str]] = {**_NAMES, "seed": Whole("number of the replicate"), **_REACHED, **_COSTS}
    float_format = "%.8g"


class SolvableScores(TableFile):
    """The same with the column that claims compare beside the loss."""

    columns: ClassVar[Mapping[str, str]] = {**SolvableOutcomes.columns, "ratio": "loss / optimum"}
    float_format = "%.8g"


class SolvableTable(TableFile):
    """What every policy reaches, for readers, one row per task, policy and replicate."""

    columns: ClassVar[Mapping[str, str]] = {**_NAMES, "replicate": Whole("number of the replicate"), **_REACHED}
    float_format = "%.8g"


class SolvableRegrets(TableFile):
    """The ratio of every policy's loss to the least one, over replicates, one row per task and policy."""

    columns: ClassVar[Mapping[str, str]] = {
        **_NAMES,
        "ratio": "loss / optimum, exponential of the pseudomedian of its logarithm",
        "low": "lower end of its interval",
        "high": "upper end of its interval",
        "room": "ln ratio over that of the best policy without a model, 0 at the least loss; NaN if that is no room",
        "n": Whole("number of replicates"),
        **_COSTS,
    }


class PlansFromPastRuns(TableFile):
    """What plans from different past runs reach, one row per task, list of schedules, number of runs and replicate."""

    columns: ClassVar[Mapping[str, str]] = {
        "task": Text("name of the task"),
        "schedules": Text("name of the list of schedules from which the past runs were drawn"),
        "runs": Whole("number of past runs"),
        "seed": Whole("number of the replicate"),
        "loss": "expected loss at the end under the planned rates",
        "best_past": "the same under the rates of the past run that ended best",
        "optimum": "the same under the best schedule",
        "error": "median absolute error of the predicted ln loss at the end, over schedules that no past run has",
        "diverged": Whole(
            "number of these schedules whose predicted loss is not finite; their errors count as infinite"
        ),
    }
    float_format = "%.8g"


class PastRunsCentres(TableFile):
    """The same over replicates, one row per task, list of schedules and number of runs."""

    columns: ClassVar[Mapping[str, str]] = {
        **{name: PlansFromPastRuns.columns[name] for name in ("task", "schedules", "runs")},
        **_centred("plan", "loss of the plan / optimum, exponential of the pseudomedian of its logarithm"),
        **_centred("best_past", "the same of the past run that ended best"),
        **_centred("error", "error of the predicted ln loss, the same over replicates in which it is finite"),
        "diverged": Whole("number of predicted losses that are not finite, in all replicates"),
        "n": Whole("number of replicates"),
    }


@dataclass(frozen=True)
class SolvableSchedules(ArrayFile):
    """The schedules that policies chose on a task.

    Attributes:
        task: name of the task.
        others: expected losses of the best schedules that the search for the optimum found from its other starts.
        rates: rates of all steps; NaN in replicates in which the policy was not tried.
    """

    task: str
    others: list[float]
    rates: Mapping[str, NDArray[np.float64]] = axes("replicate", "step", by="policy")
