"""Joins the outcomes of all policies' runs, compares them pair by pair, and sums them up."""

import json
from collections.abc import Collection
from pathlib import Path

import pandas as pd

from pathlode.reporting.job import job
from pathlode.reporting.tables import write
from pathlode.schedule.comparison import BEST_PARAMETRIC, METRICS, compare_policies, with_best_parametric

LEAST = 1e-4  # error of a run without any, so that ratios can be taken


def by_task(paths: Collection[str]) -> pd.DataFrame:
    """The rows of the files of several tasks' policies, with the task."""
    tables = [pd.read_csv(path) for path in paths]
    for path, table in zip(paths, tables, strict=True):
        table.insert(0, "task", Path(path).parents[2].name)
    return pd.concat(tables, ignore_index=True)


with job(snakemake):
    params, tables = snakemake.params, snakemake.output
    runs = by_task(snakemake.input.outcomes)
    write(by_task(snakemake.input.decisions), tables.decisions)
    runs["sharpness"] = runs["sharpness"].abs()
    for metric in METRICS:
        runs[f"{metric}_error"] = (1 - runs[metric]).clip(lower=LEAST)
    final = with_best_parametric(runs[runs["phase"] == "final"], params.parametric)
    final["seconds_with_sweep"] = final["seconds"] + final["seconds_before"]
    columns = ["task", "schedule", "setting", "seed", *METRICS, *(f"{metric}_error" for metric in METRICS)]
    write(final[[*columns, "sharpness", "seconds", "seconds_with_sweep"]], tables.outcomes)
    compared = pd.concat(
        [compare_policies(final, params.ours, metric, params.confidence) for metric in (*METRICS, "sharpness")]
    )
    write(compared, tables.comparisons)
    cards = []
    for path in map(Path, snakemake.input.cards):
        for card in json.loads(path.read_text()):
            errors = {f"error_{name}": value for name, value in card["error"].items()}
            spreads = {f"spread_{name}": value for name, value in card["spread"].items()}
            facts = {
                "task": path.parents[2].name,
                "fit": path.parent.name,
                "seed": card["seed"],
                "runs": len(card["runs"]),
            }
            cards.append(facts | errors | spreads | {"seconds": card["seconds"]})
    write(pd.DataFrame(cards), tables.fits)
    accuracy = compared[compared["metric"] == "test_last"]
    rows = []
    for _, row in accuracy.iterrows():
        task, schedule = row["task"], row["schedule"]
        some = final[(final["task"] == task) & (final["schedule"] == schedule)]
        middle, low, high = (f"{100 * row[name]:+.2f}" for name in ("difference", "low", "high"))
        difference = "–" if pd.isna(row["low"]) else f"{middle} [{low}, {high}]"
        rows.append(
            {
                "task": task,
                "schedule": schedule if schedule != BEST_PARAMETRIC else f"best of {', '.join(params.parametric)}",
                "setting": some["setting"].iloc[0],
                "accuracy, last epoch (%)": f"{100 * row['mean']:.2f}",
                f"{params.ours} minus it": difference,
                "best validation (%)": f"{100 * some['test_best_val'].mean():.2f}",
                "top Hessian eigenvalue": f"{some['sharpness'].median():.3g}",
                "seconds": f"{some['seconds'].mean():.2g}",
                "with the sweep": f"{some['seconds_with_sweep'].mean():.3g}",
            }
        )
    for path in tables.summaries:
        write(pd.DataFrame(rows), path)
