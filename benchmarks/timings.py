"""Hours of the expensive jobs of a scale on one core, from a few timed steps of each at full size.

All seeds of a job train together, as in the pipeline; data are random where only their shapes matter.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import torch

from pathlode.core.observed import Observed
from pathlode.core.series import TimeSeries
from pathlode.dynamics.simulation import SimulationConfig, simulate
from pathlode.inference.box import Box
from pathlode.inference.flows.settings import FlowConfig
from pathlode.inference.fresh import FreshConfig, FreshTraining
from pathlode.inference.random_designs import RandomDesigns
from pathlode.inference.simulations import SystemSimulations
from pathlode.inference.summaries import Summary
from pathlode.registry import FLOWS, POLICIES, SYSTEMS
from pathlode.schedule.tasks.contract import Task
from pathlode.schedule.tasks.data import Data, Examples
from pathlode.schedule.training import RunConfig, train
from pathlode.training.experiment import Experiment
from workflow.configuration.dynamics import trained_rows
from workflow.configuration.ecg import beat_settings
from workflow.configuration.inference import design_settings
from workflow.configuration.replicates import replicate_batches, replicate_numbers
from workflow.configuration.rivals import compared_rows
from workflow.configuration.rows import row_axes, row_parts, row_settings, tuned_as, tuning
from workflow.configuration.summaries import flow_settings, fresh_summaries, fresh_training, summary_settings

TIMED = {"train", "tune", "size", "train_encoder", "fit_flows", "fit_fresh", "tune_policy", "apply_policy"}
"""Rules whose jobs are timed."""
STACKED = 10
"""Members of a timed stack of latent ODEs; more of them cost as much each."""
BATCHES = 3
"""Timed steps of the expensive networks of the scheduler's tasks."""
SHAPES = {"fashion_mnist": ((1, 28, 28), 10), "cifar100": ((3, 32, 32), 100), "tinystories": (None, 128)}
"""Shape of an example, and number of classes, by data set; a text's length is its context."""

Hours = Iterator[tuple[str, str, float]]
"""Rule, part of it, and the hours on one core of each of its jobs."""


def per_step(run: Callable[[int], object], few: int = 5, more: int = 10, most: int = 512) -> float:
    """CPU seconds of one more step, from increasing numbers of steps until these take a second."""
    run(few)
    while True:
        seconds = []
        for steps in (few, more):
            started = time.process_time()
            run(steps)
            seconds.append(time.process_time() - started)
        difference = seconds[1] - seconds[0]
        if difference > 1 or 2 * more > most:
            return difference / (more - few)
        more *= 2


def trained(experiment: Experiment, data: Observed) -> float:
    """Seconds per step of a latent ODE's training."""

    def run(steps: int) -> None:
        train = {**experiment.train, "steps": steps, "validate_every": steps}
        replace(experiment, train=train).trainer(data).run()

    return per_step(run)


def dynamics(config: Mapping[str, Any]) -> Hours:
    """Training, tuning and sizes of dynamics, inference and rivals, of the last without the rows that dynamics trains;
    grids that grow take longer."""
    grid, inference = config["dynamics"], config["inference"]
    summaries = {each["latents"] for each in inference["summaries"].values() if "latents" in each}
    places = [*((name, "dynamics") for name in grid["systems"]), (inference["system"], "inference")]
    for name, chapter in [*places, *((name, "rivals") for name in config["rivals"]["systems"])]:
        entry = config["systems"][name]
        drawn = {**entry["simulate"], "train": 256, "validation": 2, "test": 2, "seed": 0}
        data = simulate(SYSTEMS[entry["system"]](), SimulationConfig(**drawn)).observed
        rows = {
            "dynamics": trained_rows(config, name),
            "inference": sorted(summaries),
            "rivals": [row for row in compared_rows(config, name) if row not in trained_rows(config, name)],
        }[chapter]
        steps_tuned = tuning(config, name)["steps"]
        steps: dict[str, float] = {}  # one row with each model, its sizes and parts: losses cost about the same
        for row in rows:
            parts, settings = row_parts(config, name, row), row_settings(config, name, row)
            model = str([{part: value for part, value in parts.items() if part != "loss"}, settings])
            if "loss" not in parts:
                steps[model] = 0.0  # fitted in closed form
            if model not in steps:
                given: dict[str, Any] = {**settings, **parts}
                stack = Experiment(weight=0.1, learning_rate=0.001, seeds=range(STACKED), **given)
                steps[model] = trained(stack, data) / STACKED
            for batch, replicates in replicate_batches(config, chapter).items():
                hours = steps[model] * len(replicates) * settings["train"]["steps"] / 3600
                place = f"{name} {batch} {row}"
                yield "train", place, hours
                if tuned_as(config, row) == row:
                    candidates = sum(len(axis["values"]) for axis in row_axes(config, name, row).values()) - 1
                    yield "tune", place, steps[model] * len(replicates) * candidates * steps_tuned / 3600
                if chapter == "dynamics" and name in config["sizes"]["systems"] and row in config["sizes"]["rows"]:
                    yield "size", place, hours * len(config["sizes"]["tried"])


