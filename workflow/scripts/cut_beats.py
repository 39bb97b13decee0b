"""Cuts a window around every annotated beat of all records, and counts them by record and class."""

from pathlib import Path

from pathlode.ecg.beats import count_beats, cut_beats
from pathlode.ecg.records import read_record
from pathlode.reporting.job import job

with job(snakemake):
    folder, names = Path(snakemake.input.records[0]).parent, snakemake.params.records
    beats = cut_beats((read_record(folder, name) for name in names), snakemake.params.source)
    beats.save(Path(snakemake.output.beats))
    count_beats(beats).to_csv(snakemake.output.counts, index=False)
