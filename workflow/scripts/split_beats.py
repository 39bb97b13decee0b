"""Splits the beats into training, validation and test, once per configured split."""

from pathlib import Path

from pathlode.ecg.beats import Beats
from pathlode.ecg.splitters import SPLITTERS
from pathlode.reporting.job import job

with job(snakemake):
    beats = Beats.load(Path(snakemake.input.beats))
    for name, path in zip(snakemake.params.splits, snakemake.output, strict=True):
        SPLITTERS[name](beats, snakemake.params.seed).save(Path(path))
