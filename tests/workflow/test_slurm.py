"""The real pipeline on a real SLURM of one node, which `tests/slurm/start` starts."""

import os
import re
import shutil
import subprocess

import pytest
from workflow_checkout import PROJECT, assert_same_tables, copy_project, needs

pytestmark = [
    pytest.mark.xdist_group("machine"),
    needs(
        shutil.which("slurmctld") is not None and os.geteuid() == 0,
        "root and SLURM, which tests/slurm/start --install takes from Debian's packages",
    ),
]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """Environment variables with which jobs go to the cluster, and a file in which every call of sbatch is kept."""
    folder = tmp_path_factory.mktemp("slurm")
    start = PROJECT / "tests/slurm/start"
    subprocess.run([start, folder], check=True, timeout=120)
    calls, real = folder / "calls.txt", shutil.which("sbatch")
    (folder / "bin").mkdir()
    wrapper = folder / "bin/sbatch"
    wrapper.write_text(f'#!/bin/sh\nprintf "%s " "$@" | tr "\\n" " " >>{calls}\necho >>{calls}\nexec {real} "$@"\n')
    wrapper.chmod(0o755)
    yield {"PATH": f"{folder / 'bin'}:{os.environ['PATH']}"}, calls
    subprocess.run([start, "--stop", folder], check=True)


@pytest.fixture(scope="module")
def run(cluster, tmp_path_factory):
    """A copy in which the smoke scale has run on the cluster, encoders of heartbeats asking for a GPU, and the calls of sbatch."""
    environment, calls = cluster
    copy = copy_project(tmp_path_factory.mktemp("on_slurm"))
    copy.edit("config.yaml", "gpus: 0 # that each of these trainings asks for", "gpus: 1")
    often = ["--seconds-between-status-checks", "3", "--slurm-init-seconds-before-status-checks", "3"]
    often += ["--slurm-status-command", "squeue", "--latency-wait", "10"]
    done = copy.snakemake("--workflow-profile", "profiles/slurm", *often, environment=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return copy, [call for call in calls.read_text().splitlines() if call.strip()]


def test_the_cluster_makes_the_same_tables(run, finished):
    assert_same_tables(run[0], finished)


def test_jobs_ask_for_what_their_rules_say(run):
    def of(rule):
        found = [call for call in run[1] if f"--comment rule_{rule}_wildcards" in call]
        assert found
        return found

    for call in of("train_encoder"):
        assert "--gpus=1" in call
        assert "-p gpu" in call
        assert "--mem 20" in call
        assert re.search(" -t [1-9]", call)
    for call in of("train"):
        assert "-p cpu" in call
        assert "--gpus" not in call
        assert " -t 3" in call
    for rule in ("tune", "train_encoder"):  # whose jobs are ready at once
        assert any(re.search("--array=1-[2-9]", call) for call in of(rule))
    assert all("--requeue" in call for call in run[1])
    assert all("--ntasks=1" in call for call in run[1] if "--gpus" not in call)
    assert len(run[1]) < 60  # submissions for 94 jobs
