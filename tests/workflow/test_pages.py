"""The values in the sentences of the README and of the pages: each can be had from a run at the scale `hour`."""

import itertools
import re

import numpy as np
import pandas as pd
import pytest
from workflow_checkout import PROJECT

from pathlode.core.simple import SIMPLE
from pathlode.dynamics.artefacts import Probes, Scores
from pathlode.dynamics.data import VIEWS
from pathlode.ecg.records import CLASSES
from pathlode.ecg.results import ComparedBeatScores
from pathlode.inference.scores import ComparedFlows
from pathlode.real.pelt_results import EXACT, PeltScores
from pathlode.real.results import RealScores
from pathlode.real.splits import GOALS
from pathlode.registry import SYSTEMS
from pathlode.reporting.claim_families import load_claims
from pathlode.reporting.decided_claims import DecidedClaims
from pathlode.reporting.pages import VALUE, fill
from pathlode.schedule.artefacts import PolicyScores
from pathlode.schedule.comparison import BEST_PARAMETRIC
from workflow.configuration import default_config
from workflow.configuration.dynamics import setting, trained_rows
from workflow.configuration.replicates import replicate_batches, replicate_numbers

PAGES = [PROJECT / "README.md", *sorted(PROJECT.glob("docs/*.md"))]
CONFIG = default_config(PROJECT)


def table(columns, rows):
    """Rows that have these facts, with a number of its own in every other column."""
    given = pd.DataFrame(rows)
    others = [name for name in columns if name not in given]
    return given.assign(**{name: np.linspace(0.1, 0.9, len(given)) + k for k, name in enumerate(others)})


def crossed(**facts):
    """A row for each combination."""
    return [dict(zip(facts, values, strict=True)) for values in itertools.product(*facts.values())]


def parameters_of(system):
    return SYSTEMS[CONFIG["systems"][system]["system"]].parameters


def replicates_of(chapter):
    return [number for batch in replicate_batches(CONFIG, chapter).values() for number in batch]


def claims():
    given = load_claims(PROJECT / "claims.yaml")
    return table(DecidedClaims.columns, [{"id": claim.id, "where": name} for claim in given for name in claim.systems])


def control():
    return pd.DataFrame([{"cells": 60, "false": 1, "share": 1 / 60, "allowed": 0.05}])


def dynamics():
    rows = []
    for system in CONFIG["dynamics"]["systems"]:
        for row in trained_rows(CONFIG, system):
            for more in crossed(seed=replicates_of("dynamics"), observations=["all", *VIEWS]):
                rows.append(setting(CONFIG, system, row) | more)
    return table(Scores.columns, rows)


def probes():
    rows = []
    for system in CONFIG["dynamics"]["systems"]:
        for row in trained_rows(CONFIG, system):
            for more in crossed(seed=replicates_of("dynamics"), parameter=[*parameters_of(system), "mean"]):
                rows.append(setting(CONFIG, system, row) | more)
    return table(Probes.columns, rows)


def inference():
    own, rows = CONFIG["inference"], []
    parameters, replicates = [*parameters_of(own["system"]), "all"], replicates_of("inference")
    for backend, summaries in own["flows"].items():
        rows += crossed(
            summary=summaries, backend=[backend], n_train=own["training_sets"], seed=replicates, parameter=parameters
        )
    return table(ComparedFlows.columns, rows)


def ecg():
    own, rows = CONFIG["ecg"], []
    for name, entry in own["classifiers"].items():
        for model, conditions in ((name, own["conditions"]), (f"{name}_vote", own["vote"]["conditions"])):
            if model == name or entry.get("vote"):
                rows += crossed(
                    split=entry.get("splits", own["splits"]),
                    condition=conditions,
                    model=[model],
                    rr=[False, True] if entry.get("rr", True) else [False],
                    seed=replicate_numbers(CONFIG, "ecg"),
                    **{"class": [*CLASSES, "macro"]},
                )
    published = pd.read_csv(PROJECT / "config/published/ecg.csv")
    return pd.concat([table(ComparedBeatScores.columns, rows), published], ignore_index=True)


def scheduler():
    own, rows = CONFIG["scheduler"], []
    for task in own["run"]["tasks"]:
        learners = [name for name in own["run"]["learners"] if task in own["learners"][name].get("tasks", [task])]
        rows += crossed(
            task=[task],
            schedule=[*own["run"]["policies"], *learners, BEST_PARAMETRIC],
            seed=replicates_of("scheduler"),
        )
    return table(PolicyScores.columns, rows)


def real():
    own, replicates = CONFIG["real"], replicate_numbers(CONFIG, "real")
    models = {name: [*own["trained"], *SIMPLE, "trees"] for name in GOALS}
    heads = [name for data in own["data"].values() for name in data["heads"]]
    models |= {name: [*own["trained"], *heads, "trees"] for name in ("death", "speaker")}
    metrics = {"death": ["auroc", "auprc"], "speaker": ["accuracy", "macro_f1"]}
    rows = []
    for task, names in models.items():
        of = {"death": ["physionet"], "speaker": ["vowels"]}.get(task, list(own["data"]))
        rows += crossed(data=of, task=[task], model=names, seed=replicates, metric=metrics.get(task, ["error"]))
    return table(RealScores.columns, rows)


def hudson_bay_scores():
    sources = [*CONFIG["real"]["hudson_bay"]["losses"], "values", EXACT]
    return table(PeltScores.columns, crossed(source=sources, seed=replicate_numbers(CONFIG, "real")))


@pytest.fixture(scope="module")
def tables():
    makers = (claims, control, dynamics, probes, inference, ecg, scheduler, real, hudson_bay_scores)
    return {make.__name__: make() for make in makers}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_value_can_be_had_from_a_run_at_the_scale_hour(page, tables):
    text = page.read_text()
    assert VALUE.sub("", fill(text, tables.__getitem__, CONFIG, page.name)) == VALUE.sub("", text)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_settings_on_the_pages_are_those_of_the_configuration(page, tables):
    text = page.read_text()
    now = VALUE.findall(fill(text, tables.__getitem__, CONFIG, page.name))
    assert [value for value in VALUE.findall(text) if value[0].startswith("config.")] == [
        value for value in now if value[0].startswith("config.")
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_line_begins_with_a_value(page):
    """Markdown takes such a line for HTML, which ends the paragraph."""
    assert re.findall(r"(?m)^[ >*-]*<!-- [=.].*", page.read_text()) == []
