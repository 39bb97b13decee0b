"""Scores models of the hopper, trees and predictions without a model on the published test part."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pathlode.core.simple import Numbers
from pathlode.core.solve import Adaptive
from pathlode.models.saving import load_fitted
from pathlode.real.evaluation import boosted_predictions, simple_predictions, weight_choices
from pathlode.real.fits import Asked
from pathlode.real.hopper import HopperTrajectories
from pathlode.real.hopper_tasks import published_error
from pathlode.real.measured import MeasuredSeries
from pathlode.real.results import RealScores, score_rows
from pathlode.real.splits import SeriesSplit
from pathlode.reporting.job import job

with job(snakemake):
    files, params, goal = snakemake.input, snakemake.params, snakemake.wildcards.goal
    trajectories = HopperTrajectories.load(Path(files.trajectories))
    measured, solver = MeasuredSeries.load(Path(files.series)), Adaptive(**params.evaluate)
    asked = [Asked(measured, SeriesSplit.load(Path(path)), goal) for path in files.splits]
    test = asked[0].split.test
    rows: list[dict[str, Any]] = []

    def score(own: Asked, name: str, replicate: int, predicted: Numbers, seconds: float = float("nan")) -> None:
        """Adds rows of a model's predictions for the test series."""
        found = {
            "error": own.error(predicted, test),
            "mse": published_error(own, predicted, test, trajectories),
        }
        rows.extend(score_rows(measured, name, replicate, {goal: found}, seconds))

    for name, path in zip(params.rows, files.models, strict=True):
        stack, record = load_fitted(Path(path))
        tried = weight_choices(asked, stack, params.weights, solver)
        for own, replicate, member in zip(asked, params.replicates, tried.loc[tried["chosen"], "member"], strict=True):
            predicted = own.predicted_by(stack.member(member), test, solver)
            score(own, name, replicate, predicted, record.seconds / len(asked))
    for own, replicate in zip(asked, params.replicates, strict=True):
        for name, found in simple_predictions(own).items():
            score(own, name, replicate, found[test])
        found, seconds = boosted_predictions(own, params.trees, params.tree_values, replicate)
        read = np.where(np.isfinite(own.seen), own.seen, found)  # where trees read a value, they need not predict it
        score(own, "trees", replicate, read[test], seconds)
    RealScores(pd.DataFrame(rows)).save(Path(snakemake.output.scores))
