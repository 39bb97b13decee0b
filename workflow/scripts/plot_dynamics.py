"""Draws the figures that compare systems."""

from pathlib import Path

from pathlode.dynamics.artefacts import Evaluations, Scores, Sizes
from pathlode.dynamics.shown import ShownData
from pathlode.plots import comparisons
from pathlode.plots.style import line_styles, save_figures
from pathlode.reporting.job import job

with job(snakemake):
    params, files = snakemake.params, snakemake.input
    scores, styles = Scores.load(Path(files.scores)).table, line_styles(params.rows)
    data = {name: ShownData.load(Path(path)) for name, path in zip(params.systems, files.data, strict=True)}
    kept = {name: Evaluations.load(Path(path)) for name, path in zip(params.systems, files.arrays, strict=True)}
    predicted = {(name, row): kept[name].predicted[row][0] for name in params.systems for row in params.compared}
    figures = {
        "systems": comparisons.systems(data, predicted, params.compared, styles),
        "encoders": comparisons.encoders(scores, styles),
        "observations": comparisons.fewer_observations(scores, params.shown, styles),
        "sizes": comparisons.sizes(Sizes.load(Path(files.sizes)).table, styles),
    }
    save_figures(figures, snakemake.output)
