import re
import shutil

import numpy as np
import pandas as pd
import pytest
import torch
import yaml
from workflow_checkout import Checkout

from pathlode.dynamics.data import SimulatedData
from pathlode.inference.flows.saving import load_flows
from pathlode.inference.reference_posteriors import References
from pathlode.inference.scores import ComparedFlows, ShownPosteriors
from workflow.configuration.inference import reference_parts

RESULTS = "results/smoke/inference"

pytestmark = pytest.mark.xdist_group("pipeline")


def test_every_table_and_figure_of_the_chapter_is_made(finished):
    tables, figures = (finished.folder / "results/smoke" / name for name in ("tables", "figures/inference"))
    config = yaml.safe_load((finished.folder / "config/smoke.yaml").read_text())["inference"]
    flows = [(backend, name) for backend, names in config["flows"].items() for name in names]
    scores = pd.read_csv(tables / "inference.csv")
    assert set(ComparedFlows.columns) == set(scores.columns)
    conditions = yaml.safe_load((finished.folder / "config/inference.yaml").read_text())["inference"]["robustness"]
    assert set(scores["condition"]) == {"as in training", *conditions}
    assert (scores["replicate"] == scores["seed"]).all()
    assert scores.groupby(["summary", "backend", "replicate", "condition", "n_train", "parameter"]).size().max() == 1
    scores = scores[scores["condition"] == "as in training"]
    assert set(scores["parameter"]) == {"alpha", "beta", "gamma", "delta", "x0", "y0", "all"}
    single = scores[scores["summary"] == "rounds"]
    assert (single["n_train"].unique().tolist(), single["seed"].unique().tolist(), len(single)) == ([120], [0], 7)
    assert single["sbc_p"].isna().all()
    assert single["sharpened_c2st"].between(0, 1).all()
    scores = scores.drop(single.index)
    together = scores[scores["summary"] == "joint ensemble"]
    assert (together["n_train"].unique().tolist(), len(together)) == ([200], 7 * config["replicates"])
    scores = scores.drop(together.index)
    assert set(zip(scores["backend"], scores["summary"], strict=True)) == set(flows)
    assert len(scores) == ((len(flows) - 2) * len(config["training_sets"]["zuko"]) + 2) * config["replicates"] * 7
    fresh = scores[(scores["summary"] == "binned") & (scores["parameter"] == "all")]
    assert fresh["n_train"].tolist() == [0, 0]
    assert fresh["mean_log_prob"].nunique() == 2  # one flow, and other systems in each replicate
    assert scores["c2st"].between(0, 1).all()
    assert scores["sbc_p"].between(0, 1).all()
    robustness = pd.read_csv(tables / "inference_robustness.csv")
    assert set(robustness["condition"]) == {"as in training", *conditions}
    assert len(robustness) == (len(flows) + 1) * config["replicates"] * (1 + len(conditions)) * 7
    outside = pd.read_csv(tables / "inference_outside.csv")
    assert len(outside) == (len(flows) + 1) * config["replicates"] * 6
    assert not outside.loc[outside["parameter"] == "alpha", "inside_90"].any()
    alarms = pd.read_csv(tables / "inference_alarms.csv")
    unlike = {"one system outside", "a parameter outside", "drifting rates"}
    assert set(alarms["condition"]) == {"as in training", *conditions, *unlike}
    assert len(alarms) == (len(flows) + 1) * config["replicates"] * (1 + len(conditions) + len(unlike))
    assert (alarms["alarms"] <= alarms["summary_alarms"] + alarms["predictive_alarms"]).all()
    criteria = pd.read_csv(tables / "inference_criteria.csv")
    assert set(criteria["met"]) <= {True, False}
    references = pd.read_csv(tables / "inference_references.csv")
    assert len(references) == config["replicates"] * config["reference"]["systems"]
    assert set(references["seed"]) == {0, 1}
    assert (references["ess_min"] > 0).all()
    for name in (
        "posterior",
        "recovery",
        "ranks",
        "coverage",
        "predictive",
        "simulations",
        "cost",
        "robustness",
        "outside",
    ):
        assert (figures / f"{name}.png").stat().st_size > 10_000


DYING = """
import os

replace, steps = os.replace, 0


def replace_and_die(source, target):
    global steps
    replace(source, target)
    name = os.path.basename(target)
    steps += "under-way" in name
    if name.startswith("checkpoint-") and ("under-way" not in name or steps == 20):
        os.kill(os.getpid(), 9)


os.replace = replace_and_die
"""
"""Makes a job die when it has fitted a flow, or taken 20 of the 30 steps of one."""


