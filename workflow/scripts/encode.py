"""Encodes every trajectory of a data set: z0 per split, (member, trajectory, latent), beside what was varied."""

from pathlib import Path

import numpy as np

from pathlode.checkpoint import load_model
from pathlode.files import writing
from pathlode.job import job
from pathlode.metrics import encode
from pathlode.systems.contract import SPLITS, SimulatedData

with job(snakemake.log[0], snakemake.threads):
    data = SimulatedData.load(Path(snakemake.input.data))
    model, _ = load_model(Path(snakemake.input.model))
    arrays = {"seeds": np.array(model.seeds)}
    for split in SPLITS:
        arrays[f"{split}_z0"] = encode(model, data[split].observed).float().numpy()
        arrays[f"{split}_parameters"] = data[split].parameters.numpy()
    with writing(Path(snakemake.output.latents)) as temporary:
        np.savez(temporary, allow_pickle=False, **arrays)
