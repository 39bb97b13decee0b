"""Estimated cost of the paper scale: seconds per training step, timed on one core at full size, times the number of steps.

All seeds of a job train together, as in the pipeline; data are random where only their shapes matter. The cost of jobs that
are not timed is that of the last run at the scale hour (results/provenance.csv) times the ratio of the numbers of jobs and of
the work in each (:data:`WORK`). Disk space is scaled by the ratio of the numbers of jobs.

    make plan    writes results/benchmarks/plan.csv and the table in docs/cluster.md; needs results/ of the scale hour
"""

import re
import resource
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd
import torch
import yaml
from keeping import keep, show
from snakemake.utils import update_config

from pathlode.core.series import Observed, TimeSeries
from pathlode.dynamics.data import SimulationConfig, simulate
from pathlode.inference.box import Box
from pathlode.inference.flows import FlowConfig
from pathlode.registry import FLOWS, POLICIES, SYSTEMS
from pathlode.schedule.tasks import Data, Examples, Task
from pathlode.schedule.training import RunConfig, train
from pathlode.training.experiment import Experiment
from workflow.chapters import CHAPTERS
from workflow.configuration import check, default_config
from workflow.configuration.dynamics import (
    replicate_batches,
    row_axes,
    row_parts,
    row_training,
    trained_rows,
    tuned_as,
    tuning,
)
from workflow.configuration.ecg import latent_ode
from workflow.configuration.inference import batches, flow_settings

BATCHES = 3
"""Timed steps of the expensive networks of the scheduler's tasks."""
SHAPES = {"fashion_mnist": ((1, 28, 28), 10), "cifar100": ((3, 32, 32), 100), "tinystories": (None, 128)}
"""Shape of an example, and number of classes, by data set; a text's length is its context."""

WORK: dict[str, Callable[[Any], float]] = {
    "evaluate": lambda config: config["dynamics"]["batch"],
    "reconstruct": lambda config: len(config["ecg"]["seeds"]) * len(config["ecg"]["latent_odes"]),
    "classify": lambda config: len(config["ecg"]["seeds"]) * config["ecg"]["trees"]["rounds"],
    "sample_reference": lambda config: (
        len(batches(config["inference"]["reference"]["systems"])[0]) * config["inference"]["reference"]["mcmc"]["steps"]
    ),
    "calibrate": lambda config: (
        len(config["inference"]["seeds"])
        * len(config["inference"]["training_sets"])
        * (
            config["systems"][config["inference"]["system"]]["simulate"]["test"] * config["inference"]["draws"]
            + config["inference"]["reference"]["systems"] * config["inference"]["reference"]["draws"]
        )
    ),
    "fit_run_model": lambda config: len(config["scheduler"]["fit_seeds"]) * config["scheduler"]["fit"]["steps"],
}
"""Quantity to which a job's time is proportional, by rule; the time of other rules is taken as the same at all scales."""
STACKED = 10
"""Members of a timed stack of latent ODEs; more of them cost as much each."""
CORES = 16
"""Cores of a small cluster, for which the time is given."""
ORDER = [*CHAPTERS, "paper"]
HEADS = {
    "jobs": "jobs",
    "gpu_jobs": "that ask for a GPU",
    "core_hours": "hours of one CPU core",
    "gpu_core_hours": "of them, of jobs that ask for a GPU",
    "longest_job_hours": "longest job (h)",
    "hours_on_cores": f"on {CORES} cores, at least (h)",
    "gigabytes": "disk (GB)",
}

Hours = Iterator[tuple[str, str, float]]
"""Rule, part of it, and the hours on one core of each of its jobs."""


