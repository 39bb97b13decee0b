"""The values in the sentences of the README and of the pages: each can be had from a run at the scale that the page shows."""

import itertools
import re
from functools import cache

import numpy as np
import pandas as pd
import pytest
import yaml
from snakemake.utils import update_config
from workflow_checkout import PROJECT

from pathlode.chaos.results import TRUTH_ROW, ChaosScores
from pathlode.core.simple import SIMPLE
from pathlode.dynamics.artefacts import Probes, Scores
from pathlode.dynamics.data import VIEWS
from pathlode.ecg.records import CLASSES
from pathlode.ecg.results import ComparedBeatScores
from pathlode.inference.scores import AS_IN_TRAINING, ComparedFlows
from pathlode.real.pelt_results import EXACT, PeltScores
from pathlode.real.results import RealScores
from pathlode.real.splits import GOALS
from pathlode.registry import SYSTEMS
from pathlode.reporting.claim_families import load_claims
from pathlode.reporting.decided_claims import DecidedClaims
from pathlode.reporting.pages import VALUE, fill
from pathlode.reporting.records import ChapterCosts
from pathlode.rivals.results import RivalScores
from pathlode.schedule.artefacts import PolicyBudgets, PolicyScores
from pathlode.schedule.comparison import BEST_PARAMETRIC
from pathlode.schedule.solvable.artefacts import CONTROLS, OPTIMAL, PastRunsCentres, SolvableScores
from workflow.chapters import CHAPTERS
from workflow.configuration import default_config
from workflow.configuration.chaos import fitted_rows, labels
from workflow.configuration.dynamics import trained_rows
from workflow.configuration.replicates import replicate_batches, replicate_numbers
from workflow.configuration.rivals import compared_rows
from workflow.configuration.rows import setting
from workflow.configuration.summaries import fresh_summaries

PAGES = [PROJECT / "README.md", *sorted(PROJECT.glob("docs/*.md"))]


def config_of(page):
    """The configuration of the run that a page shows: of the scale that it names, or else of the scale `hour`."""
    (scale,) = set(re.findall(r"\*The run at the scale `(\w+)`\.\*", page.read_text())) or {"hour"}
    return of_scale(scale)


@cache
def of_scale(scale):
    config = default_config(PROJECT)
    if scale != "hour":
        update_config(config, yaml.safe_load((PROJECT / f"config/{scale}.yaml").read_text()))
    return config


@cache
def tables_of_scale(scale):
    makers = (
        claims,
        control,
        dynamics,
        probes,
        inference,
        ecg,
        scheduler,
        scheduler_budgets,
        solvable_scores,
        solvable_past_runs_centres,
        real,
        hudson_bay_scores,
        rivals_errors,
        chaos_scores,
    )
    config = of_scale(scale)
    return {make.__name__: make(config) for make in makers} | {config["claims"]["costs"]: costs(config)}


def table(columns, rows):
    """Rows that have these facts, with a number of its own in every other column."""
    given = pd.DataFrame(rows)
    others = [name for name in columns if name not in given]
    return given.assign(**{name: np.linspace(0.1, 0.9, len(given)) + k for k, name in enumerate(others)})


def crossed(**facts):
    """A row for each combination."""
    return [dict(zip(facts, values, strict=True)) for values in itertools.product(*facts.values())]


def parameters_of(config, system):
    return SYSTEMS[config["systems"][system]["system"]].parameters


def replicates_of(config, chapter):
    return [number for batch in replicate_batches(config, chapter).values() for number in batch]


def costs(config):
    return table(ChapterCosts.columns, [{"chapter": chapter} for chapter in config["chapters"]])


def claims(_):
    given = load_claims(PROJECT / "claims.yaml")
    return table(DecidedClaims.columns, [{"id": claim.id, "where": name} for claim in given for name in claim.systems])


def control(_):
    return pd.DataFrame([{"cells": 60, "false": 1, "share": 1 / 60, "allowed": 0.05}])


def dynamics(config):
    rows = []
    for system in config["dynamics"]["systems"]:
        for row in trained_rows(config, system):
            for more in crossed(seed=replicates_of(config, "dynamics"), observations=["all", *VIEWS]):
                rows.append(setting(config, system, row) | more)
    return table(Scores.columns, rows)


def probes(config):
    rows = []
    for system in config["dynamics"]["systems"]:
        for row in trained_rows(config, system):
            for more in crossed(
                seed=replicates_of(config, "dynamics"), parameter=[*parameters_of(config, system), "mean"]
            ):
                rows.append(setting(config, system, row) | more)
    return table(Probes.columns, rows)


def inference(config):
    own, rows = config["inference"], []
    parameters, replicates = [*parameters_of(config, own["system"]), "all"], replicates_of(config, "inference")
    for backend, summaries in own["flows"].items():
        for name in summaries:
            sizes = [0] if name in fresh_summaries(own) else own["training_sets"][backend]
            facts = {"summary": [name], "backend": [backend], "seed": replicates, "parameter": parameters}
            rows += crossed(**facts, n_train=sizes, condition=[AS_IN_TRAINING])
            rows += crossed(**facts, n_train=sizes[-1:], condition=own["robustness"])
    return table(ComparedFlows.columns, rows)


