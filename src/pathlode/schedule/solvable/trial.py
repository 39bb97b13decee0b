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
    tuned_decay,
    tuned_peak,
)
from pathlode.schedule.solvable.steered import Steering, run_models, steered


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
        allowed = count + 1  # as many as before the second plan
        for name in ("cosine", "decay", "wsd_s"):
            begun = clock()
            decay = name == "decay"
            chosen = tuned_decay(task, numbers, allowed) if decay else tuned_peak(task, name, numbers, allowed)
            yield name, chosen, clock() - begun
        begun = clock()
        plans = planned(task, runs, numbers, config)
        spent = clock() - begun
        yield "plan", plans.first, swept + plans.seconds
        yield "plan_again", plans.second, swept + spent
        if few := numbers[: self.steering.replicates]:
            begun = clock()
            some = RatedRuns(runs.rates[: len(few)], runs.losses[: len(few)])
            models = run_models(some, few, self.steering.fit)
            before = swept * len(few) / len(numbers) + clock() - begun
            for name, look_ahead in self.steering.look_ahead.items():
                begun = clock()
                chosen = Choice(steered(task, models, few, look_ahead), count)
                yield name, chosen, before + clock() - begun
