"""Scores the compared rows at the hidden values of measured test series, with the cost of each."""

from pathlib import Path

import pandas as pd

from pathlode.core.solve import Adaptive
from pathlode.dynamics.cost import cost
from pathlode.models.saving import load_fitted
from pathlode.progress import Progress
from pathlode.real.fits import Asked
from pathlode.real.measured import MeasuredSeries
from pathlode.real.splits import SeriesSplit
from pathlode.reporting.job import job
from pathlode.rivals.budget import budget_of_weights
from pathlode.rivals.results import RivalScores
from pathlode.rivals.scoring import diverged, score_table, scores_on_series
from pathlode.training.history import History

with job(snakemake):
    files, params = snakemake.input, snakemake.params
    measured, solver = MeasuredSeries.load(Path(files.series)), Adaptive(**params.evaluate)
    asked = [Asked(measured, SeriesSplit.load(Path(path)), params.goal) for path in files.splits]
    tables, progress = [], Progress(f"{measured.data}, rivals", len(params.rows))
    rows = zip(params.rows, files.models, files.histories, strict=True)
    for number, (row, path, history) in enumerate(rows, start=1):
        model, record = load_fitted(Path(path))
        lost, costs = diverged(History.load(Path(history)).table), cost(model, record.seconds)
        facts = {"data": measured.data, "row": row}
        facts |= budget_of_weights("training" in model.offers, params.rates, params.weights, costs["train_seconds"])
        scores = scores_on_series(model, asked, params.weights, solver, lost)
        tables.append(score_table(scores, params.replicates, **facts, **costs))
        progress(number, "rows")
    RivalScores(pd.concat(tables)).save(Path(snakemake.output.scores))
