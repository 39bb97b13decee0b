"""Trains all seeds of one setting together."""

import json
from pathlib import Path

import pandas as pd

from pathlode.checkpoint import discard_checkpoints, save_model
from pathlode.experiment import Experiment
from pathlode.job import device, job

with job(snakemake.log[0], snakemake.threads):
    wildcards = snakemake.wildcards
    experiment = Experiment(
        encoder=wildcards.encoder,
        loss=wildcards.loss,
        seeds=snakemake.params.seeds,
        model=snakemake.params.model,
        train=snakemake.params.train,
        **json.loads(Path(snakemake.input.chosen).read_text()),
    )
    data, model = Path(snakemake.input.data), Path(snakemake.output.model)
    label = f"{wildcards.system}, {wildcards.encoder}, {wildcards.loss}"
    trainer = experiment.run(data, model.parent, label, device(snakemake.resources.get("gpu", 0)))
    seeds = list(experiment.seeds)
    history = pd.concat(
        pd.DataFrame(
            {
                "system": wildcards.system,
                "encoder": wildcards.encoder,
                "loss": wildcards.loss,
                "seed": seeds,
                "step": row.step,
                "train_loss": row.train_loss.tolist(),
                "validation_mse": row.mse.tolist(),
                "solver_share": row.solver_share.tolist(),
                "solver_steps": row.solver_steps,
                "seconds": row.seconds / len(seeds),
            }
        )
        for row in trainer.history
    )
    history.to_csv(snakemake.output.history, index=False)
    save_model(
        model,
        trainer.model,
        fingerprint=experiment.fingerprint(data),
        seconds=trainer.seconds,
        learning_rate=experiment.learning_rate,
        weight=experiment.weight,
    )
    discard_checkpoints(model.parent)
