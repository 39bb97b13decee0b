"""All policies on one solvable task, in every replicate."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from pathlode.registry import SOLVABLE_TASKS
from pathlode.schedule.planning.contract import RatedRuns, RateModel
from pathlode.schedule.planning.latent_ode import ClockedConfig, ClockedODE
from pathlode.schedule.planning.modes import QuadraticModes
from pathlode.schedule.planning.planner import PlanConfig, plan
from pathlode.schedule.solvable.artefacts import OPTIMAL, SolvableOutcomes, SolvableSchedules
from pathlode.schedule.solvable.contract import SolvableTask
from pathlode.schedule.solvable.net import Net
from pathlode.schedule.solvable.optimum import Oracle, optimum
from pathlode.schedule.solvable.policies import (
    Choice,
    SeedStream,
    TrialConfig,
    best,
    constant_then_decay,
    planned,
    sweep,
    sweep_again,
    tuned_d_adaptation,
    tuned_decay,
    tuned_peak,
    tuned_prodigy,
    tuned_schedule_free,
)
from pathlode.schedule.solvable.quadratic import Quadratic
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
                losses = (chosen.trains or task).expected(chosen.rates).numpy()
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
        if task.noise:  # the expected loss is known exactly
            begun = clock()
            yield (
                "knots",
                Choice(plan(Oracle(task), _first(runs, 1), PlanConfig(**config.plan)).rates, 0),
                clock() - begun,
            )
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
        if isinstance(task, Quadratic):
            begun = clock()
            yield "schedule_free", tuned_schedule_free(task, numbers, allowed), clock() - begun
            begun = clock()
            yield "d_adaptation", tuned_d_adaptation(task, numbers, allowed), clock() - begun
        if isinstance(task, Net):
            begun = clock()
            yield "prodigy", tuned_prodigy(task, numbers, allowed), clock() - begun
        modes = partial(QuadraticModes, members=config.members)
        yield from self._planned(task, "plan", runs, numbers, swept, modes, SeedStream.OWN)
        settings = dict(config.latent_ode)
        if few := numbers[: settings.pop("replicates", 0)]:
            clocked = partial(ClockedODE, members=config.members, config=ClockedConfig(**settings))
            yield from self._planned(task, "plan_latent", runs, few, swept, clocked, SeedStream.OWN_LATENT)
        if few := numbers[: self.steering.replicates]:
            begun = clock()
            models = run_models(_first(runs, len(few)), few, self.steering.fit)
            before = swept * len(few) / len(numbers) + clock() - begun
            for name, look_ahead in self.steering.look_ahead.items():
                begun = clock()
                chosen = Choice(steered(task, models, few, look_ahead), count)
                yield name, chosen, before + clock() - begun

    def _planned(
        self,
        task: SolvableTask[Any],
        policy: str,
        runs: RatedRuns,
        numbers: Sequence[int],
        swept: float,
        made: Callable[[RatedRuns], RateModel],
        own: SeedStream,
    ) -> Iterator[tuple[str, Choice, float]]:
        """A plan through a model in these replicates, and one after an own run."""
        begun, before = time.process_time(), swept * len(numbers) / len(self.replicates)
        plans = planned(task, _first(runs, len(numbers)), numbers, PlanConfig(**self.config.plan), made, own)
        spent = time.process_time() - begun
        yield policy, plans.first, before + plans.seconds
        yield f"{policy}_again", plans.second, before + spent


def _first(runs: RatedRuns, count: int) -> RatedRuns:
    """The first sets of runs."""
    return RatedRuns(runs.rates[:count], runs.losses[:count])
