"""Tables of the records that :func:`pathlode.reporting.job.job` writes for every job."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import ClassVar

import numpy as np
import pandas as pd

from pathlode.artefacts import TableFile
from pathlode.column_kinds import Text, Whole
from pathlode.reporting.job_record import JobRecord


@dataclass(frozen=True)
class Provenance(TableFile):
    """Provenance of files, one row per output of a job, sorted by its name."""

    columns: ClassVar[Mapping[str, str]] = {
        "file": Text("path of the output"),
        "rule": Text("the job's rule"),
        "wildcards": Text("their values, by name, as JSON"),
        "commit": Text("commit of the code, or unknown; -dirty if files differed from it"),
        "config": Text("digest of the configuration"),
        "seeds": Text('seeds of all jobs that the file depends on, {"<rule>.<name>": [seed, ...]}, as JSON'),
        "packages": Text("versions of the packages, by name, as JSON"),
        "device": Text("name of the GPU, or else of the CPU"),
        "cores": Whole("number of the machine's cores"),
        "threads": Whole("number of the job's threads"),
        "begun": Text("start of the job in UTC, as ISO 8601"),
        "seconds": "wall time, including imports",
        "cpu_seconds": "CPU time, including imports",
        "peak_mb": "peak memory in MB",
    }
    float_format: ClassVar[str | None] = None


@dataclass(frozen=True)
class ChapterCosts(TableFile):
    """Costs of chapters, one row each, in the order of the chapters."""

    columns: ClassVar[Mapping[str, str]] = {
        "chapter": Text("name of the chapter"),
        "jobs": Whole("number of its jobs"),
        "minutes": "minutes in which any of its jobs ran",
        "CPU minutes": "CPU time of all its jobs in minutes",
        "longest job (min)": "wall time of the longest job in minutes",
        "peak memory of a job (MB)": "largest peak memory of a job in MB",
        "cores": Whole("number of the machine's cores"),
        "device": Text("names of the CPUs and GPUs"),
    }
    float_format: ClassVar[str | None] = None


def by_file(records: Sequence[JobRecord]) -> Provenance:
    """Provenance of each output of some jobs."""
    table = pd.DataFrame(records).drop(columns=["inputs", "modules"]).assign(seeds=pd.Series(_all_seeds(records)))
    table = table.explode("outputs").rename(columns={"outputs": "file"})
    for column in ("wildcards", "seeds", "packages"):
        table[column] = table[column].map(json.dumps)
    return Provenance(table[list(Provenance.columns)].sort_values("file", ignore_index=True))


def by_chapter(records: Sequence[JobRecord], chapters: Mapping[str, str]) -> ChapterCosts:
    """Cost of each chapter, rounded to tenths.

    Args:
        records: records of jobs.
        chapters: rule -> chapter; chapters have the order in which they first appear.
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
    made = pd.DataFrame(rows, columns=list(ChapterCosts.columns))  # no rows after `rm -r logs`
    return ChapterCosts(made.sort_values("chapter", key=lambda names: names.map(order), ignore_index=True).round(1))


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
