"""Times of repeated operations, each beside a peer: simulations, draws from a posterior, a scheduler's decisions and plans.

All run on one core, at the sizes of the default configuration, with untrained weights, which cost the same as trained ones.

    make bench    writes results/benchmarks/answers.csv and the table of docs/costs.md
"""

import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
import yaml
from keeping import keep, show
from scipy.integrate import solve_ivp
from scipy.optimize import minimize
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel

from pathlode.dynamics.systems.lotka_volterra import LotkaVolterra
from pathlode.inference.box import Box
from pathlode.inference.flows.settings import FlowConfig
from pathlode.registry import FLOWS
from pathlode.schedule import FitConfig, LatentODELR, LookAheadConfig, Runs, fit
from pathlode.schedule.planning.knots import Knots
from pathlode.schedule.planning.modes import QuadraticModes
from pathlode.schedule.planning.planner import FLOOR_OF_RATES, PlanConfig, plan
from pathlode.schedule.solvable.policies import TrialConfig, sweep
from pathlode.schedule.solvable.river import River
from workflow.configuration.solvable import trial_settings

MANY = 10_000
ROUNDS = 5


@dataclass(frozen=True)
class Work:
    """One thing to time.

    Attributes:
        name: its name in the table.
        once: function that does it.
        share: share of the whole that ``once`` does; the seconds are divided by it.
    """

    name: str
    once: Callable[[], object]
    share: float = 1.0

    def seconds(self) -> float:
        """Median of the CPU time over rounds, after a first one that does not count."""
        self.once()
        taken = []
        for _ in range(ROUNDS):
            started = time.process_time()
            self.once()
            taken.append(time.process_time() - started)
        return statistics.median(taken) / self.share


def simulations() -> tuple[Work, Work]:
    """Lotka-Volterra trajectories at 50 times, ours and by scipy's DOP853 one at a time, to 1e-10."""
    rng, system = np.random.default_rng(0), LotkaVolterra()
    theta, times = system.draw(MANY, rng), np.sort(rng.uniform(0, 12, (MANY, 50)), axis=1)

    def one(p: np.ndarray, at: np.ndarray) -> object:
        def field(_: float, s: np.ndarray) -> list[float]:
            return [p[0] * s[0] - p[1] * s[0] * s[1], p[3] * s[0] * s[1] - p[2] * s[1]]

        return solve_ivp(field, (0, 12), p[4:], "DOP853", at, rtol=1e-10, atol=1e-10)

    some = 50
    return (
        Work(f"{MANY:,} simulations", lambda: system.solution(theta, times)),
        Work("scipy's DOP853, one at a time", lambda: [one(theta[i], times[i]) for i in range(some)], some / MANY),
    )


def draws(settings: dict[str, Any]) -> tuple[Work, Work]:
    """Draws from one posterior, with both libraries."""
    box = Box(torch.tensor(LotkaVolterra.low), torch.tensor(LotkaVolterra.high))
    generator = torch.Generator().manual_seed(0)
    theta = box.low + (box.high - box.low) * torch.rand(200, 6, generator=generator)
    context = torch.randn(200, 8, generator=generator)
    flows = {}
    for backend in ("zuko", "nflows"):
        flows[backend] = FLOWS[backend](box, 8, FlowConfig(**settings | {"backend": backend, "steps": 10}), 0)
        flows[backend].fit(theta, context)
    return (
        Work(f"{MANY:,} draws from a posterior, zuko's flow", lambda: flows["zuko"].sample(MANY, context[:1])),
        Work("nflows' flow", lambda: flows["nflows"].sample(MANY, context[:1])),
    )