@pytest.mark.fault(
    "a job that fits flows is killed, and again after an edit of its script",
    "fitted flows are kept and the current one resumes, but not with the edited script; the results are the same, bit for bit",
)
def test_flows_that_were_fitted_are_not_fitted_again(finished, tmp_path):
    copy = Checkout(tmp_path / "copy")
    shutil.copytree(finished.folder, copy.folder)
    copy.edit("src/pathlode/training/resume.py", "SECONDS = 120.0", "SECONDS = 0.0")
    folder, log = copy.folder / RESULTS / "0-1/nflows/path", copy.folder / "logs/smoke/fit_flows/0-1/nflows/path.log"
    only = [f"{RESULTS}/0-1/nflows/path/history.csv", "--forcerun", "fit_flows"]
    only += ["--rerun-triggers", "code", "--allowed-rules", "fit_flows"]
    (tmp_path / "sitecustomize.py").write_text(DYING)
    dying = {"PYTHONPATH": f"{tmp_path}:{copy.folder / 'src'}"}

    def killed():
        """Numbers of flows that are fitted and under way after a job died, and whether it had continued with one."""
        assert copy.snakemake(*only, environment=dying).returncode != 0
        under_way = ["under-way" in path.name for path in folder.glob("checkpoint-*")]
        return under_way.count(False), under_way.count(True), "continued from its checkpoint" in log.read_text()

    script, line = "workflow/scripts/fit_flows.py", "    folder, kept, own, histories = "
    assert killed() == (0, 1, False)
    copy.edit(script, '"""Fits flows', '"""Now fits flows')  # a docstring, which does not count
    assert [killed() for _ in range(2)] == [(1, 1, True), (1, 2, False)]
    copy.edit(script, line, f"    more = 1\n{line}")
    assert killed() == (1, 3, False)
    copy.edit(script, f"    more = 1\n{line}", line)
    done = copy.snakemake(*only)
    assert done.returncode == 0, done.stderr
    assert "continued from its checkpoint" in log.read_text()
    assert not list(folder.glob("checkpoint-*"))
    again, before = (load_flows(root.folder / RESULTS / "0-1/nflows/path/flows.pt") for root in (copy, finished))
    for one, other in zip(again, before, strict=True):
        weights = other.network.state_dict()
        assert all(weight.equal(weights[name]) for name, weight in one.network.state_dict().items())


def test_flows_can_be_used_from_the_package(finished):
    flows = load_flows(finished.folder / RESULTS / "0-1/nflows/path/flows.pt")
    assert [(flow.pairs, flow.seed) for flow in flows] == [(60, 0), (60, 1), (200, 0), (200, 1)]
    flow = flows[2]
    draws = flow.sample(5, torch.zeros(2, flow.context_features))
    assert draws.shape == (5, 2, 6)
    assert flow.prior.contains(draws).all()


def test_other_settings_of_flows_fit_them_again_and_nothing_before_them(finished):
    planned = finished.to_run_after(
        "config/smoke.yaml", "steps: 30, validate_every: 10", "steps: 40, validate_every: 10"
    )
    expected = {"train": 0, "fit_flows": 2, "fit_fresh": 0, "calibrate": 2, "sample_reference": 0}
    assert {rule: planned.get(rule, 0) for rule in expected} == expected


def test_other_designs_train_the_flow_on_fresh_simulations_again_and_no_other(finished):
    planned = finished.to_run_after("config/smoke.yaml", "points: [10, 30]", "points: [10, 40]")
    expected = {"train": 0, "fit_flows": 0, "fit_fresh": 2, "calibrate": 2, "sample_reference": 0}
    assert {rule: planned.get(rule, 0) for rule in expected} == expected


def test_what_the_figures_show_is_kept(finished):
    kept = ShownPosteriors.load(finished.folder / RESULTS / "0-1/zuko/joint/posteriors.npz")
    assert kept.summary == "joint"
    assert kept.draws.shape == (60, 1, 6)
    assert kept.ranks.shape == (30, 6)


def test_a_job_samples_reference_posteriors_of_a_few_systems():
    assert reference_parts([7, 8], 1) == [[(7, 0), (8, 0)]]
    assert reference_parts([3, 4], 3) == [[(3, 0), (3, 1), (3, 2), (4, 0), (4, 1)], [(4, 2)]]


def test_replicates_share_no_data(finished):
    data = SimulatedData.load(finished.folder / "results/smoke/dynamics/lotka_volterra_noisy/0-1/data.npz")
    references = References.load(finished.folder / RESULTS / "0-1/reference/0.npz")
    assert references.seed.tolist() == [0, 1]
    for split in (data.train, *(data[name] for name in ("validation", "test"))):
        assert (split.parameters[0] != split.parameters[1]).all()
    np.testing.assert_array_equal(references.truth, data["test"].parameters[:, 0])


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [("replicates: 4", {"0-3"}), ("replicates: 8", {"0-4", "5-7"}), ("seeds: [3, 9]\n  replicates: 9", {"3_9"})],
)
def test_replicates_are_counted_or_named(checkout, numbers, expected):
    checkout.edit("config/smoke.yaml", "inference:\n  replicates: 2", f"inference:\n  {numbers}")
    planned = checkout.plan("inference")[0]
    assert set(re.findall(r"calibrate/([\d_-]+)/", planned)) == expected
    assert set(re.findall(r"lotka_volterra_noisy/([\d_-]+)/data", planned)) == expected
