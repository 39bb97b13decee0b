"""Scores the compared rows of one batch of replicates on the test trajectories of a system, and on some with parameters outside
the training's range, with the cost of each."""

from pathlib import Path

import pandas as pd

from pathlode.core.solve import Adaptive
from pathlode.dynamics.artefacts import Tuning
from pathlode.dynamics.cost import cost
from pathlode.dynamics.data import SimulatedData
from pathlode.dynamics.simulation import SimulationConfig
from pathlode.models.saving import load_fitted
from pathlode.progress import Progress
from pathlode.registry import SYSTEMS
from pathlode.reporting.job import job
from pathlode.rivals.budget import budgets
from pathlode.rivals.outside import outside_training, with_outside
from pathlode.rivals.results import RivalScores
from pathlode.rivals.scoring import diverged, score_table, scores_on_system, with_crps
from pathlode.training.history import History

with job(snakemake):
    files, params, system = snakemake.input, snakemake.params, snakemake.wildcards.system
    simulated = SimulationConfig(**params.simulate | {"window": tuple(params.simulate["window"])})
    outside = outside_training(SYSTEMS[params.system](), simulated, **params.out_of_range, replicates=params.replicates)
    test, solver = SimulatedData.load(Path(files.data))["test"], Adaptive(**params.evaluate)
    tuning = Tuning.load(*map(Path, files.tuning)).table
    tables, progress = [], Progress(f"{system}, rivals", len(params.rows))
    rows = zip(params.rows, params.tuned_as, files.models, files.histories, strict=True)
    for number, (row, tuned_as, path, history) in enumerate(rows, start=1):
        model, record = load_fitted(Path(path))
        lost = diverged(History.load(Path(history)).table)
        scores, costs = scores_on_system(model, test, solver, lost), cost(model, record.seconds)
        scores = with_crps(scores, model, test, solver)
        if outside is not None:
            scores = with_outside(scores, scores_on_system(model, outside, solver, lost))
        spent = budgets(tuning[tuning["row"] == tuned_as], model.seeds, costs["train_seconds"])
        tables.append(score_table(scores, model.seeds, data=system, row=row, **costs).merge(spent, on="seed"))
        progress(number, "rows")
    RivalScores(pd.concat(tables)).save(Path(snakemake.output.scores))
