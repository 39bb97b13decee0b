"""Counts the false alarms of the kept classifier on recordings of another source."""

from pathlib import Path

from pathlode.ecg.beat_model import BeatModel
from pathlode.ecg.elsewhere import alarms, records_in
from pathlode.ecg.recording.recording_files import read_recording
from pathlode.ecg.report import report_on
from pathlode.progress import Progress
from pathlode.reporting.job import job

with job(snakemake):
    source, folder = snakemake.params.elsewhere["source"], Path(snakemake.params.elsewhere["folder"])
    model, paths, reports = BeatModel.load(Path(snakemake.input.model)), records_in(folder), []
    progress = Progress(source, len(paths))
    for number, path in enumerate(paths, start=1):
        reports.append(report_on(read_recording(path), model, polarity="kept"))
        progress(number, "recordings")
    alarms(reports, source).save(Path(snakemake.output.table))
