"""What runs again when a file of code is edited: a table in reruns.md, which ``make reruns`` writes and a test compares.

The jobs are those that Snakemake plans, read from a workflow that is loaded once: of each, what its rule declares as its code.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from snakemake.api import SnakemakeApi
from snakemake.settings.types import ConfigSettings, DAGSettings, OutputSettings, Quietness, ResourceSettings

import workflow.code
from pathlode.reporting.identity import PACKAGE, reached_files

PROJECT = Path(__file__).parents[2]
SCRIPTS = PROJECT / "workflow/scripts"
ENVIRONMENT = os.environ | {"PYTHONPATH": str(PROJECT)}
TABLE = Path(__file__).with_name("reruns.md")
HEAD = """\
# What runs again when code is edited

Of every file of code: the jobs at the scale `hour` that reach it, and those that need what these make. A number says how
many of a rule's jobs, where it is not all. Comments, docstrings and formatting count for nothing.

Written by `make reruns`.
"""

Counts = dict[str, int]
"""Jobs by rule, in the order in which the rules run."""


@dataclass(frozen=True)
class Plan:
    """Jobs that have code: rule, log, the files that it reaches, and the jobs that need what it makes, of each by its number."""

    rules: list[str]
    logs: list[str]
    reached: list[set[Path]]
    later: list[set[int]]

    @property
    def counts(self) -> Counts:
        return self._count(range(len(self.rules)))

    def reaching(self, file: Path) -> Counts:
        """The jobs whose code a file is part of."""
        return self._count(self._direct(file))

    def after_edit(self, file: Path) -> Counts:
        """The jobs that run again when a file's code is edited."""
        direct = self._direct(file)
        return self._count(direct.union(*(self.later[job] for job in direct)))

    def _direct(self, file: Path) -> set[int]:
        return {job for job, files in enumerate(self.reached) if file in files}

    def _count(self, jobs: Iterator[int] | set[int] | range) -> Counts:
        return dict(Counter(self.rules[job] for job in sorted(jobs)))


def plan(scale: str = "hour") -> Plan:
    """All jobs of a scale, in an order in which they could run."""
    workflow.code.code = lambda *declared: " ".join(declared)  # in place of its digest
    overlay = [] if scale == "hour" else [PROJECT / f"config/{scale}.yaml"]
    with SnakemakeApi(OutputSettings(quiet={Quietness.ALL})) as api:
        loaded = api.workflow(
            ResourceSettings(), ConfigSettings(configfiles=overlay), snakefile=PROJECT / "Snakefile", workdir=PROJECT
        )
        loaded.dag(DAGSettings())
        loaded._workflow._prepare_dag(forceall=True, ignore_incomplete=True, lock_warn_only=True, nolock=True)
        loaded._workflow._build_dag()
        dag = loaded._workflow.dag
        jobs = [job for level in dag.toposorted() for job in sorted(level, key=str) if hasattr(job.params, "code")]
        order = {name: number for number, name in enumerate(dict.fromkeys(job.rule.name for job in jobs))}
        jobs.sort(key=lambda job: order[job.rule.name])
        numbers = {job: number for number, job in enumerate(jobs)}
        later = [{numbers[each] for each in dag.bfs(dag.depending, job) if each in numbers} for job in jobs]
        logs = [str(job.log[0]) for job in jobs]
        declared = [str(job.params.code).split() for job in jobs]
    reached = {entry: _reached(*entry) for entry in {tuple(each) for each in declared}}
    return Plan([job.rule.name for job in jobs], logs, [reached[tuple(each)] for each in declared], later)


def _reached(script: str, *entries: str) -> set[Path]:
    file = SCRIPTS / f"{script}.py"
    return {file, *(PACKAGE / each for each in reached_files(file, entries))}


def code_files() -> dict[str, list[Path]]:
    """All files of code, by what stands at the head of their table."""
    package = sorted(file for file in PACKAGE.rglob("*.*") if file.suffix in (".py", ".c", ".h"))
    by_folder: dict[str, list[Path]] = {}
    for file in package:
        folder = file.relative_to(PACKAGE).parts[0] if file.parent != PACKAGE else "the ground floor"
        by_folder.setdefault(folder, []).append(file)
    return by_folder | {"workflow/scripts": sorted(SCRIPTS.glob("*.py"))}


def table(planned: Plan) -> str:
    """The Markdown of reruns.md."""
    lines = [HEAD]
    for folder, files in code_files().items():
        lines += [f"## {folder}", "", "| file | jobs that reach it | jobs that need what these make |", "|---|---|---|"]
        for file in files:
            direct, everything = planned.reaching(file), planned.after_edit(file)
            others = {rule: count for rule, count in everything.items() if count != direct.get(rule, 0)}
            root = SCRIPTS if file.parent == SCRIPTS else PACKAGE
            name = file.relative_to(root).as_posix()
            lines.append(f"| {name} | {_words(direct, planned.counts)} | {_words(others, planned.counts)} |")
        lines.append("")
    return "\n".join(lines)


def _words(jobs: Mapping[str, int], of: Mapping[str, int]) -> str:
    if jobs == of:
        return "all"
    return ", ".join(name if count == of[name] else f"{name} ({count} of {of[name]})" for name, count in jobs.items())


def in_a_process(*arguments: str) -> Any:
    """What this file prints as JSON in a process of its own: Snakemake's interface leaves traces in the one that calls it."""
    command = [sys.executable, __file__, *arguments]
    done = subprocess.run(command, cwd=PROJECT, env=ENVIRONMENT, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


if __name__ == "__main__":
    match sys.argv[1:]:
        case [scale, *files] if files:  # what runs again after an edit of each, and what each job reaches, by its log
            planned = plan(scale)
            edited = {file: planned.after_edit(PROJECT / file) for file in files}
            reached = {log: [*map(str, files)] for log, files in zip(planned.logs, planned.reached, strict=True)}
            print(json.dumps({"edited": edited, "reached": reached}))
        case arguments:
            Path(*arguments or [TABLE]).write_text(table(plan()))
