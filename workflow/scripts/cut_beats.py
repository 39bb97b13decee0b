"""Cuts a window around every annotated beat of all records, and counts them by record and class."""

from pathlib import Path

from pathlode.ecg.beats import count_beats, cut_beats
from pathlode.ecg.record_files import RecordFiles
from pathlode.ecg.results import BeatCounts
from pathlode.reporting.job import job

with job(snakemake):
    files = RecordFiles.load(Path(snakemake.input.records))
    beats = cut_beats(files.records(), files.source)
    beats.save(Path(snakemake.output.beats))
    BeatCounts(count_beats(beats)).save(Path(snakemake.output.counts))
