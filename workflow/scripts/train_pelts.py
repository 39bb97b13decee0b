"""Trains one row's models on simulated pelts, all replicates together."""

from pathlib import Path

from pathlode.models.saving import FitRecord, save_fitted
from pathlode.real.pelt_posteriors import observed_pelts
from pathlode.real.pelt_results import SimulatedPelts
from pathlode.reporting.identity import identity
from pathlode.reporting.job import job
from pathlode.training.experiment import Experiment
from pathlode.training.history import History
from pathlode.training.resume import discard_checkpoints

with job(snakemake) as origin:
    params, row, model = snakemake.params, snakemake.wildcards.pelt_row, Path(snakemake.output.model)
    data = observed_pelts(SimulatedPelts.load(Path(snakemake.input.simulated)), params.validation)
    experiment, own = Experiment(seeds=params.replicates, **params.settings), identity(snakemake)
    fitted = experiment.run(data, model.parent, own, f"lynx and hare, {row}")
    History.of(fitted.history, params.replicates, model=row).save(Path(snakemake.output.history))
    weights = [params.settings["weight"]] * len(params.replicates)
    save_fitted(model, fitted.model, FitRecord(identity=own, seconds=fitted.seconds, origin=origin(), weight=weights))
    discard_checkpoints(model.parent)
