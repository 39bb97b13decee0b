"""Trains all seeds of one setting together."""

import json
from pathlib import Path

from pathlode.dynamics.data import SimulatedData
from pathlode.models.saving import save_model
from pathlode.reporting.identity import identity
from pathlode.reporting.job import device, job
from pathlode.training.experiment import Experiment
from pathlode.training.history import training_history
from pathlode.training.resume import discard_checkpoints

with job(snakemake) as origin:
    wildcards = snakemake.wildcards
    experiment = Experiment(
        encoder=wildcards.encoder,
        loss=wildcards.loss,
        seeds=snakemake.params.seeds,
        model=snakemake.params.model,
        train=snakemake.params.train,
        **json.loads(Path(snakemake.input.chosen).read_text()),
    )
    data, model = SimulatedData.load(Path(snakemake.input.data)).observed, Path(snakemake.output.model)
    own = identity(snakemake)
    label = f"{wildcards.system}, {wildcards.encoder}, {wildcards.loss}"
    trainer = experiment.run(data, model.parent, own, label, device(snakemake.resources.get("gpu", 0)))
    names = {name: wildcards[name] for name in ("system", "encoder", "loss")}
    training_history(trainer.history, experiment.seeds, **names).to_csv(snakemake.output.history, index=False)
    save_model(
        model,
        trainer.model,
        identity=own,
        seconds=trainer.seconds,
        learning_rate=experiment.learning_rate,
        weight=experiment.weight,
        origin=origin(),
    )
    discard_checkpoints(model.parent)
