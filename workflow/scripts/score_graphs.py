"""Scores the graphs of one batch of replicates on a system: which quantity drives which, and what follows if one is held."""

from pathlib import Path

import pandas as pd

from pathlode.core.solve import Adaptive
from pathlode.dynamics.data import SimulatedData
from pathlode.models.saving import load_fitted
from pathlode.progress import Progress
from pathlode.registry import SYSTEMS
from pathlode.reporting.job import job
from pathlode.rivals.graph_scores import Held, graph_scores, influence_table
from pathlode.rivals.results import GraphScores, Influences
from pathlode.rivals.scoring import diverged
from pathlode.training.history import History

with job(snakemake):
    files, params, name = snakemake.input, snakemake.params, snakemake.wildcards.system
    test, solver = SimulatedData.load(Path(files.data))["test"], Adaptive(**params.evaluate)
    system, held = SYSTEMS[params.system](), Held(**params.held)
    scores, strengths, progress = [], [], Progress(f"{name}, graphs", len(params.rows))
    rows = zip(params.rows, files.models, files.histories, strict=True)
    for number, (row, path, history) in enumerate(rows, start=1):
        (model, _), lost = load_fitted(Path(path)), diverged(History.load(Path(history)).table)
        scores.append(graph_scores(model, system, test, held, solver, lost).assign(data=name, row=row))
        strengths.append(influence_table(model, system, test).assign(data=name, row=row))
        progress(number, "rows")
    outputs = snakemake.output
    for kind, tables, file in ((GraphScores, scores, outputs.scores), (Influences, strengths, outputs.influences)):
        kind(pd.concat(tables)[list(kind.columns)]).save(Path(file))