def ecg(config):
    own, rows = config["ecg"], []
    for name, entry in own["classifiers"].items():
        for model, conditions in ((name, own["conditions"]), (f"{name}_vote", own["vote"]["conditions"])):
            if model == name or entry.get("vote"):
                rows += crossed(
                    split=entry.get("splits", own["splits"]),
                    condition=conditions,
                    model=[model],
                    rr=[False, True] if entry.get("rr", True) else [False],
                    seed=replicate_numbers(config, "ecg"),
                    **{"class": [*CLASSES, "macro"]},
                )
    published = pd.read_csv(PROJECT / "config/published/ecg.csv")
    return pd.concat([table(ComparedBeatScores.columns, rows), published], ignore_index=True)


def scheduler(config):
    own, rows = config["scheduler"], []
    for task in own["run"]["tasks"]:
        learners = [name for name in own["run"]["learners"] if task in own["learners"][name].get("tasks", [task])]
        rows += crossed(
            task=[task],
            schedule=[*own["run"]["policies"], *learners, BEST_PARAMETRIC],
            seed=replicates_of(config, "scheduler"),
        )
    return table(PolicyScores.columns, rows)


def scheduler_budgets(config):
    return table(PolicyBudgets.columns, scheduler(config)[["task", "schedule", "seed"]])


def solvable_scores(config):
    own = config["scheduler"]["solvable"]
    rows = crossed(
        task=own["tasks"],
        policy=[
            OPTIMAL,
            *CONTROLS,
            "plan",
            "plan_again",
            "plan_latent",
            "plan_latent_again",
            *own["steered"]["learners"],
        ],
        seed=list(range(own["replicates"])),
    )
    return table(SolvableScores.columns, rows)


def solvable_past_runs_centres(config):
    own = config["scheduler"]["solvable"]["past_runs"]
    return table(PastRunsCentres.columns, crossed(task=own["tasks"], schedules=own["schedules"], runs=own["numbers"]))


def real(config):
    own, replicates = config["real"], replicate_numbers(config, "real")
    models = {name: [*own["trained"], *SIMPLE, "trees"] for name in GOALS}
    heads = [name for data in own["data"].values() for name in data["heads"]]
    models |= {name: [*own["trained"], *heads, "trees"] for name in ("death", "speaker")}
    metrics = {"death": ["auroc", "auprc"], "speaker": ["accuracy", "macro_f1"]}
    rows = []
    for task, names in models.items():
        of = {"death": ["physionet"], "speaker": ["vowels"]}.get(task, list(own["data"]))
        rows += crossed(data=of, task=[task], model=names, seed=replicates, metric=metrics.get(task, ["error"]))
    return table(RealScores.columns, rows)


def hudson_bay_scores(config):
    sources = [*config["real"]["hudson_bay"]["rows"], "values", EXACT]
    return table(PeltScores.columns, crossed(source=sources, seed=replicate_numbers(config, "real")))


def rivals_errors(config):
    own, rows = config["rivals"], []
    for data in (*own["systems"], own["measured"]):
        seeds = replicates_of(config, "rivals") if data in own["systems"] else replicate_numbers(config, "real")
        rows += crossed(data=[data], row=compared_rows(config, data), seed=seeds)
    return table(RivalScores.columns, rows)


def chaos_scores(config):
    flows, rows = [*labels(config), "all"], [TRUTH_ROW, *fitted_rows(config, "irregular")]
    return table(ChaosScores.columns, crossed(flow=flows, row=rows, seed=replicates_of(config, "chaos")))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_value_can_be_had_from_the_run_that_the_page_shows(page):
    text = page.read_text()
    assert VALUE.sub("", filled(page)) == VALUE.sub("", text)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_settings_and_claims_on_the_pages_are_those_of_the_configuration_and_of_the_published_run(page):
    text, published = page.read_text(), DecidedClaims.load(PROJECT / "published.csv").table
    kept = {}
    assert fill(text, {"claims": published}.__getitem__, config_of(page), page.name, kept.setdefault) == text
    assert not [value for value in kept if value.startswith(("config.", "claims."))]


def test_the_job_that_fills_the_pages_reads_every_table_that_they_name():
    """It keeps the values of others as they are, as of chapters that were not run."""
    named = {value.strip("\"'").partition(".")[0] for page in PAGES for value, _ in VALUE.findall(page.read_text())}
    given = {name for chapter in CHAPTERS.values() for name in (*chapter.claimed, *chapter.told)}
    assert named <= given | {"config", "claims", "control", of_scale("hour")["claims"]["costs"]}


def filled(page):
    config = config_of(page)
    return fill(page.read_text(), tables_of_scale(config["scale"]).__getitem__, config, page.name)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_line_begins_with_a_value(page):
    """Markdown takes such a line for HTML, which ends the paragraph."""
    assert re.findall(r"(?m)^[ >*-]*<!-- [=.].*", page.read_text()) == []
