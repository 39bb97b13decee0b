"""Scores a trained stack on the test trajectories, and keeps what the figures show."""

from pathlib import Path

import numpy as np
import pandas as pd

from pathlode.checkpoint import load_model
from pathlode.files import writing
from pathlode.job import job
from pathlode.metrics import evaluate, nmse_in_time
from pathlode.solve import Adaptive
from pathlode.systems.contract import SimulatedData

EXAMPLES = 3  # test trajectories whose predictions are kept

with job(snakemake.log[0], snakemake.threads):
    test = SimulatedData.load(Path(snakemake.input.data))["test"]
    model, trained = load_model(Path(snakemake.input.model))
    result = evaluate(model, test, Adaptive(**snakemake.params.evaluate))
    pd.DataFrame(
        {
            "system": snakemake.wildcards.system,
            "encoder": snakemake.wildcards.encoder,
            "loss": snakemake.wildcards.loss,
            "seed": model.seeds,
            "n_parameters": model.parameters_per_member,
            "train_seconds": trained["seconds"] / len(model.seeds),
            "interpolation_nmse": result.interpolation_nmse,
            "extrapolation_nmse": result.extrapolation_nmse,
            "path_length": result.path_length,
            "nfe": result.evaluations,
        }
    ).to_csv(snakemake.output.scores, index=False, float_format="%.6g")
    with writing(Path(snakemake.output.curves)) as temporary:
        np.savez(
            temporary,
            inside_nmse=nmse_in_time(result.inside, test.inside.values),
            beyond_nmse=nmse_in_time(result.beyond, test.beyond.values),
            predicted=np.concatenate([result.inside[:, :EXAMPLES], result.beyond[:, :EXAMPLES]], axis=2),
            path=result.path[:, :EXAMPLES],
        )