def ecg(config: Mapping[str, Any]) -> Hours:
    """Encoders of heartbeats; the classifiers are not timed."""
    windows = torch.randn(512, 280, 1)
    series = TimeSeries(torch.linspace(-0.28, 0.5, 280).expand(512, -1), windows)
    data = Observed(series, TimeSeries(series.times[:2], series.values[:2]))
    for name, entry in config["ecg"]["rows"].items():
        settings = beat_settings(config, name)
        step = trained(Experiment(seeds=replicate_numbers(config, "ecg"), **settings), data)
        for split in entry.get("splits", config["ecg"]["splits"]):
            yield "train_encoder", f"{split} {name}", step * settings["train"]["steps"] / 3600


def inference(config: Mapping[str, Any]) -> Hours:
    """Flows, one job a batch: for all numbers of simulations and replicates, without early stopping, or on fresh ones."""
    entry = config["inference"]
    fresh = fresh_summaries(entry)
    system = SYSTEMS[config["systems"][entry["system"]]["system"]]
    prior = Box(torch.tensor(system.low), torch.tensor(system.high))
    summaries = torch.randn(512, 8)
    parameters = prior.low + (prior.high - prior.low) * torch.rand(len(summaries), len(system.low))
    for backend, names in entry["flows"].items():

        def run(steps: int, backend: str = backend) -> None:
            settings = flow_settings(entry, "path") | {"steps": steps, "validate_every": steps}
            flow = FLOWS[backend](prior, summaries.shape[-1], FlowConfig(backend=backend, **settings), 0)
            flow.fit(parameters.float(), summaries)

        sizes = entry["training_sets"].get(backend, [])
        steps = sum(flow_settings(entry, "path", size)["steps"] for size in sizes)
        hours = per_step(run, 10, 20) * steps / 3600
        own = {name: fresh_hours(config, backend, name) for name in names if name in fresh}
        for batch, replicates in replicate_batches(config, "inference").items():
            for name in names:
                place = f"{batch} {backend} {name}"
                yield ("fit_fresh", place, own[name]) if name in own else ("fit_flows", place, hours * len(replicates))


def fresh_hours(config: Mapping[str, Any], backend: str, name: str) -> float:
    """Hours of a flow's training on fresh simulations: its steps and its pools. Few systems of a pool are timed."""
    entry = config["inference"]
    drawn = config["systems"][entry["system"]]
    system, summary = SYSTEMS[drawn["system"]], Summary(**summary_settings(entry, name))
    simulations = SystemSimulations(
        system(),
        drawn["simulate"]["window"],
        RandomDesigns(**design_settings(config)),
        summary.of_scattered,
    )
    prior = Box(torch.tensor(system.low), torch.tensor(system.high))
    numbers = simulations.pool(2, (0, 0)).observe(torch.arange(2), torch.Generator()).shape[-1]
    settings = FreshConfig(**fresh_training(entry, name))

    def run(steps: int) -> None:
        flow = FLOWS[backend](prior, numbers, FlowConfig(backend=backend, **flow_settings(entry, name)), 0)
        few = replace(
            settings, steps=steps, simulated=settings.batch, views=steps + 1, validated=2, validate_every=steps
        )
        FreshTraining(flow, simulations, few).run()

    a_system = per_step(
        lambda count: simulations.pool(count, (0, 0)), settings.batch, 2 * settings.batch, settings.simulated
    )
    pools = -(-settings.steps // settings.steps_per_pool)
    return (per_step(run) * settings.steps + a_system * pools * settings.simulated) / 3600


def one_run(task: Mapping[str, Any]) -> float:
    """Hours of one training of a task, with the cosine schedule."""
    settings, (shape, classes) = task["run"], SHAPES[task["data"]]
    number, batch = task["examples"]["train"], settings["batch"]
    count = BATCHES * batch
    if shape is None:
        inputs = torch.randint(classes, (count, task["examples"]["context"]))
        examples = Examples(inputs, inputs)
    else:
        examples = Examples(torch.randn(count, *shape), torch.randint(classes, (count,)))
    few = Examples(examples.inputs[:2], examples.targets[:2])
    ((kind, sizes),) = task["network"].items()

    def run(steps: int) -> None:
        chosen = Examples(examples.inputs[: steps * batch], examples.targets[: steps * batch])
        whole = Task(Data(chosen, few, few, classes), kind, sizes)
        train(whole, lambda training: POLICIES["cosine"](training, 0.001), 0, RunConfig(1, batch, steps))

    return per_step(run, 1, BATCHES, BATCHES) * settings["epochs"] * (number // batch) / 3600


def scheduler(config: Mapping[str, Any]) -> Hours:
    """All runs of every policy; separate, short jobs fit the models of runs."""
    entry = config["scheduler"]
    names, policies, learners = (entry["run"][key] for key in ("tasks", "policies", "learners"))
    repeats = entry["sweep"]["repeats"]
    for name in names:
        of_batch = one_run(entry["tasks"][name]) * entry["batch"]
        for batch in replicate_batches(config, "scheduler"):
            for policy in policies:
                runs = len(entry["policies"][policy]) * repeats + 1
                yield "tune_policy", f"{name} {batch} {policy}", of_batch * runs
            for learner in learners:
                settings = entry["learners"][learner]
                if name in settings.get("tasks", names):
                    runs = settings.get("mixes", 0) * repeats + 1
                    yield "apply_policy", f"{name} {batch} {learner}", of_batch * runs


MEASURES = (dynamics, ecg, inference, scheduler)
"""What times each chapter."""
