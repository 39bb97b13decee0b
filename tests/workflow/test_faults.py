"""Faults of the machine, each tried on the real pipeline."""

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from workflow_checkout import assert_same_tables, needs

from pathlode.models.saving import load_model

DATA = "results/smoke/dynamics/coupled_oscillator/0-3/data.npz"
MODEL = "results/smoke/dynamics/coupled_oscillator/0-3/path/model.pt"

pytestmark = pytest.mark.xdist_group("machine")  # beside the other tests of the pipeline


@pytest.mark.fault(
    "a job is killed (SIGKILL), as for memory",
    "nothing of it stays; a hint says what it was and what to do; the next run goes on",
)
def test_a_job_that_is_killed(checkout):
    script, line = "workflow/scripts/simulate.py", "    system = SYSTEMS["
    die = (
        "    Path(snakemake.output.data).write_text('half')\n    __import__('os').kill(__import__('os').getpid(), 9)\n"
    )
    checkout.edit(script, line, die + line)
    done = checkout.snakemake(DATA)
    assert done.returncode != 0
    assert "was killed, mostly for memory: then run fewer jobs at once" in " ".join(done.stderr.split())
    assert not (checkout.folder / DATA).exists()
    checkout.edit(script, die, "")
    assert checkout.snakemake(DATA).returncode == 0


@pytest.fixture
def disk(checkout):
    """Results on a disk of their own, of as many free kilobytes as are asked for."""
    results = checkout.folder / "results"
    results.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=10m", "tmpfs", results], check=True)

    def free(kilobytes):
        size = shutil.disk_usage(results).used // 1024 + kilobytes
        subprocess.run(["mount", "-o", f"remount,size={size}k", results], check=True)

    yield free
    subprocess.run(["umount", "--lazy", results], check=True)


MOUNTS = needs(
    shutil.which("unshare") is not None
    and subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode == 0,
    "leave to mount a small disk",
)


@MOUNTS
@pytest.mark.fault(
    "the disk is full", "nothing half-written stays; a sentence says to make room and run again, which goes on"
)
def test_a_disk_that_is_full(checkout, disk):
    disk(8)
    done = checkout.snakemake(DATA)
    assert done.returncode != 0
    assert "No space left on device: free disk space, then run the same command again; no half-written" in done.stderr
    log = (checkout.folder / "logs/smoke/simulate/coupled_oscillator.log").read_text()
    assert "Traceback (most recent call last)" not in log
    assert list((checkout.folder / DATA).parent.rglob("*")) == []
    disk(10_000)
    assert checkout.snakemake(DATA).returncode == 0


@MOUNTS
@pytest.mark.fault(
    "a checkpoint cannot be written for want of space", "a sentence says to make room; the model is whole once there is"
)
def test_a_model_that_does_not_fit_on_the_disk(checkout, disk):
    chosen = str(Path(MODEL).parents[1] / "tuning/path/chosen.json")
    assert checkout.snakemake(chosen).returncode == 0
    disk(8)
    done = checkout.snakemake(MODEL)
    assert done.returncode != 0
    assert "No space left on device: free disk space, then run the same command again; no half-written" in done.stderr
    assert not list((checkout.folder / MODEL).parent.glob("*.pt"))
    disk(10_000)
    assert checkout.snakemake(MODEL).returncode == 0
    assert load_model(checkout.folder / MODEL)[0].seeds == (0, 1)


UNDER_WAY = {
    "dynamics": "dynamics/*/*/checkpoint-*.pt",
    "heartbeats": "ecg/*/latent_odes/*/checkpoint-*.pt",
    "flows": "inference/**/checkpoint-*.pt",
    "policies": "scheduler/**/checkpoint-*.pt",
}
"""What each kind of training leaves while it is under way."""


def written_since(moment, files):
    """Whether one of the files was written after a moment."""
    with suppress(FileNotFoundError):  # a training that ended meanwhile
        return any(file.stat().st_mtime > moment for file in files)
    return False


@pytest.mark.fault(
    "the whole run is killed, again and again, while trainings of every kind are under way",
    "it goes on each time and ends with the same tables and weights",
)
def test_a_run_that_is_killed_ends_with_the_same_tables(checkout, reference):
    """By turns as a machine dies, and as a scheduler ends a job, which lets Snakemake clean up."""
    waiting, killed, resumed = dict(UNDER_WAY), 0, 0
    command = [sys.executable, "-m", "snakemake", "--configfile", "config/smoke.yaml", "--cores", "2"]
    own = {"PYTHONPATH": str(checkout.folder / "src"), "XDG_CACHE_HOME": str(checkout.folder / "cache")}
    log, results = checkout.folder / "output.txt", checkout.folder / "results/smoke"
    while True:
        assert checkout.snakemake("--unlock").returncode == 0
        with log.open("w") as output:
            run = subprocess.Popen(
                command, cwd=checkout.folder, env=os.environ | own, stdout=output, stderr=output, start_new_session=True
            )
            started, caught = time.time(), []
            while run.poll() is None and not caught:
                time.sleep(0.02)
                caught = [name for name, pattern in waiting.items() if written_since(started, results.glob(pattern))]
            if run.poll() is not None:
                break
            if killed % 2:
                run.send_signal(signal.SIGTERM)
                with suppress(subprocess.TimeoutExpired):
                    run.wait(60)
            with suppress(ProcessLookupError):
                os.killpg(run.pid, signal.SIGKILL)
            run.wait()
        killed += 1
        del waiting[caught[0]]
        resumed += log.read_text().count("continued from its checkpoint")
    assert run.returncode == 0, log.read_text()
    assert not waiting
    assert resumed + log.read_text().count("continued from its checkpoint")
    assert_same_tables(checkout, reference)
    models = [path.relative_to(checkout.folder) for path in results.rglob("model.pt")]
    assert len(models) > 10
    for model in models:
        ours, theirs = (load_model(each.folder / model)[0].state_dict() for each in (checkout, reference))
        assert all(ours[name].equal(theirs[name]) for name in theirs), model
    assert "Nothing to be done" in checkout.snakemake().stderr
