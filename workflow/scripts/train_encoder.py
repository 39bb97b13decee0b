"""Trains one row, all replicates together, each on its split's training beats, without their classes."""

from pathlib import Path

from pathlode.ecg.beats import Beats
from pathlode.ecg.splits import BeatSplit
from pathlode.ecg.training_beats import observed_beats
from pathlode.models.saving import FitRecord, save_fitted
from pathlode.reporting.identity import identity
from pathlode.reporting.job import device, job
from pathlode.training.experiment import Experiment
from pathlode.training.history import History
from pathlode.training.resume import discard_checkpoints

with job(snakemake) as origin:
    wildcards, params, model = snakemake.wildcards, snakemake.params, Path(snakemake.output.model)
    beats, splits = (
        Beats.load(Path(snakemake.input.beats)),
        [BeatSplit.load(Path(each)) for each in snakemake.input.splits],
    )
    experiment = Experiment(seeds=params.replicates, **params.settings)
    data = observed_beats(beats, splits, params.validation)
    own = identity(snakemake)
    label = f"{wildcards.split}, {wildcards.beat_row}"
    fitted = experiment.run(data, model.parent, own, label, device(snakemake.resources.get("gpu", 0)))
    names = {"split": wildcards.split, "latent_ode": wildcards.beat_row}
    History.of(fitted.history, experiment.seeds, **names).save(Path(snakemake.output.history))
    save_fitted(model, fitted.model, FitRecord(identity=own, seconds=fitted.seconds, origin=origin()))
    discard_checkpoints(model.parent)
