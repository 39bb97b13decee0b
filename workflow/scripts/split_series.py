"""Splits the series of a data set and hides values, once per replicate."""

from pathlib import Path

from pathlode.real.measured import MeasuredSeries
from pathlode.real.splits import Hiding, split_series
from pathlode.reporting.job import job

with job(snakemake):
    params, measured = snakemake.params, MeasuredSeries.load(Path(snakemake.input.series))
    for replicate, path in zip(params.replicates, snakemake.output, strict=True):
        split = split_series(measured, params.validation, params.test or 0.0, Hiding(**params.hidden), replicate)
        split.save(Path(path))
