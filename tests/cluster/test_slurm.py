"""The real pipeline on a real SLURM of one node, which `tests/cluster/start` starts."""

import os
import re
import shutil
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from workflow_checkout import PROJECT, Checkout, assert_same_tables, copy_project, needs

from pathlode.models.saving import load_model

pytestmark = needs(
    shutil.which("slurmctld") is not None and os.geteuid() == 0,
    "root and SLURM, which tests/cluster/start --install takes from Debian's packages",
)
STATUS = ["--slurm-status-command", "squeue", "--seconds-between-status-checks", "3"]
STATUS += ["--slurm-init-seconds-before-status-checks", "3"]
CHAPTERS = ["dynamics", "ecg"]
"""With arrays of every kind, groups of jobs, and a GPU; what the others ask of a cluster is planned in test_planning.py."""
ON_SLURM = ["--workflow-profile", "profiles/slurm", "--latency-wait", "10", *STATUS]


@dataclass(frozen=True)
class Cluster:
    """A cluster that jobs go to with these environment variables, and a folder with a file of every call of sbatch."""

    environment: dict[str, str]
    folder: Path

    def calls(self):
        return [file.read_text() for file in self.folder.iterdir()]

    def clear(self):
        """Ends all jobs, and forgets the calls."""
        subprocess.run(["scancel", "--user", "root"], check=True)
        deadline = time.monotonic() + 120
        while lines("squeue", "--noheader"):
            assert time.monotonic() < deadline, lines("squeue")
            time.sleep(0.1)
        for file in self.folder.iterdir():
            file.unlink()


@pytest.fixture(scope="module")
def started(tmp_path_factory):
    os.environ.pop("SLURM_CONF", None)  # of another cluster, which would have precedence
    folder = tmp_path_factory.mktemp("slurm")
    start, calls, programs = PROJECT / "tests/cluster/start", folder / "calls", folder / "bin"
    subprocess.run([start, folder], check=True, timeout=120)
    calls.mkdir()
    programs.mkdir()
    wrapper = programs / "sbatch"  # two may be called at once
    wrapper.write_text(
        f'#!/bin/sh\nprintf "%s " "$@" >"$(mktemp {calls}/XXXXXX)"\nexec {shutil.which("sbatch")} "$@"\n'
    )
    wrapper.chmod(0o755)
    yield Cluster({"PATH": f"{programs}:{os.environ['PATH']}"}, calls)
    subprocess.run([start, "--stop", folder], check=True)


@pytest.fixture
def cluster(started):
    """The cluster, on which nothing of other tests runs any more."""
    started.clear()
    return started


