"""A copy of the project in which tests run the pipeline."""

import atexit
import functools
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

PROJECT = Path(__file__).parents[2]
QUICK_JOBS = Path(__file__).with_name("quick_jobs.py")
COPIED = [
    *(
        "Snakefile",
        "rules",
        "workflow",
        "config",
        "config.yaml",
        "claims.yaml",
        "published.csv",
        "profiles",
        "envs",
        "src",
        "README.md",
        "docs",
    ),
    *("pyproject.toml", "setup.py", "LICENSE", "MANIFEST.in"),
]


@dataclass(frozen=True)
class Checkout:
    """A copy of the project in which the pipeline can be run."""

    folder: Path

    def copy(self, folder: Path) -> "Checkout":
        """Another one, with all that has run in this one."""
        readers = shutil.ignore_patterns("locks")  # of one who makes a report of this one meanwhile
        shutil.copytree(self.folder, folder, ignore=readers)
        return Checkout(folder)

    def snakemake(
        self,
        *arguments: str,
        scale: str = "smoke",
        environment: dict[str, str] | None = None,
        own_session: bool = False,
        quick: bool = False,
    ) -> subprocess.CompletedProcess[str]:
        """Runs Snakemake: as a user does, or with the quick jobs of quick_jobs.py."""
        how = [str(QUICK_JOBS)] if quick else ["-m", "snakemake"]
        command = [sys.executable, *how, *arguments, *overlay(scale)]
        own = {"PYTHONPATH": str(self.folder / "src"), "XDG_CACHE_HOME": str(self.folder / "cache")}
        own["PYTHONDONTWRITEBYTECODE"] = ""  # lest every job compiles the package anew
        try:
            return subprocess.run(
                command,
                cwd=self.folder,
                env=os.environ | own | (environment or {}),
                capture_output=True,
                text=True,
                timeout=1800,
                start_new_session=own_session,
            )
        except subprocess.TimeoutExpired as error:
            pytest.fail(f"{shlex.join(command)} still ran after 1800 s: {(error.stderr or b'').decode()[-5000:]}")

    def edit(self, name: str, old: str, new: str) -> None:
        path = self.folder / name
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    def plan(self, *arguments: str, scale: str = "smoke") -> tuple[str, int]:
        """What a dry run prints, and the most memory that it takes in kB."""
        request = {"folder": str(self.folder), "arguments": [*arguments, "--quiet", "host", *overlay(scale)]}
        print(json.dumps(request), file=planner().stdin, flush=True)
        answer = json.loads(planner().stdout.readline())
        assert answer["returncode"] == 0, answer["output"]
        return answer["output"], answer["kilobytes"]

    def to_run(self, *arguments: str, scale: str = "smoke") -> dict[str, int]:
        """Rules that a dry run would run, and how many jobs of each."""
        return job_counts(self.plan(*arguments, scale=scale)[0])

    def to_run_after(self, name: str, old: str, new: str) -> dict[str, int]:
        """The same if a file were edited, which is then as it was before."""
        original = (self.folder / name).read_text()
        self.edit(name, old, new)
        try:
            return self.to_run()
        finally:
            (self.folder / name).write_text(original)


def overlay(scale: str) -> list[str]:
    """The options that choose a scale."""
    return ["--configfile", f"config/{scale}.yaml"] if scale != "hour" else []


@functools.cache
def planner() -> subprocess.Popen[str]:
    """The process of planner.py that makes this one's dry runs."""
    command = [sys.executable, Path(__file__).with_name("planner.py")]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    atexit.register(process.communicate)  # its input's end is its own
    return process


def job_counts(output: str) -> dict[str, int]:
    """Rules that a dry run would run, and how many jobs of each, from what it printed."""
    if "Job stats:" not in output:
        assert "Nothing to be done" in output
        return {}
    lines = output.split("Job stats:")[1].split("total")[0].splitlines()[3:]
    return {name: int(count) for name, count in (line.split() for line in lines if line.split())}


def copy_project(folder: Path) -> Checkout:
    folder.mkdir(exist_ok=True)
    for name in COPIED:
        source = PROJECT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    return Checkout(folder)


def needs(there: bool, what: str) -> pytest.MarkDecorator:
    """Skips tests that this machine cannot run, unless ``PATHLODE_SKIP_NOTHING`` is set."""
    return pytest.mark.skipif(not there and "PATHLODE_SKIP_NOTHING" not in os.environ, reason=f"needs {what}")


TIMED = re.compile("second|with the sweep|encode_ms|trees_ms|predict_ms|ms a series|peak_mb|_kb|^q$|^survives$")
"""Columns that hold times, sizes of files that hold them, or p-values adjusted for all claims, also those on times."""
TIMED_CLAIMS = ("A3-seconds", "C3-cost")


def assert_same_tables(one: Checkout, other: Checkout, least: int = 25) -> None:
    """Compares all tables of two runs at smoke scale, and the claims, but for times."""
    here, there = (each.folder / "results/smoke" for each in (one, other))
    names = sorted(path.relative_to(here) for path in (here / "tables").glob("*.csv"))
    assert names == sorted(path.relative_to(there) for path in (there / "tables").glob("*.csv"))
    assert len(names) >= least
    for name in (*names, "claims.csv"):
        left, right = (pd.read_csv(folder / name) for folder in (here, there))
        if "id" in left:
            left, right = (table[~table["id"].isin(TIMED_CLAIMS)] for table in (left, right))
        columns = [column for column in left if not TIMED.search(column)]
        pd.testing.assert_frame_equal(left[columns], right[columns], check_exact=True, obj=str(name))
