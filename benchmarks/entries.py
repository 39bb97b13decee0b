"""A training step with every entry of the registries, beside one with the default parts: for the list in docs/registry.md.

A step is the trainer's own at the sizes of the oscillator demo, with SOAP, for five models stacked, in single precision on one
core. One part is another than the default at a time. A loss that the default model does not take is timed with the first model
that does, and so is a model's own loss. Solvers have as many field evaluations as the default. Rounds are interleaved, so other
load slows all alike, and processor time is measured, of which the table has the median.

    make bench    writes benchmarks/entries.csv and docs/registry.md
"""

import os
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import torch
import yaml
from keeping import keep

from pathlode.core.solvers.tableaus import Tableau
from pathlode.dynamics.simulation import SimulationConfig, simulate
from pathlode.files import writing
from pathlode.parts import DEFAULT_MODEL, ONLY_WITH, PARTS, offered, parts_of, unused_offer, without_unused
from pathlode.registry import FIELDS, LOSSES, MODELS, SOLVERS, SYSTEMS
from pathlode.training.experiment import Experiment
from workflow.registry_page import COSTS

SYSTEM = "coupled_oscillator"
MEMBERS = 5
ROUNDS = 20


def loss_of(model: str) -> str | None:
    """The plainest loss that a model takes; None if it is not trained."""
    needed = unused_offer(MODELS.words(model), LOSSES.words("none"))
    return None if "training" not in MODELS.words(model) else ONLY_WITH[needed] if needed else "none"


def parts_with(loss: str) -> dict[str, Any]:
    """The first model, with the first of its fields, that takes a loss."""
    needs = LOSSES.words(loss)
    model, field = next(
        (model, field)
        for model in MODELS
        for field in FIELDS
        if needs <= offered(model, field) and unused_offer(offered(model, field), needs) is None
    )
    return {"model": model, "loss": loss} | ({"field": field} if "field" in parts_of(model) else {})


def steps_of(solver: str, evaluations: int) -> int:
    """Steps of a solver with about so many field evaluations."""
    method = SOLVERS[solver]
    return round(evaluations / (len(method.b) if isinstance(method, Tableau) else 1))


def settings(train: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Kind and name of every entry that can be trained with, and what it changes."""
    for name in MODELS:
        if loss := loss_of(name):
            yield "model", name, {"model": name, "loss": loss}
    for part, entries in PARTS.items():
        for name in entries:
            yield part, name, parts_with(name) if part == "loss" else {part: name}
    evaluations = train["solver_steps"] * len(SOLVERS[train["solver"]].b)
    for name in SOLVERS:
        yield "solver", name, {"train": train | {"solver": name, "solver_steps": steps_of(name, evaluations)}}


def steppers() -> dict[tuple[str, str], Callable[[], None]]:
    """A training step with every entry, by kind and name; that with the default parts is ("model", "latent_ode")."""
    config = yaml.safe_load(Path("config/systems.yaml").read_text())["systems"][SYSTEM]
    data = simulate(SYSTEMS[config["system"]](), SimulationConfig(**config["simulate"] | {"train": 500})).observed
    train = config["train"] | {"steps": 10_000}
    default: dict[str, Any] = {
        "sizes": config["sizes"],
        "train": train,
        "loss": "none",
        "learning_rate": 0.001,
        "seeds": range(MEMBERS),
    }

    def stepper(own: dict[str, Any]) -> Callable[[], None]:
        model = own.get("model", DEFAULT_MODEL)
        shared = {key: without_unused(model, default[key]) for key in ("sizes", "train")}
        return Experiment(**default | shared | own).trainer(data).step

    return {(kind, name): stepper(own) for kind, name, own in settings(train)}


def main() -> None:
    """Times all of them on one core."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    torch.set_num_threads(1)
    steps = steppers()
    taken: dict[tuple[str, str], list[float]] = {entry: [] for entry in steps}
    for step in steps.values():
        step()  # allocation
    for _ in range(ROUNDS):
        for entry, step in steps.items():
            started = time.process_time()
            step()
            taken[entry].append(time.process_time() - started)
    ms = {entry: 1e3 * statistics.median(seconds) / MEMBERS for entry, seconds in taken.items()}
    default = ms["model", DEFAULT_MODEL]
    rows = [(*entry, each, each / default) for entry, each in ms.items()]
    table = pd.DataFrame(rows, columns=["kind", "name", "ms", "times"])
    keep(table, "entries")
    with writing(COSTS) as temporary:
        table.to_csv(temporary, index=False, float_format="%.3g")
    print(table.to_string(index=False, float_format="{:.3g}".format))


if __name__ == "__main__":
    main()
