"""Chooses the penalty weight of every model in each replicate by validation series, and scores the test series."""

from pathlib import Path

import pandas as pd

from pathlode.core.solve import Adaptive
from pathlode.models.contract import SequenceModel
from pathlode.models.saving import load_fitted
from pathlode.progress import Progress
from pathlode.real.evaluation import classified_by_model, examples, weight_choices
from pathlode.real.fits import Asked
from pathlode.real.measured import MeasuredSeries
from pathlode.real.results import RealScores, WeightChoices, score_rows
from pathlode.real.splits import SeriesSplit
from pathlode.reporting.job import job

with job(snakemake):
    files, params, goal = snakemake.input, snakemake.params, snakemake.wildcards.goal
    measured, solver = MeasuredSeries.load(Path(files.series)), Adaptive(**params.evaluate)
    asked = [Asked(measured, SeriesSplit.load(Path(path)), goal) for path in files.splits]
    rows, choices = [], []
    first: dict[str, SequenceModel] = {}
    progress = Progress(f"{measured.data}, {goal}", len(params.rows))
    for number, (name, path) in enumerate(zip(params.rows, files.models, strict=True), start=1):
        stack, record = load_fitted(Path(path))
        tried = weight_choices(asked, stack, params.weights, solver)
        seconds = record.seconds / len(asked)
        for own, replicate, member in zip(asked, params.replicates, tried.loc[tried["chosen"], "member"], strict=True):
            model, test = stack.member(member), own.split.test
            first.setdefault(name, model)
            scores = {goal: {"error": own.error(own.predicted_by(model, test, solver), test)}}
            if goal == "interpolation" and "latent" in model.offers:
                scores[measured.target] = classified_by_model(measured, model, own.split)
            rows += score_rows(measured, name, replicate, scores, seconds)
        facts = {"data": measured.data, "task": goal, "model": name}
        choices.append(tried.assign(**facts, replicate=tried["replicate"].map(dict(enumerate(params.replicates)))))
        progress(number, "models")
    RealScores(pd.DataFrame(rows)).save(Path(snakemake.output.scores))
    WeightChoices(pd.concat(choices)).save(Path(snakemake.output.weights))
    shown = {name: first[name] for name in params.shown["rows"] if name in first}
    examples(asked[0], shown, params.shown["simple"], solver).save(Path(snakemake.output.examples))