def decisions(settings: dict[str, Any], look_ahead: dict[str, Any]) -> tuple[Work, Work]:
    """One decision of the scheduler, and an AdamW step of a network with a million weights."""
    steps = np.arange(1, 101)
    past = Runs(
        pd.concat(
            pd.DataFrame(
                {"run_id": str(peak), "step": steps, "lr": peak, "train_loss": 1 / steps, "val_metric": 1 - 1 / steps}
            )
            for peak in (0.001, 0.003, 0.01)
        )
    )
    model = fit(past, FitConfig(**settings | {"steps": 0}))
    optimiser = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)
    scheduler = LatentODELR(optimiser, model, 100, LookAheadConfig(**look_ahead))
    for step in range(1, model.config.window + 2):
        optimiser.step()
        scheduler.step(loss=1 / step, metric=1 - 1 / step)
    network = torch.nn.Sequential(torch.nn.Linear(500, 1000), torch.nn.ReLU(), torch.nn.Linear(1000, 500))
    adam, batch = torch.optim.AdamW(network.parameters(), fused=True), torch.randn(128, 500)

    def train() -> None:
        adam.zero_grad()
        network(batch).square().mean().backward()
        adam.step()

    def look_ahead_once() -> None:
        scheduler.record(loss=1 / model.config.window)  # without a new loss there is no decision
        scheduler._decide(model.config.window, scheduler._moment(model.config.window))

    decide = Work("a decision of the scheduler", look_ahead_once)
    decide.once()
    if scheduler.decisions[-1].outcome not in (
        "new schedule",
        "kept: no future has such a loss",
    ):  # with both outcomes, all futures are solved
        raise RuntimeError(f"no decision was timed: {scheduler.decisions[-1].outcome}")
    return decide, Work("a training step of a million weights, batch of 128", train)


def plans(config: TrialConfig) -> tuple[Work, Work]:
    """A plan through fitted modes of a sweep's runs, and one through a Gaussian process of their losses over the knots."""
    task, search = River(), PlanConfig(**config.plan)
    runs = sweep(task, [0], config)
    model = QuadraticModes(runs, config.members)
    model.fit(runs)
    peaks = runs.rates.amax(dim=2)
    knots = Knots(task.steps, FLOOR_OF_RATES * peaks.amin(dim=1), peaks.amax(dim=1, keepdim=True))
    inputs = knots.free(runs.rates.clamp(min=knots.low[:, None, None]))[0].numpy()
    losses = runs.losses[0, :, -1].log().numpy()
    kernel = ConstantKernel() * RBF(np.ones(inputs.shape[1])) + WhiteKernel()
    process = GaussianProcessRegressor(kernel, normalize_y=True).fit(inputs, losses)

    def feared(free: np.ndarray) -> float:
        mean, deviation = process.predict(free[None], return_std=True)
        return float(mean[0] + search.caution * deviation[0])

    def through_process() -> None:
        for start in inputs[losses.argsort()[: search.starts]]:
            minimize(feared, start, method="L-BFGS-B", options={"maxiter": search.iterations})

    return (
        Work(f"a plan of {task.steps} steps from {len(inputs)} past runs", lambda: plan(model, runs, search)),
        Work("L-BFGS through scikit-learn's Gaussian process of the knots", through_process),
    )


def main() -> None:
    """Times all and writes the table."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    torch.set_num_threads(1)
    inference, scheduler = (
        yaml.safe_load(Path(f"config/{name}.yaml").read_text())[name] for name in ("inference", "scheduler")
    )
    rows = []
    for ours, peer in (
        simulations(),
        draws(inference["flow"]),
        decisions(scheduler["fit"], scheduler["look_ahead"]),
        plans(TrialConfig(**trial_settings(scheduler))),
    ):
        mine, theirs = ours.seconds(), peer.seconds()
        rows.append({"what": ours.name, "seconds": mine, "peer": peer.name, "times_ours": theirs / mine})
    table = pd.DataFrame(rows)
    keep(table, "answers")
    shown = table.map(lambda value: f"{float(f'{value:.2g}'):g}" if isinstance(value, float) else value)
    shown.columns = ["what", "CPU seconds", "peer", "its time, times ours"]
    print(shown.to_string(index=False))
    show(shown.to_markdown(index=False, disable_numparse=True), "answers", "docs/costs.md")


if __name__ == "__main__":
    main()
