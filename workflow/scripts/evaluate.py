"""Scores a trained stack on the test trajectories, with all and with some of their observations, and keeps its latents."""

from pathlib import Path

import numpy as np
import pandas as pd
import torch

from pathlode.checkpoint import load_model
from pathlode.files import writing
from pathlode.job import job
from pathlode.metrics import encode, evaluate, nmse_in_time, window_errors
from pathlode.solve import Adaptive
from pathlode.systems.contract import SPLITS, VIEWS, SimulatedData

EXAMPLES = 3  # test trajectories whose predictions are kept

with job(snakemake.log[0], snakemake.threads):
    data = SimulatedData.load(Path(snakemake.input.data))
    model, trained = load_model(Path(snakemake.input.model))
    names = {name: snakemake.wildcards[name] for name in ("system", "encoder", "loss")} | {"seed": model.seeds}

    latents = {f"{split}_z0": encode(model, data[split].observed).numpy() for split in SPLITS}
    parameters = {f"{split}_parameters": data[split].parameters.numpy() for split in SPLITS}
    with writing(Path(snakemake.output.latents)) as temporary:
        np.savez(temporary, allow_pickle=False, seeds=np.array(model.seeds), **latents, **parameters)

    solver, test = Adaptive(**snakemake.params.evaluate), data["test"]
    result = evaluate(model, test, solver)
    scores = {name: score.numpy() for name, score in result.scores.items()}
    rows = [pd.DataFrame(names | {"observations": "all"} | scores)]
    for view in VIEWS:
        inside, beyond = window_errors(model, data[view], solver)
        errors = {"interpolation_nmse": inside.numpy(), "extrapolation_nmse": beyond.numpy()}
        rows.append(pd.DataFrame(names | {"observations": view} | errors))
    table = pd.concat(rows)
    table.insert(5, "train_seconds", trained["seconds"] / len(model.seeds))
    table.insert(5, "n_parameters", model.parameters_per_member)
    table.to_csv(snakemake.output.scores, index=False, float_format="%.6g")
    with writing(Path(snakemake.output.curves)) as temporary:
        truth = torch.cat([test.inside.values, test.beyond.values], dim=1)
        np.savez(
            temporary,
            allow_pickle=False,
            nmse=nmse_in_time(result.predicted, truth).numpy(),
            predicted=result.predicted[:, :EXAMPLES].numpy(),
            path=result.path[:, :EXAMPLES].numpy(),
        )
