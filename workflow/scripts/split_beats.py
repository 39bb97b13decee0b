"""Splits the beats into training, validation and test, once per configured split and replicate."""

from itertools import product
from pathlib import Path

from pathlode.ecg.beats import Beats
from pathlode.ecg.splitters import SPLITTERS
from pathlode.reporting.job import job

with job(snakemake):
    beats = Beats.load(Path(snakemake.input.beats))
    each = product(snakemake.params.splits, snakemake.params.replicates)
    for (name, replicate), path in zip(each, snakemake.output, strict=True):
        SPLITTERS[name](beats, replicate).save(Path(path))
