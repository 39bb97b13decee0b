"""What Snakemake plans: every scale, parts of one, and nothing where the configuration is wrong."""

import functools
import re

import pytest
import yaml
from workflow_checkout import PROJECT, copy_project, job_counts

pytestmark = pytest.mark.xdist_group("planning")  # in one worker, whose plans serve several tests


@pytest.fixture(scope="module")
def planned(tmp_path_factory):
    """What Snakemake prints of a dry run at a scale, under the cluster's profile, and the most memory that it took in kB.

    Which jobs a run has does not depend on the profile; other tests plan on this machine.
    """
    project = copy_project(tmp_path_factory.mktemp("planned"))
    return functools.cache(lambda scale: project.plan("--workflow-profile", "profiles/slurm", scale=scale))


@pytest.mark.parametrize("scale", ["hour", "smoke", "night", "paper"])
def test_every_scale_plans(planned, scale):
    jobs = job_counts(planned(scale)[0])
    smoke = 8 + 3 + 1
    night = (
        2 * (22 + 10 + 14 + 5) + 2 * 5 + 2 * 7
    )  # smooth systems in two batches, both Lotka-Volterras in one, and inference
    hour = 22 + 10 + 14 + 6 + 5 + 3  # both oscillators, Lane-Emden, Lotka-Volterra, Lorenz, and inference
    rows = {"hour": hour, "smoke": smoke, "night": night, "paper": 2 * (6 * (10 + 2 * 7 + 9) + 3)}
    rivals = {
        "hour": 6 + 4 + 3,
        "smoke": 3,
        "night": 14 + 6 + 5 + 10,
        "paper": 2 * (3 * 11 + 11),
    }  # which dynamics does not train
    assert jobs["train"] == rows[scale] + rivals[scale]
    assert not {"pages", "save_ecg_model"} & jobs.keys()  # they are targets of their own


@pytest.mark.parametrize("scale", ["hour", "paper"])
def test_the_largest_scales_plan_under_the_clusters_profile(planned, scale):
    jobs = job_counts(planned(scale)[0])
    profile = yaml.safe_load((PROJECT / "profiles/slurm/config.yaml").read_text())
    assert sum(jobs.values()) < profile["jobs"]  # a limit that holds back part of an array halts it for ever
    assert scale != "paper" or sum(jobs.values()) > 300


@pytest.mark.parametrize("scale", ["smoke", "hour", "paper"])
def test_jobs_of_an_array_ask_for_the_same(planned, scale):
    """The plugin asks for what the first one needs."""
    profile = yaml.safe_load((PROJECT / "profiles/slurm/config.yaml").read_text())
    text = planned(scale)[0]
    asked = re.findall(r"^rule (\w+):\n(?:    .*\n)*?    resources: (.*)$", text, re.MULTILINE)
    for name in profile["slurm-array-jobs"].split(", "):
        every = [resources for rule, resources in asked if rule == name]
        assert every, name
        assert len(set(every)) == 1, name


def test_the_paper_scale_is_planned_in_two_gigabytes(planned):
    """How long it takes stands in docs/cluster.md, of `make plan`."""
    assert planned("paper")[1] < 2e6


def test_only_the_chapters_that_are_asked_for_are_planned(checkout):
    checkout.edit(
        "config.yaml", "chapters: [dynamics, inference, ecg, scheduler, real, rivals, chaos]", "chapters: [ecg]"
    )
    planned = checkout.to_run(scale="hour")
    assert planned["train_encoder"]
    assert not {"train", "fit_flows", "tune_policy"} & planned.keys()


def test_the_pipeline_stops_before_any_job_with_the_sentence(checkout):
    checkout.edit("config/dynamics.yaml", "kinetic: { loss: kinetic }", "kinetic: { loss: kinetics }")
    done = checkout.snakemake(scale="hour")
    assert done.returncode != 0
    assert "dynamics.rows.kinetic.loss is 'kinetics', expected one of path, kl" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (checkout.folder / "results").exists()


def test_pages_show_no_figure_of_a_system_that_is_not_run(checkout):
    name = "dynamics/damped_oscillator/error_in_time"
    checkout.edit("config.yaml", name, name.replace("damped_oscillator", "lotka_volterra"))
    done = checkout.snakemake("-n", scale="hour")
    assert done.returncode != 0
    told = done.stdout + done.stderr
    assert "claims.figures names 'dynamics/lotka_volterra/error_in_time', which no rule makes" in told
    assert "Traceback" not in told


def test_a_system_that_the_scale_leaves_out_can_be_asked_for(checkout):
    file = "results/smoke/dynamics/lotka_volterra/0-3/scores.csv"
    assert checkout.to_run(file) == {"simulate": 1, "tune": 3, "train": 4, "evaluate": 1}
