"""Scores the trained stacks of one encoder on the test trajectories, with all and with some of their observations, and keeps
their latents and a few predictions, in groups by loss.
"""

from pathlib import Path

import pandas as pd
import torch

from pathlode.arrays import save_groups
from pathlode.core.solve import Adaptive
from pathlode.dynamics.data import SPLITS, VIEWS, SimulatedData
from pathlode.dynamics.scores import evaluate, nmse_in_time, window_errors
from pathlode.models.latents import encode
from pathlode.models.saving import load_model
from pathlode.progress import Progress
from pathlode.reporting.job import job

EXAMPLES = 3  # test trajectories whose predictions are kept

with job(snakemake):
    wildcards, losses = snakemake.wildcards, snakemake.params.losses
    data, solver = SimulatedData.load(Path(snakemake.input.data)), Adaptive(**snakemake.params.evaluate)
    truth = torch.cat([data["test"].inside.values, data["test"].beyond.values], dim=1)
    tables, kept, progress = [], {}, Progress(f"{wildcards.system}, {wildcards.encoder}", len(losses))
    for number, (loss, path) in enumerate(zip(losses, snakemake.input.models, strict=True), start=1):
        model, trained = load_model(Path(path))
        names = {"system": wildcards.system, "encoder": wildcards.encoder, "loss": loss, "seed": model.seeds}
        result = evaluate(model, data["test"], solver)
        scores = {name: score.numpy() for name, score in result.scores.items()}
        rows = [pd.DataFrame(names | {"observations": "all"} | scores)]
        for view in VIEWS:
            inside, beyond = window_errors(model, data[view], solver)
            errors = {"interpolation_nmse": inside.numpy(), "extrapolation_nmse": beyond.numpy()}
            rows.append(pd.DataFrame(names | {"observations": view} | errors))
        table = pd.concat(rows)
        table.insert(5, "train_seconds", trained["seconds"] / len(model.seeds))
        table.insert(5, "n_parameters", model.parameters_per_member)
        tables.append(table)
        kept[loss] = {
            "nmse": nmse_in_time(result.predicted, truth).numpy(),
            "predicted": result.predicted[:, :EXAMPLES].numpy(),
            "path": result.path[:, :EXAMPLES].numpy(),
        } | {f"{split}_z0": encode(model, data[split].observed).numpy() for split in SPLITS}
        progress(number, "losses")
    pd.concat(tables).to_csv(snakemake.output.scores, index=False, float_format="%.6g")
    save_groups(Path(snakemake.output.arrays), kept)
