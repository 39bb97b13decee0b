"""A copy of the project in which tests run the pipeline."""

import functools
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from forks import TIME_LIMIT, run
from workflow.chapters import CHAPTERS
from workflow.code import REMEMBERED
from workflow.forks import ask, start

PROJECT = Path(__file__).parents[2]
FORKS = Path(__file__).with_name("forks.py")
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
        as_users_do: bool = False,
        own_session: bool = False,
    ) -> subprocess.CompletedProcess[str]:
        """Runs Snakemake: as a fork, whose jobs are forks, too; or as users do, in a process that is started for it.

        In a session of its own, all processes of the run are one group, which a signal can reach.
        """
        own = {"PYTHONPATH": str(self.folder / "src"), "XDG_CACHE_HOME": str(self.folder / "cache")}
        options, environment = [*arguments, *overlay(scale)], os.environ | own | (environment or {})
        if not as_users_do:
            return self._forked(options, environment, own_session)[0]
        command = [sys.executable, "-m", "snakemake", *options]
        try:
            return subprocess.run(
                command,
                cwd=self.folder,
                env=environment,
                capture_output=True,
                text=True,
                timeout=TIME_LIMIT,
                start_new_session=own_session,
            )
        except subprocess.TimeoutExpired as error:
            pytest.fail(
                f"{shlex.join(command)} still ran after {TIME_LIMIT} s: {(error.stderr or b'').decode()[-5000:]}"
            )

    def _forked(
        self, options: list[str], environment: dict[str, str], own_session: bool = False
    ) -> tuple[subprocess.CompletedProcess[str], int]:
        """The same as a fork, and the most memory that Snakemake itself took in kB.

        What the first run found of the code is there for those in other copies, which hold true as long as it is the same.
        """
        known, own = Path(forks()).with_name("code_digests.json"), self.folder / REMEMBERED
        if known.exists() and not own.exists():
            own.parent.mkdir(exist_ok=True)
            shutil.copy(known, own)
        done = captured(
            f"snakemake {shlex.join(options)}",
            lambda streams: run(
                forks(), streams, dict(environment), *options, folder=self.folder, own_session=own_session
            ),
        )
        if own.exists() and not known.exists():
            shutil.copy(own, known)
        return done

    def edit(self, name: str, old: str, new: str) -> None:
        path = self.folder / name
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    def plan(self, *arguments: str, scale: str = "smoke") -> tuple[str, int]:
        """What a dry run prints, and the most memory that it takes in kB."""
        own = {"PYTHONPATH": str(self.folder / "src"), "XDG_CACHE_HOME": str(self.folder / "cache")}
        options = ["--dry-run", *arguments, "--quiet", "host", *overlay(scale)]
        done, kilobytes = self._forked(options, os.environ | own)
        output = done.stdout + done.stderr
        assert done.returncode == 0, output
        return output, kilobytes

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


def captured(
    what: str, fork: Callable[[tuple[int, int]], tuple[int, int]]
) -> tuple[subprocess.CompletedProcess[str], int]:
    """How a fork ended and what it printed, and the most memory that it took in kB."""
    with tempfile.TemporaryFile("w+") as stdout, tempfile.TemporaryFile("w+") as stderr:
        returncode, kilobytes = fork((stdout.fileno(), stderr.fileno()))
        told = []
        for stream in (stdout, stderr):
            stream.seek(0)
            told.append(stream.read())
    if returncode == -signal.SIGALRM:
        pytest.fail(f"{what} still ran after {TIME_LIMIT} s: {told[1][-5000:]}")
    return subprocess.CompletedProcess(what, returncode, *told), kilobytes


def run_code(code: str, file: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Writes code to a file and runs it in a folder, in a fork of a process that has imported the libraries."""
    file.write_text(f"import signal\n\nsignal.alarm({TIME_LIMIT})\n{code}")
    return captured(file.name, lambda streams: ask(forks(), streams, os.environ, str(file), folder=folder))[0]


@functools.cache
def forks() -> str:
    """The address of this process's own process of forks.py."""
    address = start(FORKS, "serve")
    while not Path(address).exists():
        time.sleep(0.05)
    return address


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


def assert_same_tables(one: Checkout, other: Checkout, chapters: Sequence[str] = tuple(CHAPTERS)) -> None:
    """Compares all tables that a run of some chapters at smoke scale has made with those of a run of all, but for times."""
    here, there = (each.folder / "results/smoke" for each in (one, other))
    made, names = ({path.relative_to(folder) for path in (folder / "tables").glob("*.csv")} for folder in (there, here))
    assert {name.stem for name in names} >= {table for chapter in chapters for table in CHAPTERS[chapter].claimed}
    assert names <= made
    assert names == made or len(chapters) < len(CHAPTERS)
    for name in (*sorted(names), "claims.csv"):
        left, right = (pd.read_csv(folder / name) for folder in (here, there))
        if "id" in left:
            left, right = (
                table[~table["id"].isin(TIMED_CLAIMS) & table["target"].isin(chapters)].reset_index(drop=True)
                for table in (left, right)
            )
        columns = [column for column in left if not TIMED.search(column)]
        pd.testing.assert_frame_equal(left[columns], right[columns], check_exact=True, obj=str(name))
