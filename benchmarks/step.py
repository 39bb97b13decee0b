"""One training step of the oscillator demo: ours against torch.compile, torchode, torchdiffeq and diffrax, at matched accuracy.

All versions have the same trained weights, batch (64 trajectories of 40 irregular points), model, path loss and Adam, in single
precision, pinned to one core. Each adaptive peer gets the loosest tolerance at which its predictions are at least as accurate
as our fixed steps, measured against a tight double-precision solution. Rounds are interleaved, so other load slows all versions
equally, and the table gives ratios of medians.

torch.compile makes one graph of the model and its loss, without our compiled loops. The table gives the time of compilation, or
says that it failed.

    make bench    writes results/benchmarks/step.csv and the table of docs/costs.md
"""

import bisect
import math
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import diffrax_model
import numpy as np
import pandas as pd
import torch
import yaml
from keeping import keep, show
from step_versions import ROUNDS, WEIGHT, Version, as_graph, ours, stacked, union_solve, whole_step, without_kernels

from pathlode import LatentODE, ModelConfig
from pathlode.core.solve import Adaptive, FixedStep
from pathlode.dynamics.simulation import SimulationConfig, simulate
from pathlode.dynamics.systems.coupled_oscillator import CoupledOscillator
from pathlode.training.experiment import Experiment

LOTKA_VOLTERRA = "lotka_volterra_fixed_start"
TOLERANCES = [10.0 ** (-exponent / 8) for exponent in range(8, 57)]  # 1e-1 to 1e-7, eight per decade


def main() -> None:
    """Trains a model for realistic weights, matches accuracies, and times all versions."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # one core for every version, JAX's thread pool included
    torch.set_num_threads(1)
    config = yaml.safe_load(Path("config/systems.yaml").read_text())["systems"]["coupled_oscillator"]
    data = simulate(CoupledOscillator(), SimulationConfig(**config["simulate"]))
    experiment = Experiment(
        loss="path", weight=WEIGHT, learning_rate=0.03, seeds=[0], sizes=config["sizes"], train=config["train"]
    )
    print("training the model that all versions share ...", flush=True)
    trainer = experiment.trainer(data.observed)
    trainer.run()
    model = trainer.model
    assert isinstance(model, LatentODE)
    batch = int(config["train"]["batch"])
    times, values = trainer.training.times[:batch], trainer.training.values[:batch]

    exact = LatentODE(ModelConfig(**vars(model.config))).double()
    exact.load_state_dict(model.state_dict())
    with torch.no_grad():
        tight = Adaptive(rtol=1e-10, atol=1e-10)
        truth = exact(times.double(), values.double(), solver=tight).values

    def error(predicted: Any) -> float:
        return float(np.sqrt(((np.asarray(predicted) - truth.numpy()) ** 2).mean()))

    @torch.no_grad()
    def error_of(solver: FixedStep | Adaptive) -> float:
        return error(model(times, values, solver=solver).values)

    def error_of_union(tolerance: float) -> float:
        with torch.no_grad(), mock.patch("pathlode.models.latent_ode.solve", union_solve(tolerance)):
            return error(model(times, values).values)

    def error_of_diffrax(tolerance: float) -> float:
        return error(diffrax_model.predictions(model, times.numpy(), values.numpy(), tolerance))

    fixed = FixedStep(config["train"]["solver"], config["train"]["solver_steps"])
    reached = error_of(fixed)

    def matched(errors: Callable[[float], float]) -> tuple[float, float]:
        """The loosest tolerance that is as accurate as our fixed steps, by bisection, and its error."""
        tolerance = TOLERANCES[bisect.bisect_left(TOLERANCES, True, key=lambda t: errors(t) <= reached)]
        return tolerance, errors(tolerance)

    print("matching the peers' accuracy to ours ...", flush=True)
    torchode = matched(lambda tolerance: error_of(Adaptive("tsit5", tolerance, tolerance)))
    union = matched(error_of_union)
    diffrax = matched(error_of_diffrax)

    one, five = stacked(model, 1), stacked(model, 5)
    plain = without_kernels(ours(stacked(model, 1), times, values, fixed))
    torchode_step = ours(stacked(model, 1), times, values, Adaptive("tsit5", torchode[0], torchode[0]))
    union_step = ours(stacked(model, 1), times, values, fixed)

    def torchdiffeq_step() -> None:
        with mock.patch("pathlode.models.latent_ode.solve", union_solve(union[0])):
            union_step()

    versions = [
        Version("pathlode, one model", None, reached, ours(one, times, values, fixed)),
        Version("pathlode, five models stacked", None, reached, ours(five, times, values, fixed), models=5),
        *(
            Version(f"a whole step with SOAP, {name}", None, math.nan, whole_step("coupled_oscillator", models), models)
            for name, models in (("one model", 1), ("five models", 5), ("twenty models", 20))
        ),
        *(
            Version(
                f"the same for Lotka-Volterra{at}, five models", None, math.nan, whole_step(LOTKA_VOLTERRA, 5, file), 5
            )
            for at, file in (("", "systems"), (" at the scale `night`", "night"))
        ),
        Version("pathlode, one model, without compiled loops", None, reached, plain),
        as_graph(without_kernels(ours(stacked(model, 1), times, values, fixed, graph=True)), reached),
        Version("our model and encoder, torchode's Tsit5", *torchode, torchode_step),
        Version(
            "our model and encoder, torchdiffeq's dopri5 on the union of times", *union, torchdiffeq_step, rounds=2
        ),
        Version(
            *("JAX, diffrax's Tsit5", *diffrax),
            diffrax_model.stepper(model, times.numpy(), values.numpy(), WEIGHT, diffrax[0]),
        ),
    ]
    table = measure(versions)
    keep(table, "step")
    show(as_markdown(table), "bench", "docs/costs.md")
    print(table.to_string(index=False, float_format="{:.3g}".format))


def as_markdown(table: pd.DataFrame) -> str:
    """The table as Markdown."""
    lines = ["| version | ms per model and step | times ours | RMS error of the solver |", "| --- | --- | --- | --- |"]
    for row in table.to_dict("records"):
        numbers = (row[name] for name in ("ms_per_model_step", "times_ours", "solver_rmse"))
        cells = (row["version"], *("–" if math.isnan(number) else f"{number:.3g}" for number in numbers))
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def measure(versions: list[Version]) -> pd.DataFrame:
    """Median milliseconds per model and step, and their ratio to those of our single model."""
    seconds: dict[str, list[float]] = {version.name: [] for version in versions}
    for version in versions:
        if version.step:
            version.step()  # compilation and allocation
    for number in range(ROUNDS):
        for version in versions:
            if version.step and number < version.rounds:
                started = time.perf_counter()
                version.step()
                seconds[version.name].append((time.perf_counter() - started) / version.models)
    medians = {name: statistics.median(values) if values else math.nan for name, values in seconds.items()}
    return pd.DataFrame(
        {
            "version": [v.name for v in versions],
            "ms_per_model_step": [1e3 * medians[v.name] for v in versions],
            "times_ours": [medians[v.name] / medians[versions[0].name] for v in versions],
            "tolerance": [v.tolerance for v in versions],
            "solver_rmse": [v.error for v in versions],
        }
    )


if __name__ == "__main__":
    main()
