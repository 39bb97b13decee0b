"""How much of what a system varies a linear map reads off z0, for every trained model."""

from pathlib import Path

import numpy as np
import pandas as pd

from pathlode.job import job
from pathlode.metrics import linear_probe
from pathlode.systems.contract import SimulatedData

with job(snakemake.log[0], snakemake.threads):
    params, rows = snakemake.params, []
    for setting, path, data in zip(params.settings, snakemake.input.latents, snakemake.input.data, strict=True):
        latents, names = np.load(path), SimulatedData.load(Path(data)).parameters
        known, unseen = latents["train_parameters"], latents["test_parameters"]
        for seed, z0, test_z0 in zip(latents["seeds"], latents["train_z0"], latents["test_z0"], strict=True):
            r2 = linear_probe(z0, known, test_z0, unseen)
            scores = dict(zip(names, r2, strict=True)) | {"mean": r2.mean()}
            rows += [setting | {"seed": seed, "parameter": name, "r2": score} for name, score in scores.items()]
    table = pd.DataFrame(rows)
    table["unexplained"] = 1 - table["r2"]
    table.to_csv(snakemake.output.probes, index=False, float_format="%.6g")
