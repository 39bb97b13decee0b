"""Scores the rivals of the models on a data set: predictions without a model, and boosted trees on simple features."""

from pathlib import Path

import pandas as pd

from pathlode.progress import Progress
from pathlode.real.evaluation import (
    boosted_predictions,
    classified_by_frequency,
    classified_by_trees,
    simple_predictions,
)
from pathlode.real.fits import Asked
from pathlode.real.measured import MeasuredSeries
from pathlode.real.results import RealScores, score_rows
from pathlode.real.splits import SeriesSplit
from pathlode.reporting.job import job

with job(snakemake):
    params, measured = snakemake.params, MeasuredSeries.load(Path(snakemake.input.series))
    rows, progress = [], Progress(measured.data, len(params.replicates))
    for number, (replicate, path) in enumerate(zip(params.replicates, snakemake.input.splits, strict=True), start=1):
        split = SeriesSplit.load(Path(path))
        for goal in params.goals:
            own, test = Asked(measured, split, goal), split.test
            for name, found in simple_predictions(own).items():
                rows += score_rows(measured, name, replicate, {goal: {"error": own.error(found[test], test)}})
            found, seconds = boosted_predictions(own, params.trees, params.tree_values, replicate)
            rows += score_rows(measured, "trees", replicate, {goal: {"error": own.error(found[test], test)}}, seconds)
        by_trees = classified_by_trees(measured, split, params.trees, replicate)
        rows += score_rows(measured, "trees", replicate, {measured.target: by_trees})
        by_frequency = classified_by_frequency(measured, split)
        rows += score_rows(measured, "frequency", replicate, {measured.target: by_frequency})
        progress(number, "replicates")
    RealScores(pd.DataFrame(rows)).save(Path(snakemake.output.scores))
