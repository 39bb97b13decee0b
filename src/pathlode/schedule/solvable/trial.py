"""All policies on one solvable task, in every replicate."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from pathlode.registry import SOLVABLE_TASKS
from pathlode.schedule.planning.contract import RatedRuns
from pathlode.schedule.solvable.artefacts import OPTIMAL, SolvableOutcomes, SolvableSchedules
from pathlode.schedule.solvable.contract import SolvableTask
from pathlode.schedule.solvable.optimum import optimum
from pathlode.schedule.solvable.policies import (
    Choice,
    TrialConfig,
    best,
    constant_then_decay,
    planned,
    sweep,
    sweep_again,
    tuned_cosine,
    tuned_decay,
)
from pathlode.schedule.solvable.steered import Steering, steered


@dataclass(frozen=True)
class SolvableTrial:
    """Policies on a task.

    Args:
        task: name in :data:`pathlode.registry.SOLVABLE_TASKS`.
        replicates: numbers of the replicates.
        config: settings of the policies.
        steering: settings of the latent ODE's scheduler.
    """

    task: str
    replicates: Sequence[int]
    config: TrialConfig
    steering: Steering

    def run(self) -> tuple[SolvableOutcomes, SolvableSchedules]:
        """What every policy chooses and reaches, the best schedule first."""
        task: SolvableTask[Any] = SOLVABLE_TASKS[self.task]()
        found = optimum(task)
        tables: list[pd.DataFrame] = []
        rates = {}
        for policy, chosen, seconds in self._policies(task, found.rates):
            tried = len(chosen.rates)
            with torch.no_grad():
                losses = task.expected(chosen.rates).numpy()
            facts: dict[str, Any] = {
                "task": self.task,
                "policy": policy,
                "seed": self.replicates[:tried],
                "loss": losses,
            }
            facts |= {"optimum": found.loss, "runs": chosen.runs, "seconds": seconds / tried}
            tables.append(pd.DataFrame(facts))
            rates[policy] = np.full((len(self.replicates), task.steps), np.nan)
            rates[policy][:tried] = chosen.rates.numpy()
        return (
            SolvableOutcomes(pd.concat(tables, ignore_index=True)),
            SolvableSchedules(self.task, found.others, rates),
        )

    def _policies(self, task: SolvableTask[Any], best_rates: Tensor) -> Iterator[tuple[str, Choice, float]]:
        """Every policy's name, what it chooses, and CPU seconds in all replicates."""
        clock, numbers, config = time.process_time, self.replicates, self.config
        begun = clock()
        runs = sweep(task, numbers, config)
        swept, count = clock() - begun, runs.rates.shape[1]
        yield OPTIMAL, Choice(best_rates.expand(len(numbers), -1), 0), 0.0
        yield "sweep", best(runs), swept
        yield "constant_decay", constant_then_decay(task, runs, config), swept
        begun = clock()
        again = sweep_again(task, runs, numbers, config)
        yield "sweep_again", again, swept + clock() - begun
        for name, tuned in (("cosine", tuned_cosine), ("decay", tuned_decay)):
            begun = clock()
            chosen = tuned(task, numbers, count + 1)  # as many as before the second plan
            yield name, chosen, clock() - begun
        begun = clock()
        plans = planned(task, runs, numbers, config)
        spent = clock() - begun
        yield "plan", plans.first, swept + plans.seconds
        yield "plan_again", plans.second, swept + spent
        if few := numbers[: self.steering.replicates]:
            begun = clock()
            some = RatedRuns(runs.rates[: len(few)], runs.losses[: len(few)])
            chosen = Choice(steered(task, some, few, self.steering), count)
            yield "lode", chosen, swept * len(few) / len(numbers) + clock() - begun
