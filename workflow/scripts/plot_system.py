"""Draws the figures of one system."""

from pathlib import Path

from pathlode.dynamics.artefacts import Evaluations
from pathlode.dynamics.data import SimulatedData
from pathlode.plots import dynamics
from pathlode.plots.style import line_styles, save_figure
from pathlode.reporting.job import job
from pathlode.training.history import History

with job(snakemake):
    files, params = snakemake.input, snakemake.params
    kept, styles = Evaluations.load(Path(files.arrays)), line_styles(params.rows)
    results = {
        row: dynamics.Result(
            style=styles[row],
            nmse=kept.nmse[row],
            predicted=kept.predicted[row],
            history=History.load(Path(history)).table,
            path=kept.path.get(row),
            test_z0=kept.test_z0.get(row),
        )
        for row, history in zip(params.shown, files.histories, strict=True)
    }
    data = SimulatedData.load(Path(files.data))
    for name in dict.fromkeys(Path(path).stem for path in snakemake.output):
        options = {"projection": params.projection} if name == "latent_map" else {}
        figure = getattr(dynamics, name)(data, results, **options)
        save_figure(figure, *(path for path in snakemake.output if Path(path).stem == name))
