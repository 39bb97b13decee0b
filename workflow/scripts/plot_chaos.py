"""Draws the figures of the chapter on chaos."""

from pathlib import Path

from pathlode.chaos.results import ChaosRanks, ChaosTable, ShownOrbits
from pathlode.plots import chaos
from pathlode.plots.style import save_figures
from pathlode.reporting.job import job

with job(snakemake):
    files, rows = snakemake.input, snakemake.params.rows
    shown = [ShownOrbits.load(Path(file)) for file in files.shown]
    table, ranks = (
        kind.load(Path(file)).table for kind, file in ((ChaosTable, files.table), (ChaosRanks, files.ranks))
    )
    figures = {
        "attractors": chaos.attractors(shown, rows),
        "divergence": chaos.divergence_in_time(shown, rows),
        "spectra": chaos.spectra(shown, rows),
        "flows": chaos.flows_by_rows(table, rows),
        "symbols": chaos.symbols(shown),
        "ranks": chaos.mean_ranks(ranks),
    }
    save_figures(figures, snakemake.output)
