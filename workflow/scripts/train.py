"""Trains one row on all replicates of a batch together, or fits it in closed form."""

from pathlib import Path

from pathlode.dynamics.artefacts import Chosen
from pathlode.dynamics.data import SimulatedData
from pathlode.models.saving import FitRecord, save_fitted
from pathlode.reporting.identity import identity
from pathlode.reporting.job import device, job
from pathlode.training.experiment import Experiment
from pathlode.training.history import History
from pathlode.training.resume import discard_checkpoints

with job(snakemake) as origin:
    files, params, model = snakemake.input, snakemake.params, Path(snakemake.output.model)
    chosen = Chosen.load(Path(files.chosen)).of(params.replicates) if files.chosen else {}
    experiment = Experiment(seeds=params.replicates, **params.settings, **params.parts, **chosen)
    data, own = SimulatedData.load(Path(files.data)).observed, identity(snakemake)
    label = f"{snakemake.wildcards.system}, {snakemake.wildcards.row}"
    where = device(snakemake.resources.get("gpu", 0))
    fitted = experiment.run(data, model.parent, own, label, where, params.strict)
    History.of(fitted.history, experiment.seeds, **params.setting).save(Path(snakemake.output.history))
    record = FitRecord(identity=own, seconds=fitted.seconds, origin=origin(), **chosen)
    save_fitted(model, fitted.model, record)
    discard_checkpoints(model.parent)
