"""Estimated cost of the paper scale: seconds per training step, timed on one core at full size, times the number of steps.

The cost of jobs that are not timed is that of the last run at the scale hour (results/provenance.csv) times the ratio of the
numbers of jobs and of the work in each (:data:`WORK`). Disk space is scaled by the ratio of the numbers of jobs.

    make plan    writes results/benchmarks/plan.csv and the table in docs/cluster.md; needs results/ of the scale hour
"""

import re
import resource
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import torch
import yaml
from keeping import keep, show
from snakemake.utils import update_config
from timings import MEASURES, TIMED

from pathlode.reporting.records import Provenance
from workflow.chapters import CHAPTERS
from workflow.configuration import check, default_config
from workflow.configuration.inference import reference_parts
from workflow.configuration.replicates import replicate_numbers

WORK: dict[str, Callable[[Any], float]] = {
    "evaluate": lambda config: config["dynamics"]["batch"],
    "time_steps": lambda config: config["dynamics"]["batch"] ** 2,  # a round for each member, of all members
    "reconstruct": lambda config: len(replicate_numbers(config, "ecg")) * len(config["ecg"]["rows"]),
    "classify": lambda config: len(replicate_numbers(config, "ecg")) * config["ecg"]["trees"]["rounds"],
    "sample_reference": lambda config: (
        len(reference_parts(range(config["inference"]["batch"]), config["inference"]["reference"]["systems"])[0])
        * config["inference"]["reference"]["mcmc"]["steps"]
    ),
    "calibrate": lambda config: (
        config["inference"]["batch"]
        * max(map(len, config["inference"]["training_sets"].values()))
        * (
            config["systems"][config["inference"]["system"]]["simulate"]["test"] * config["inference"]["draws"]
            + config["inference"]["reference"]["systems"] * config["inference"]["reference"]["draws"]
        )
    ),
    "score_rows": lambda config: config["rivals"]["batch"],
    "fit_run_model": lambda config: config["scheduler"]["batch"] * config["scheduler"]["fit"]["steps"],
}
"""Quantity to which a job's time is proportional, by rule; the time of other rules is taken as the same at all scales."""
UNRECORDED = {"all", *CHAPTERS, "paper", "trace"}
"""Rules without a record: targets, and the rule that collects the records."""
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


def chapters() -> dict[str, str]:
    """The chapter of every rule, from the name of the rule's file."""
    files = [(path.stem.removesuffix("_results"), path.read_text()) for path in Path("rules").glob("*.smk")]
    return {rule: chapter for chapter, text in files for rule in re.findall(r"^rule (\w+):", text, re.MULTILINE)}


def recorded(planned: Iterable[str]) -> pd.DataFrame:
    """CPU hours and gigabytes by rule in the last run; it must have a record of every planned rule that is not timed."""
    made = Provenance.load(Path("results/provenance.csv")).table
    lacking = [rule for rule in planned if rule not in {*made["rule"], *TIMED, *UNRECORDED}]
    if lacking:
        sys.exit(
            f"results/provenance.csv has no job of {', '.join(lacking)}: run `make reproduce` with all chapters first"
        )
    made["gigabytes"] = [path.stat().st_size / 1e9 if (path := Path(file)).exists() else 0 for file in made["file"]]
    hours = made.drop_duplicates(["rule", "wildcards"]).groupby("rule")["cpu_seconds"].sum() / 3600
    return pd.DataFrame({"hours": hours, "gigabytes": made.groupby("rule")["gigabytes"].sum()})


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
    ran = recorded(before)
    hours: dict[str, list[float]] = defaultdict(list)
    for measure in MEASURES:
        for rule, what, needed in measure(config):
            hours[rule].append(needed)
            print(f"{rule:15} {what:45} {needed:10.1f} h", flush=True)
    rows, of = [], chapters()
    for rule, count in plan.jobs.items():
        if rule == "all":
            continue
        last = ran.loc[rule] if rule in ran.index else pd.Series({"hours": 0.0, "gigabytes": 0.0})
        ratio = count / before.get(rule, count)
        harder = WORK[rule](config) / WORK[rule](default) if rule in WORK else 1.0
        measured = hours[rule] if rule in TIMED else [harder * last["hours"] / before.get(rule, 1)] * count
        assert len(measured) == count, rule
        facts = (of[rule], rule, count, rule in plan.gpu)
        rows.append((*facts, sum(measured), max(measured), ratio * last["gigabytes"]))
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
