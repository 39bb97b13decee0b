"""Cost of a training step of rows that claims compare in time, measured side by side.

Two trainings run at different times, and what else the machine does then changes what their steps cost. Here they take turns.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, ClassVar

import pandas as pd

from pathlode.artefacts import TableFile
from pathlode.column_kinds import Text, Whole
from pathlode.dynamics.artefacts import TimesToTarget

if TYPE_CHECKING:
    from pathlode.training.trainer import Trainer

ROUND_STEPS = 10
"""Steps of a row in a round. On a busy machine the median of fewer scatters more."""


@dataclass(frozen=True)
class StepCosts(TableFile):
    """Cost of a training step of rows that take turns.

    One line per row and replicate, which has a round of its own. See :func:`step_costs`.
    """

    columns: ClassVar[Mapping[str, str]] = {
        "system": Text("the data set"),
        "row": Text("name of the fitted row in the configuration"),
        "seed": Whole("number of the replicate"),
        "step_seconds": "CPU seconds of a step, the median of its round, the stack's shared equally among its seeds",
    }
    float_format: ClassVar[str | None] = None


@dataclass(frozen=True)
class TimedToTarget(TimesToTarget):
    """Cost of each training up to a validation error, with that of steps measured side by side.

    See :func:`pathlode.dynamics.columns.time_to_target` and :func:`with_paired_seconds`.
    """

    columns: ClassVar[Mapping[str, str]] = {
        **TimesToTarget.columns,
        "step_seconds": "CPU seconds of a step in the replicate's round, see StepCosts; missing for rows that no claim times",
        "paired_seconds_to_target": "steps_to_target times step_seconds",
    }


def steps_taken(replicates: int) -> int:
    """Steps that :func:`step_costs` takes with each row of so many replicates."""
    return ROUND_STEPS * (1 + replicates)


def step_costs(trainers: "Mapping[str, Trainer]") -> pd.DataFrame:
    """CPU seconds of a training step of each row, in one round per replicate.

    First every row takes :data:`ROUND_STEPS` steps that do not count. Then there are as many rounds as replicates, in which
    every row takes as many. Rows take turns step by step, each time in the opposite order. A row's cost in a round is the
    median of its steps, so what interferes with a few of them does not count. Neither does the update of SOAP's bases, which
    is part of each tenth step, nor any validation.

    Args:
        trainers: fresh trainers by row, of stacks with the same seeds, on the CPU, of at least :func:`steps_taken` steps.

    Returns:
        the columns row, seed and step_seconds: the time of one step of the stack over its number of seeds, in the round with
        the place of the seed.
    """
    seeds = next(iter(trainers.values())).model.seeds
    _take_turns(trainers)
    rounds = {seed: _take_turns(trainers) for seed in seeds}
    return pd.DataFrame(
        [
            {"row": row, "seed": seed, "step_seconds": median(steps) / len(seeds)}
            for seed, spent in rounds.items()
            for row, steps in spent.items()
        ]
    )


def _take_turns(trainers: "Mapping[str, Trainer]") -> dict[str, list[float]]:
    """CPU seconds of each row's steps in a round."""
    spent: dict[str, list[float]] = {row: [] for row in trainers}
    order = list(trainers)
    for _ in range(ROUND_STEPS):
        for row in order:
            before = trainers[row].seconds
            trainers[row].step()
            spent[row].append(trainers[row].seconds - before)
        order.reverse()
    return spent


def with_paired_seconds(times: pd.DataFrame, costs: pd.DataFrame) -> pd.DataFrame:
    """Adds the seconds until each run's target at the cost of a step in its replicate's round.

    In a round all rows share what else the machine does. So the ratio of two rows' seconds varies over replicates with that of
    their steps and, from round to round, with that of their costs: an interval over replicates covers both.

    Args:
        times: of :func:`pathlode.dynamics.columns.time_to_target`.
        costs: the rows of :class:`StepCosts` of all systems and batches.

    Returns:
        the same rows as ``times``, with the further columns of :class:`TimedToTarget`; NaN for rows without costs.
    """
    joined = times.merge(costs, how="left", on=["system", "row", "seed"], validate="one_to_one")
    return joined.assign(paired_seconds_to_target=joined["steps_to_target"] * joined["step_seconds"])
