"""Draws the figures of the comparison of rivals."""

from pathlib import Path

from pathlode.plots import graphs, rivals
from pathlode.plots.style import save_figures
from pathlode.reporting.job import job
from pathlode.rivals.results import GraphScores, Influences, RivalFailures, RivalRanks, RivalScores

with job(snakemake):
    files, called = snakemake.input, {"data": dict(snakemake.params.called)}
    scores, failed, ranks = (
        kind.load(Path(file)).table.replace(called)
        for kind, file in ((RivalScores, files.errors), (RivalFailures, files.failures), (RivalRanks, files.ranks))
    )
    figures = {
        "error_against_cost": rivals.error_against_cost(scores, failed, snakemake.params.rows),
        "out_of_range": rivals.errors_out_of_range(scores, snakemake.params.rows),
        "critical_differences": rivals.critical_differences(ranks),
        "graphs": graphs.influence_maps(
            Influences.load(Path(files.influences)).table, GraphScores.load(Path(files.graphs)).table
        ),
    }
    save_figures(figures, snakemake.output)
