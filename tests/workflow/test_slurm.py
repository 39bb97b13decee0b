"""The real pipeline on a real SLURM of one node, which `tests/slurm/start` starts."""

import os
import shutil
import subprocess

import pandas as pd
import pytest
from workflow_checkout import PROJECT, copy_project

TIMINGS = {
    *("train_seconds", "seconds", "seconds_with_sweep", "seconds_to_target", "microseconds", "ms", "mb"),
}

pytestmark = [
    pytest.mark.xdist_group("pipeline"),
    pytest.mark.skipif(
        shutil.which("slurmctld") is None or os.geteuid() != 0,
        reason="needs root and SLURM, which tests/slurm/start --install takes from Debian's packages",
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
    yield {"SLURM_CONF": str(folder / "slurm.conf"), "PATH": f"{folder / 'bin'}:{os.environ['PATH']}"}, calls
    subprocess.run([start, "--stop", folder], check=True)


@pytest.fixture(scope="module")
def run(cluster, tmp_path_factory):
    """A copy in which the smoke scale has run on the cluster, encoders of heartbeats asking for a GPU, and the calls of sbatch."""
    environment, calls = cluster
    copy = copy_project(tmp_path_factory.mktemp("on_slurm"))
    copy.edit("config.yaml", "gpus: 0 # that each of these trainings asks for", "gpus: 1")
    quick = ["--slurm-status-command", "squeue", "--slurm-init-seconds-before-status-checks", "3"]
    done = copy.snakemake(
        *("--profile", "profiles/slurm", "--seconds-between-status-checks", "3", "--latency-wait", "10", *quick),
        environment=environment,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return copy, [call for call in calls.read_text().splitlines() if call.strip()]


def test_the_cluster_makes_the_same_tables(run, finished):
    here, there = (checkout.folder / "results/smoke" for checkout in (finished, run[0]))
    names = sorted(path.relative_to(here) for path in here.rglob("*.csv"))
    assert names == sorted(path.relative_to(there) for path in there.rglob("*.csv"))
    compared = 0
    for name in (*(name for name in names if name.parts[0] == "tables"), "claims.csv"):
        left, right = (pd.read_csv(folder / name) for folder in (here, there))
        same = [column for column in left if column not in TIMINGS and "seconds" not in column]
        rows = left.get("id", pd.Series(index=left.index, dtype=str)) != "A3-seconds"
        pd.testing.assert_frame_equal(left.loc[rows, same], right.loc[rows, same], check_exact=True, obj=str(name))
        compared += 1
    assert compared > 30


def test_jobs_ask_for_what_their_rules_say(run):
    def of(rule):
        return [call for call in run[1] if f"--comment rule_{rule}" in call or f"--comment group_{rule}" in call]

    for call in of("train_encoder"):
        assert "--gpus=1" in call
        assert "-p gpu" in call
        assert "--mem 20" in call
    (train,) = of("train")
    assert "--array=1-" in train
    assert "-p cpu" in train
    assert "--gpus" not in train
    assert " -t 3" in train
    assert all("--requeue" in call for call in run[1])
    assert all("--ntasks=1" in call for call in run[1] if "--gpus" not in call)
    alone = [call for call in run[1] if "--array" not in call]
    assert len(alone) < 40
