"""How much of what a system varies a linear map reads off z0, for every trained model."""

from pathlib import Path

import pandas as pd

from pathlode.arrays import load_groups
from pathlode.dynamics.data import SimulatedData
from pathlode.dynamics.scores import linear_probe
from pathlode.reporting.job import job

with job(snakemake):
    params, rows = snakemake.params, []
    for setting, path, file in zip(params.settings, snakemake.input.arrays, snakemake.input.data, strict=True):
        data = SimulatedData.load(Path(file))
        known, unseen = (data[split].parameters.numpy() for split in ("train", "test"))
        for loss, arrays in load_groups(Path(path), "train_z0", "test_z0").items():
            for seed, z0, test_z0 in zip(params.seeds, arrays["train_z0"], arrays["test_z0"], strict=True):
                r2 = linear_probe(z0, known, test_z0, unseen)
                scores = dict(zip(data.parameters, r2, strict=True)) | {"mean": r2.mean()}
                names = setting | {"loss": loss, "seed": seed}
                rows += [names | {"parameter": name, "r2": score} for name, score in scores.items()]
    table = pd.DataFrame(rows)
    table["unexplained"] = 1 - table["r2"]
    table.to_csv(snakemake.output.probes, index=False, float_format="%.6g")
