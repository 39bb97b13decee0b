"""Scores all models of one batch of replicates on their test trajectories, with all and with some of the observations, and
saves latents, a few predictions and their truth. A row with a context of its own sees that context only.
"""

from pathlib import Path
from typing import Any

import pandas as pd
import torch

from pathlode.core.nmse import nmse_in_time
from pathlode.core.solve import Adaptive
from pathlode.dynamics.artefacts import Evaluations, Scores
from pathlode.dynamics.cost import cost
from pathlode.dynamics.data import VIEWS, SimulatedData
from pathlode.dynamics.scores import evaluate
from pathlode.dynamics.shown import ShownData
from pathlode.dynamics.windows import window_errors
from pathlode.models.latents import encode
from pathlode.models.saving import load_fitted
from pathlode.progress import Progress
from pathlode.reporting.job import job

EXAMPLES = 3  # test trajectories whose predictions are saved

with job(snakemake):
    settings, contexts = snakemake.params.settings, snakemake.params.contexts
    data, solver = SimulatedData.load(Path(snakemake.input.data)), Adaptive(**snakemake.params.evaluate)
    truth = torch.cat([data["test"].inside.values, data["test"].beyond.values], dim=-2)
    tables: list[pd.DataFrame] = []
    kept: dict[str, dict[str, Any]] = {name: {} for name in Evaluations.__dataclass_fields__}
    progress = Progress(snakemake.wildcards.system, len(settings))
    rows = zip(settings, contexts, snakemake.input.models, strict=True)
    for number, (setting, context, path) in enumerate(rows, start=1):
        model, fitted = load_fitted(Path(path))
        train, test = data.train.first(context), data["test"].first(context)
        result, row = evaluate(model, test, solver), setting["row"]
        costs = cost(model, fitted.seconds)
        scores = {"all": {name: score.numpy() for name, score in result.scores.items()}}
        for view in VIEWS if context is None else ():
            inside, beyond = window_errors(model, data[view], solver)
            scores[view] = {"interpolation_nmse": inside.numpy(), "extrapolation_nmse": beyond.numpy()}
        for view, columns in scores.items():
            tables.append(pd.DataFrame(setting | {"seed": model.seeds, "observations": view} | costs | columns))
        kept["nmse"][row] = nmse_in_time(result.predicted, truth, data["test"].counted).numpy()
        kept["predicted"][row] = result.predicted[:, :EXAMPLES].numpy()
        if result.path is not None:
            kept["path"][row] = result.path[:, :EXAMPLES].numpy()
        if "latent" in model.offers:
            for split, part in (("train", train), ("test", test)):
                kept[f"{split}_z0"][row] = encode(model, part.observed).numpy()
        progress(number, "rows")
    Scores(pd.concat(tables)).save(Path(snakemake.output.scores))
    Evaluations(**kept).save(Path(snakemake.output.arrays))
    ShownData.of(data.replicate(0), EXAMPLES).save(Path(snakemake.output.shown))
