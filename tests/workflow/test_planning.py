"""What Snakemake plans: every scale, parts of one, and nothing where the configuration is wrong."""

import os
import re
import subprocess
import sys

import pytest
import yaml
from workflow_checkout import PROJECT


@pytest.mark.parametrize("scale", ["default", "smoke", "long", "paper"])
def test_every_scale_plans(checkout, scale):
    planned = checkout.to_run(scale=scale)
    assert (
        planned["train"]
        == {"default": 4 * 10 + 3 + 3, "smoke": 5 + 2 + 1, "long": 3 * 3, "paper": 6 * 3 * 7 + 3}[scale]
    )
    assert planned.get("pages", 0) == (scale in ("default", "long"))


@pytest.mark.parametrize("scale", ["default", "smoke", "long", "paper"])
def test_every_scale_plans_under_the_clusters_profile(checkout, scale):
    planned = checkout.to_run("--workflow-profile", "profiles/slurm", scale=scale)
    profile = yaml.safe_load((PROJECT / "profiles/slurm/config.yaml").read_text())
    assert sum(planned.values()) < profile["jobs"]  # a limit that holds back part of an array halts it for ever
    assert scale != "paper" or sum(planned.values()) > 400


@pytest.mark.parametrize("scale", ["smoke", "default", "paper"])
def test_jobs_of_an_array_ask_for_the_same(checkout, scale):
    """The plugin asks for what the first one needs."""
    profile = yaml.safe_load((PROJECT / "profiles/slurm/config.yaml").read_text())
    done = checkout.snakemake("--workflow-profile", "profiles/slurm", "--dry-run", scale=scale)
    asked = re.findall(r"^rule (\w+):\n(?:    .*\n)*?    resources: (.*)$", done.stdout + done.stderr, re.MULTILINE)
    for name in profile["slurm-array-jobs"].split(", "):
        every = [resources for rule, resources in asked if rule == name]
        assert every, name
        assert len(set(every)) == 1, name


def test_the_paper_scale_is_planned_in_two_gigabytes(checkout):
    """How long it takes stands in docs/cluster.md, of `make plan`."""
    command = [sys.executable, "-m", "snakemake", "--configfile", "config/paper.yaml", "--dry-run", "--quiet"]
    environment = os.environ | {"PYTHONPATH": str(checkout.folder / "src")}
    run = subprocess.Popen(command, cwd=checkout.folder, env=environment, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(run.pid, 0)
    run.returncode = os.waitstatus_to_exitcode(status)
    assert run.returncode == 0
    assert usage.ru_maxrss < 2e6  # kB


def test_only_the_chapters_that_are_asked_for_are_planned(checkout):
    checkout.edit("config.yaml", "chapters: [dynamics, inference, ecg, scheduler]", "chapters: [ecg]")
    planned = checkout.to_run(scale="default")
    assert planned["train_encoder"]
    assert not {"train", "fit_flows", "tune_policy"} & planned.keys()


def test_the_pipeline_stops_before_any_job_with_the_sentence(checkout):
    checkout.edit("config.yaml", "gru: [path, kl, none, disp", "gru: [pth, kl, none, disp")
    done = checkout.snakemake(scale="default")
    assert done.returncode != 0
    assert "dynamics.losses.gru[0] is 'pth', expected one of path, kl" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (checkout.folder / "results").exists()


def test_a_system_that_the_scale_leaves_out_can_be_asked_for(checkout):
    file = "results/smoke/dynamics/lotka_volterra/gru/scores.csv"
    assert checkout.to_run(file) == {"simulate": 1, "tune": 3, "train": 3, "evaluate": 1}
