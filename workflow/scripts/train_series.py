"""Trains one kind of model on real series for one goal, all replicates and penalty weights together."""

from pathlib import Path

from pathlode.models.saving import FitRecord, save_fitted
from pathlode.real.fits import candidates, observed_classes, observed_series
from pathlode.real.measured import MeasuredSeries
from pathlode.real.splits import SeriesSplit
from pathlode.reporting.identity import identity
from pathlode.reporting.job import job
from pathlode.training.experiment import Experiment
from pathlode.training.history import History
from pathlode.training.resume import discard_checkpoints

with job(snakemake) as origin:
    files, wildcards, params, model = (
        snakemake.input,
        snakemake.wildcards,
        snakemake.params,
        Path(snakemake.output.model),
    )
    splits = [SeriesSplit.load(Path(path)) for path in files.splits]
    seeds, weights = candidates(params.replicates, params.weights)
    measured, head = MeasuredSeries.load(Path(files.series)), params.head
    sizes = params.settings["sizes"] | ({"head": len(measured.classes)} if head else {})
    experiment = Experiment(seeds=seeds, weight=weights, **params.settings | {"sizes": sizes})
    data = observed_series(measured, splits, wildcards.goal, len(params.weights))
    outcomes = observed_classes(measured, splits, head) if head else None
    own, label = identity(snakemake), f"{wildcards.measured}, {wildcards.goal}, {wildcards.series_row}"
    fitted = experiment.run(data, model.parent, own, label, strict=params.strict, outcomes=outcomes)
    names = {"data": wildcards.measured, "goal": wildcards.goal, "model": wildcards.series_row}
    History.of(fitted.history, seeds, **names).save(Path(snakemake.output.history))
    record = FitRecord(identity=own, seconds=fitted.seconds, origin=origin(), weight=weights)
    save_fitted(model, fitted.model, record)
    discard_checkpoints(model.parent)
