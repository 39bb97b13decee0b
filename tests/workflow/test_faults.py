"""Faults of the machine, each tried on the real pipeline."""

import shutil
import signal
import subprocess
from pathlib import Path

import pytest
from workflow_checkout import assert_same_tables, needs

from pathlode.core.tensor_files import load_tensors
from pathlode.models.saving import load_model

DATA = "results/smoke/dynamics/coupled_oscillator/0-3/data.npz"
MODEL = "results/smoke/dynamics/coupled_oscillator/0-3/path/model.pt"

pytestmark = pytest.mark.xdist_group("machine")  # beside the other tests of the pipeline


@pytest.mark.fault(
    "a job is killed (SIGKILL), for example for lack of memory",
    "no partial file stays; a hint says what happened and what to do; the next run resumes",
)
def test_a_job_that_is_killed(checkout):
    script, line = "workflow/scripts/simulate.py", "    system = SYSTEMS["
    die = (
        "    Path(snakemake.output.data).write_text('half')\n    __import__('os').kill(__import__('os').getpid(), 9)\n"
    )
    checkout.edit(script, line, die + line)
    done = checkout.snakemake(DATA, as_users_do=True)
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
    "the disk is full", "no half-written file stays; a sentence says to free disk space; the next run resumes"
)
def test_a_disk_that_is_full(checkout, disk):
    disk(8)
    done = checkout.snakemake(DATA)
    assert done.returncode != 0
    assert "No space left on device: free disk space, then run the same command again; no half-written" in done.stderr
    log = (checkout.folder / "logs/smoke/simulate/coupled_oscillator/0-3.log").read_text()
    assert "Traceback (most recent call last)" not in log
    assert list((checkout.folder / DATA).parent.rglob("*")) == []
    disk(10_000)
    assert checkout.snakemake(DATA).returncode == 0


@MOUNTS
@pytest.mark.fault(
    "the disk is full when a checkpoint is written",
    "a sentence says to free disk space; the next run then makes the whole model",
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
    assert load_model(checkout.folder / MODEL)[0].seeds == (0, 1, 2, 3)


RETRAINED = {
    "dynamics/coupled_oscillator/0-3/none": "model.pt",
    "ecg/random/latent_odes/plain": "model.pt",
    "inference/0-1/nflows/path": "flows.pt",
    "scheduler/cnn/0-1/learnt/mix": "logs.csv",
}
"""A training of every kind: its folder, and a file that it ends with."""
DYING = """
import os
import signal
from pathlib import Path

replace = os.replace


def replace_and_end_the_run(source, target):
    replace(source, target)
    path = Path(target)
    if path.name.startswith("checkpoint-"):
        chapter = path.parts[2]
        try:
            Path("ended in", chapter).touch(exist_ok=False)
        except FileExistsError:
            return
        if chapter in ("dynamics", "scheduler"):
            os.killpg(0, signal.SIGKILL)
        os.kill(os.getpgid(0), signal.SIGTERM)


os.replace = replace_and_end_the_run
"""
"""Makes the first checkpoint of each kind of training the end of the whole run.

Of two as a machine dies, of two as a scheduler ends a job, which lets Snakemake clean up.
"""


def weights(path):
    """Those of a latent ODE's file, or of a file of flows."""
    content = load_tensors(path)
    flows = [flow["weights"]["network"] for flow in content.get("flows", [])]
    return {f"{number} {name}": each for number, flow in enumerate(flows) for name, each in flow.items()} or content[
        "weights"
    ]


@pytest.mark.fault(
    "the whole run is killed repeatedly during trainings of every kind",
    "it resumes each time and ends with the same tables and weights",
)
def test_a_run_that_is_killed_ends_with_the_same_tables(reference, tmp_path):
    """The first run is started as users do. What follows from the trainings is made by one more, in which nothing ends."""
    copy, output = reference.copy(tmp_path / "copy"), ""
    results, ended = copy.folder / "results/smoke", copy.folder / "ended in"
    targets = [str(path.relative_to(copy.folder)) for path in (results / "tables").glob("*.csv")]
    targets.append("results/smoke/claims.csv")
    trainings = [f"results/smoke/{folder}/{file}" for folder, file in RETRAINED.items()]
    for folder in (*RETRAINED, "tables"):  # where tables stand, nobody asks for models that are gone
        shutil.rmtree(results / folder)
    ended.mkdir()
    (tmp_path / "sitecustomize.py").write_text(DYING)
    dying = {"PYTHONPATH": f"{tmp_path}:{copy.folder / 'src'}"}
    for turn in range(len(RETRAINED) + 1):
        run = copy.snakemake(*trainings, environment=dying, as_users_do=turn == 0, own_session=True)
        output += run.stderr
        if run.returncode == 0:
            break
        if run.returncode == -signal.SIGKILL:
            assert copy.snakemake("--unlock").returncode == 0
    assert run.returncode == 0, output
    assert {path.name for path in ended.iterdir()} == {folder.partition("/")[0] for folder in RETRAINED}
    assert output.count("continued from its checkpoint") >= 2
    run = copy.snakemake(*targets)
    assert run.returncode == 0, run.stderr
    assert_same_tables(copy, reference)
    models = [path for folder in RETRAINED for path in (results / folder).rglob("*.pt")]
    assert {path.relative_to(results).parts[0] for path in models} == {"dynamics", "ecg", "inference"}
    for path in models:
        ours, theirs = (weights(each) for each in (path, reference.folder / path.relative_to(copy.folder)))
        assert all(ours[name].equal(theirs[name]) for name in theirs), path
    assert copy.to_run(*targets) == {}
