"""Draws the figures of one system: errors over all replicates, examples of the first one."""

from pathlib import Path

import numpy as np
import pandas as pd

from pathlode.dynamics.artefacts import Evaluations
from pathlode.dynamics.shown import ShownData
from pathlode.plots import dynamics
from pathlode.plots.style import line_styles, save_figures
from pathlode.reporting.job import job
from pathlode.training.history import History

with job(snakemake):
    files, params = snakemake.input, snakemake.params
    batches, styles = [Evaluations.load(Path(path)) for path in files.arrays], line_styles(params.rows)
    histories, first = [History.load(Path(path)).table for path in files.histories], batches[0]
    results = {
        row: dynamics.Result(
            style=styles[row],
            nmse=np.concatenate([batch.nmse[row] for batch in batches]),
            predicted=first.predicted[row][0],
            history=pd.concat(histories[number * len(batches) : (number + 1) * len(batches)]),
            path=first.path[row][0] if row in first.path else None,
            test_z0=first.test_z0[row][0] if row in first.test_z0 else None,
        )
        for number, row in enumerate(params.shown)
    }
    data = ShownData.load(Path(files.data))
    figures = {
        "trajectories": dynamics.trajectories(data, results),
        "phase_portrait": dynamics.phase_portrait(data, results),
        "latent_paths": dynamics.latent_paths(data, results),
        "latent_map": dynamics.latent_map(data, results, params.projection),
        "error_in_time": dynamics.error_in_time(data, results),
        "training": dynamics.training(data, results),
    }
    save_figures(figures, snakemake.output)
