"""Makes the report on one record by the kept classifier, and a picture of its page."""

from pathlib import Path

from pathlode.ecg.beat_model import BeatModel
from pathlode.ecg.record_files import RecordFiles
from pathlode.ecg.recording.recording_files import read_recording
from pathlode.ecg.report import report_on
from pathlode.plots.report_files import save_report
from pathlode.plots.web_page import picture_of
from pathlode.reporting.job import job

with job(snakemake):
    files, page = snakemake.input, Path(snakemake.output.page)
    path = Path(RecordFiles.load(Path(files.records)).folder) / snakemake.params.record
    model = BeatModel.load(Path(files.model))
    report = report_on(read_recording(path), model)
    save_report(page.parent, report, report.summary(), model.card)
    picture_of(page, Path(snakemake.output.picture))