def per_step(run: Callable[[int], object], few: int = 5, more: int = 10, most: int = 512) -> float:
    """Seconds of one more step, from increasing numbers of steps until these take a second."""
    run(few)
    while True:
        seconds = []
        for steps in (few, more):
            started = time.perf_counter()
            run(steps)
            seconds.append(time.perf_counter() - started)
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
    """Training, tuning and sizes of the systems of the dynamics and inference chapters; grids that grow take longer."""
    grid, inference = config["dynamics"], config["inference"]
    summaries = {each["latents"] for each in inference["summaries"].values() if "latents" in each}
    for name in [*grid["systems"], inference["system"]]:
        entry = config["systems"][name]
        drawn = {**entry["simulate"], "train": 256, "validation": 2, "test": 2, "seed": 0}
        data = simulate(SYSTEMS[entry["system"]](), SimulationConfig(**drawn)).observed
        rows = trained_rows(config, name) if name in grid["systems"] else sorted(summaries)
        steps_tuned = tuning(config, name)["steps"]
        steps: dict[str, float] = {}  # one row with each model, field and encoder: losses cost about the same
        for row in rows:
            parts = row_parts(config, name, row)
            if "loss" not in parts:
                continue
            model = str({part: value for part, value in parts.items() if part != "loss"})
            if model not in steps:
                sizes = {"model": entry["model"], "train": entry["train"], "learning_rate": 0.001}
                steps[model] = (
                    trained(Experiment(weight=0.1, seeds=range(STACKED), **{**sizes, **parts}), data) / STACKED
                )
            for batch, replicates in replicate_batches(config, name).items():
                hours = steps[model] * len(replicates) * row_training(config, name, row)["steps"] / 3600
                place = f"{name} {batch} {row}"
                yield "train", place, hours
                if tuned_as(config, row) == row:
                    candidates = sum(len(axis["values"]) for axis in row_axes(config, name, row).values()) - 1
                    yield "tune", place, steps[model] * len(replicates) * candidates * steps_tuned / 3600
                if name in config["sizes"]["systems"] and row in config["sizes"]["rows"]:
                    yield "size", place, hours * len(config["sizes"]["models"])


def ecg(config: Mapping[str, Any]) -> Hours:
    """Encoders of heartbeats; the classifiers are not timed."""
    windows = torch.randn(512, 280, 1)
    series = TimeSeries(torch.linspace(-0.28, 0.5, 280).expand(512, -1), windows)
    data = Observed(series, TimeSeries(series.times[:2], series.values[:2]))
    for name, entry in config["ecg"]["latent_odes"].items():
        settings = latent_ode(config, name)
        step = trained(Experiment(seeds=config["ecg"]["seeds"], **settings), data)
        for split in entry.get("splits", config["ecg"]["splits"]):
            yield "train_encoder", f"{split} {name}", step * settings["train"]["steps"] / 3600


def inference(config: Mapping[str, Any]) -> Hours:
    """Flows, one job for all seeds and numbers of simulations, with the number of steps without early stopping."""
    entry = config["inference"]
    system = SYSTEMS[config["systems"][entry["system"]]["system"]]
    prior = Box(torch.tensor(system.low), torch.tensor(system.high))
    summaries = torch.randn(512, 8)
    parameters = prior.low + (prior.high - prior.low) * torch.rand(len(summaries), len(system.low))
    for backend, names in entry["flows"].items():

        def run(steps: int, backend: str = backend) -> None:
            settings = flow_settings(entry, "path") | {"steps": steps, "validate_every": steps}
            flow = FLOWS[backend](prior, summaries.shape[-1], FlowConfig(backend=backend, **settings), 0)
            flow.fit(parameters.float(), summaries)

        fits = len(entry["training_sets"]) * len(entry["seeds"])
        hours = per_step(run, 10, 20) * entry["flow"]["steps"] * fits / 3600
        yield from (("fit_flows", f"{backend} {name}", hours) for name in names)


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
    tunings = len(entry["sweep"]["seeds"])
    for name in names:
        hours, finals = one_run(entry["tasks"][name]), len(entry["tasks"][name]["seeds"])
        for policy in policies:
            yield "tune_policy", f"{name} {policy}", hours * (len(entry["policies"][policy]) * tunings + finals)
        for learner in learners:
            settings = entry["learners"][learner]
            if name in settings.get("tasks", names):
                yield "apply_policy", f"{name} {learner}", hours * (settings.get("mixes", 0) * tunings + finals)


