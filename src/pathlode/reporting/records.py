"""Tables of the records that :func:`pathlode.reporting.job.job` writes for every job."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from graphlib import TopologicalSorter

import numpy as np
import pandas as pd

from pathlode.reporting.job_record import JobRecord

COSTS = (
    "chapter",
    "jobs",
    "minutes",
    "CPU minutes",
    "longest job (min)",
    "peak memory of a job (MB)",
    "cores",
    "device",
)
"""Columns of :func:`by_chapter`."""


def by_file(records: Sequence[JobRecord]) -> pd.DataFrame:
    """Provenance of each file, one row per output, sorted by its name.

    Returns:
        file, rule, wildcards, commit, config, seeds, packages, device, cores, threads, begun, seconds, cpu_seconds, peak_mb;
        wildcards, seeds and packages as JSON. The seeds are those of all jobs that a file depends on, as
        ``{"<rule>.<name>": [seed, ...]}``.
    """
    table = pd.DataFrame(records).drop(columns=["inputs", "modules"]).assign(seeds=pd.Series(_all_seeds(records)))
    table = table.explode("outputs").rename(columns={"outputs": "file"})
    for column in ("wildcards", "seeds", "packages"):
        table[column] = table[column].map(json.dumps)
    columns = ["file", *(column for column in table if column != "file")]
    return table[columns].sort_values("file", ignore_index=True)


def by_chapter(records: Sequence[JobRecord], chapters: Mapping[str, str]) -> pd.DataFrame:
    """Cost of each chapter, in the order in which chapters first appear.

    Args:
        records: records of jobs.
        chapters: rule -> chapter.

    Returns:
        chapter, jobs, minutes (in which any of its jobs ran), CPU minutes, longest job (in minutes), peak memory (in MB, of one
        job), cores, and device.
    """
    table = pd.DataFrame(records)
    table["begun"] = pd.to_datetime(table["begun"])
    rows = []
    for chapter, jobs in table.groupby(table["rule"].map(chapters)):
        rows.append(
            {
                "chapter": chapter,
                "jobs": len(jobs),
                "minutes": _covered(jobs) / 60,
                "CPU minutes": jobs["cpu_seconds"].sum() / 60,
                "longest job (min)": jobs["seconds"].max() / 60,
                "peak memory of a job (MB)": round(jobs["peak_mb"].max()),
                "cores": jobs["cores"].max(),
                "device": ", ".join(sorted(jobs["device"].unique())),
            }
        )
    order = {chapter: number for number, chapter in enumerate(dict.fromkeys(chapters.values()))}
    made = pd.DataFrame(rows, columns=COSTS)  # without a record of a chapter, as after `rm -r logs`, there are no rows
    return made.sort_values("chapter", key=lambda names: names.map(order), ignore_index=True).round(1)


def _all_seeds(records: Sequence[JobRecord]) -> list[dict[str, list[int]]]:
    """For each job, its own seeds and those of every job that its inputs depend on."""
    maker = {output: number for number, record in enumerate(records) for output in record.outputs}
    parents = [{maker[file] for file in record.inputs if file in maker} for record in records]
    found: dict[int, dict[str, set[int]]] = {}
    for number in TopologicalSorter(dict(enumerate(parents))).static_order():
        seeds: dict[str, set[int]] = defaultdict(set)
        for name, given in records[number].seeds.items():
            seeds[f"{records[number].rule}.{name.rsplit('.')[-1]}"].update(np.ravel(given).tolist())
        for parent in parents[number]:
            for name, values in found[parent].items():
                seeds[name] |= values
        found[number] = seeds
    return [{name: sorted(found[number][name]) for name in sorted(found[number])} for number in range(len(records))]


def _covered(jobs: pd.DataFrame) -> float:
    """Seconds in which any of the jobs ran."""
    total, end = 0.0, pd.Timestamp.min.tz_localize("UTC")
    for begun, seconds in jobs.sort_values("begun")[["begun", "seconds"]].itertuples(index=False):
        stop = begun + pd.Timedelta(seconds=seconds)
        total += max(0.0, (stop - max(begun, end)).total_seconds())
        end = max(end, stop)
    return total
