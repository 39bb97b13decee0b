"""Joins the outcomes of all policies' runs, adds up their budgets, compares them by paired differences, and summarises them."""

from pathlib import Path

import pandas as pd

from pathlode.reporting.job import job
from pathlode.reporting.tables import write
from pathlode.schedule.artefacts import (
    PolicyBudgets,
    PolicyComparisons,
    PolicyDecisions,
    PolicyOutcomes,
    PolicyScores,
    RunModelFits,
)
from pathlode.schedule.budgets import policy_budgets
from pathlode.schedule.columns import METRICS, scored, seconds_with_sweep
from pathlode.schedule.comparison import (
    BEST_PARAMETRIC,
    compare_policies,
    policy_summary,
    with_best_parametric,
    with_frequent,
)

with job(snakemake):
    params, files, tables = snakemake.params, snakemake.input, snakemake.output
    outcomes = scored(PolicyOutcomes.load(*map(Path, files.outcomes)).table)
    runs = with_best_parametric(outcomes, params.parametric)
    runs["seconds_with_sweep"] = seconds_with_sweep(runs)
    compared = {
        metric: compare_policies(runs, params.ours, metric, params.confidence) for metric in (*METRICS, "sharpness")
    }
    PolicyScores(with_frequent(runs)[list(PolicyScores.columns)]).save(Path(tables.outcomes))
    learnt = params.learnt | {BEST_PARAMETRIC: {"schedules": params.parametric}}
    PolicyBudgets(policy_budgets(runs, outcomes, learnt)).save(Path(tables.budgets))
    PolicyComparisons(pd.concat(compared.values())).save(Path(tables.comparisons))
    RunModelFits.load(*map(Path, files.fits)).save(Path(tables.fits))
    PolicyDecisions.load(*map(Path, files.decisions)).save(Path(tables.decisions))
    write(policy_summary(runs, compared["test_last"], params.ours, params.parametric), *tables.summaries)