def chapters() -> dict[str, str]:
    """The chapter of every rule, from the name of the rule's file."""
    files = [(path.stem.removesuffix("_results"), path.read_text()) for path in Path("rules").glob("*.smk")]
    return {rule: chapter for chapter, text in files for rule in re.findall(r"^rule (\w+):", text, re.MULTILINE)}


@dataclass(frozen=True)
class Plan:
    """Snakemake's plan of a run.

    Attributes:
        jobs: number of jobs by rule.
        gpu: rules whose jobs request a GPU.
        seconds: duration of planning.
        gigabytes: memory of planning.
    """

    jobs: dict[str, int]
    gpu: set[str]
    seconds: float
    gigabytes: float


def planned(*overlay: str) -> Plan:
    """The plan of a run from scratch."""
    command = [sys.executable, "-m", "snakemake", "--dry-run", "--forceall", "--nocolor", *overlay]
    started = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    seconds, text = time.monotonic() - started, done.stdout + done.stderr
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / (1 if sys.platform == "darwin" else 2**-10)
    lines = text.split("Job stats:")[1].split("total")[0].splitlines()
    jobs = {found[1]: int(found[2]) for line in lines if (found := re.match(r"(\w+) +(\d+)$", line))}
    gpu = re.findall(r"^rule (\w+):\n(?:    .*\n)*?    resources: .*\bgpu=[1-9]", text, re.MULTILINE)
    return Plan(jobs, set(gpu), seconds, most / 1e9)


def main() -> None:
    """Times, counts and writes."""
    torch.set_num_threads(1)
    default, config = (default_config() for _ in range(2))
    update_config(config, yaml.safe_load(Path("config/paper.yaml").read_text()))
    check(config)
    plan, before = planned("--configfile", "config/paper.yaml"), planned().jobs
    made = pd.read_csv("results/provenance.csv")
    made["bytes"] = [path.stat().st_size if (path := Path(file)).exists() else 0 for file in made["file"]]
    ran = made.drop_duplicates(["rule", "wildcards"]).groupby("rule")["cpu_seconds"].sum() / 3600
    space = made.groupby("rule")["bytes"].sum() / 1e9
    hours: dict[str, list[float]] = defaultdict(list)
    for measure in (dynamics, ecg, inference, scheduler):
        for rule, what, needed in measure(config):
            hours[rule].append(needed)
            print(f"{rule:15} {what:45} {needed:10.1f} h", flush=True)
    rows, of = [], chapters()
    for rule, count in plan.jobs.items():
        if rule == "all":
            continue
        ratio = count / before[rule] if rule in before else 1.0
        harder = WORK[rule](config) / WORK[rule](default) if rule in WORK else 1.0
        each = harder * ran.get(rule, 0.0) / before.get(rule, 1)
        measured = hours.get(rule) or [each] * count
        assert len(measured) == count, rule
        facts = (of[rule], rule, count, rule in plan.gpu)
        rows.append((*facts, sum(measured), max(measured), ratio * space.get(rule, 0.0)))
    columns = ["chapter", "rule", "jobs", "gpu", "core_hours", "longest_job_hours", "gigabytes"]
    table = pd.DataFrame(rows, columns=columns).sort_values("chapter", key=lambda c: c.map(ORDER.index), kind="stable")
    keep(table, "plan")
    table = table.assign(gpu_jobs=table["jobs"] * table["gpu"], gpu_core_hours=table["core_hours"] * table["gpu"])
    how = {name: "max" if name == "longest_job_hours" else "sum" for name in HEADS}
    table["hours_on_cores"] = table["core_hours"] / CORES
    shown = table.groupby("chapter", sort=False).agg(how)
    shown["hours_on_cores"] = shown[["hours_on_cores", "longest_job_hours"]].max(axis=1)
    shown = shown.rename(columns=HEADS).reset_index()
    text = shown.to_markdown(index=False, floatfmt=".2g", intfmt=",")
    text += f"\n\nSnakemake plans the jobs in {plan.seconds:.0f} s, with {plan.gigabytes:.1f} GB of memory."
    show(text, "plan", "docs/cluster.md")


if __name__ == "__main__":
    main()
