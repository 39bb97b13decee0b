"""Scores the rows that were fitted to a group of flows: their forecasts, and the attractors that they have learnt."""

from pathlib import Path

import pandas as pd

from pathlode.chaos.data import ChaosData, Diverged
from pathlode.chaos.predicted import Asking, of_the_truth, predicted_by
from pathlode.chaos.results import TRUTH_ROW, ChaosScores
from pathlode.chaos.scoring import Showing, chaos_score_table, koopman_residuals
from pathlode.dynamics.cost import cost
from pathlode.models.saving import load_fitted
from pathlode.progress import Progress
from pathlode.reporting.job import job

with job(snakemake):
    files, params = snakemake.input, snakemake.params
    data, showing = ChaosData.load(Path(files.data)), Showing(params.shown)
    tables, progress = [], Progress(f"{snakemake.wildcards.flows}, chaos", len(params.rows))
    smoothing = params.asking[0]["smoothing"]
    truth = of_the_truth(data)
    tables.append(chaos_score_table(truth, data, smoothing, row=TRUTH_ROW))
    showing.add(TRUTH_ROW, truth, data, smoothing)
    rows = zip(params.rows, params.asking, files.models, files.diverged, strict=True)
    for number, (row, asking, path, diverged) in enumerate(rows, start=1):
        model, record = load_fitted(Path(path))
        predicted = predicted_by(model, data, Asking(**asking))
        lost = Diverged.load(Path(diverged)).members
        facts = cost(model, record.seconds) | {"residual": koopman_residuals(model, data.observed.training)}
        tables.append(chaos_score_table(predicted, data, smoothing, lost, row=row, **facts))
        showing.add(row, predicted, data, smoothing)
        showing.add_codes(row, model, data)
        progress(number, "rows")
    ChaosScores(pd.concat(tables)).save(Path(snakemake.output.scores))
    showing.file(data).save(Path(snakemake.output.shown))
