"""Trains one row on all flows of a group and all replicates of a batch together, or fits it in closed form."""

from pathlib import Path

from pathlode.chaos.data import ChaosData, Diverged
from pathlode.models.saving import FitRecord, save_fitted
from pathlode.reporting.identity import identity
from pathlode.reporting.job import device, job
from pathlode.training.experiment import Experiment
from pathlode.training.resume import discard_checkpoints

with job(snakemake) as origin:
    data, model = ChaosData.load(Path(snakemake.input.data)), Path(snakemake.output.model)
    own, where = identity(snakemake), device(snakemake.resources.get("gpu", 0))
    experiment = Experiment(seeds=data.replicates, **snakemake.params.settings)
    label = f"{snakemake.wildcards.flows}, {snakemake.wildcards.chaos_row}"
    fitted = experiment.run(data.observed, model.parent, own, label, where, strict=False)
    save_fitted(model, fitted.model, FitRecord(identity=own, seconds=fitted.seconds, origin=origin()))
    Diverged(fitted.diverged.tolist()).save(Path(snakemake.output.diverged))
    discard_checkpoints(model.parent)