@pytest.fixture(scope="module")
def run(started, tmp_path_factory):
    """A copy in which these chapters have run on the cluster, encoders of heartbeats asking for a GPU, and the calls of sbatch."""
    started.clear()
    copy = copy_project(tmp_path_factory.mktemp("on_slurm"))
    copy.edit("config/ecg.yaml", "gpus: 0 # GPUs that each of these trainings requests", "gpus: 1")
    chapters = ["--config", f"chapters=[{','.join(CHAPTERS)}]"]
    done = copy.snakemake(*ON_SLURM, *chapters, environment=started.environment, as_users_do=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Trying to restart job" not in done.stderr
    return copy, started.calls()


def lines(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


def test_the_cluster_makes_the_same_tables(run, reference):
    assert_same_tables(run[0], reference, CHAPTERS)


def test_jobs_ask_for_what_their_rules_say(run):
    def of(rule):
        found = [call for call in run[1] if f"--comment rule_{rule}_wildcards" in call]
        assert found
        return found

    for call in of("train_encoder"):
        assert "--gpus=1" in call
        assert "-p gpu" in call
        assert re.search(
            r" --mem 21\d\d ", call
        )  # 2,100 MB for two replicates, and what the plugin adds for an array's commands
        assert re.search(r" -t \d\d ", call)
    for call in of("train"):
        assert "-p cpu" in call
        assert "--gpus" not in call
        assert re.search(r" -t 3\d ", call)
    for rule in ("tune", "train_encoder"):  # whose jobs are ready at once
        assert any(re.search(r"--array=1-(?!1\b)\d", call) for call in of(rule))
    assert all("--requeue" in call for call in run[1])
    assert all("--ntasks=1" in call for call in run[1] if "--gpus" not in call)
    tasks = {call: int(found[1]) for call in run[1] if (found := re.search(r"--array=1-(\d+)", call))}
    longest = max(len(call) / number for call, number in tasks.items())  # a task
    assert yaml.safe_load((PROJECT / "profiles/slurm/config.yaml").read_text())["slurm-array-limit"] * longest < 2**17
    jobs = len(list((run[0].folder / "logs/smoke").rglob("*.json")))
    assert jobs > 40
    assert 4 * len(run[1]) < 3 * jobs  # even if jobs of an array that wait for others are never ready at once


ARRAY = """
from workflow.array_tasks import become_own_job

become_own_job()


rule all:
    input:
        expand("{task}.txt", task=["1_late", "2_early", "3_failing"]),


rule work:
    output:
        "{task}.txt",
    params:
        do=lambda w: {
            "1_late": "sleep 20",
            "2_early": "true",
            "3_failing": "while [ ! -f 1_late.txt ]; do sleep 1; done; [ $(grep -c failing tried) = 2 ]",
        }[w.task],
    shell:
        "echo {wildcards.task} >> tried; {params.do}; touch {output}"
"""


@pytest.mark.fault(
    "a task of a SLURM array ends long before the array's first, and another fails after it",
    "only the one that failed runs again, and no task's files are deleted but its own",
)
def test_tasks_of_an_array_keep_to_their_own_job(cluster, tmp_path):
    (tmp_path / "Snakefile").write_text(ARRAY)
    shutil.copytree(PROJECT / "workflow", tmp_path / "workflow")
    options = "--executor slurm --slurm-array-jobs work --jobs 9 --retries 1 --latency-wait 5"
    options += " --default-resources runtime=5 mem_mb=500 slurm_partition=cpu"
    own = Checkout(tmp_path)
    done = own.snakemake(*STATUS, *options.split(), scale="hour", environment=cluster.environment, as_users_do=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert sorted((tmp_path / "tried").read_text().split()) == ["1_late", "2_early", "3_failing", "3_failing"]
    assert any("--array=1-3" in call for call in cluster.calls())


@pytest.mark.fault(
    "SLURM requeues one running training and ends another at its time limit",
    "both resume from their checkpoints and end with the same weights, bit for bit",
)
def test_trainings_that_slurm_interrupts_go_on(cluster, checkout):
    checkout.edit("config/smoke.yaml", "train: { steps: 40, batch: 32,", "train: { steps: 2000, batch: 32,")
    folders = [f"results/smoke/dynamics/coupled_oscillator/0-3/{row}" for row in ("path", "none")]
    models = [f"{folder}/model.pt" for folder in folders]
    assert checkout.snakemake(*models).returncode == 0
    expected = [load_model(checkout.folder / model)[0].state_dict() for model in models]
    for model in models:
        (checkout.folder / model).unlink()
    with ThreadPoolExecutor() as pool:
        run = pool.submit(checkout.snakemake, *models, *ON_SLURM, environment=cluster.environment, as_users_do=True)
        while not all(any((checkout.folder / folder).glob("checkpoint-*.pt")) for folder in folders):
            assert not run.done(), run.result().stderr
            time.sleep(0.1)
        first, second = sorted(lines("squeue", "--noheader", "--states", "RUNNING", "--format", "%i %A"))
        subprocess.run(["scontrol", "requeue", second.split()[0]], check=True)
        task, job = first.split()
        subprocess.run(["scontrol", "update", f"JobId={task}", "TimeLimit=1"], check=True)  # a minute
        for process in lines("scontrol", "listpids", job)[1:]:
            os.kill(int(process.split()[0]), signal.SIGSTOP)  # lest it ends in time
        done = run.result()
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr.count("Trying to restart job") == done.stderr.count("SLURM status is: 'TIMEOUT'") == 1
    for folder, model, weights in zip(folders, models, expected, strict=True):
        log = checkout.folder / folder.replace("results/smoke/dynamics", "logs/smoke/train")
        assert "continued from its checkpoint" in log.with_suffix(".log").read_text()
        found = load_model(checkout.folder / model)[0].state_dict()
        assert all(found[name].equal(weights[name]) for name in weights)
