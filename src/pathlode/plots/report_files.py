"""The files of a report on a recording."""

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlode.ecg.beat_model_card import BeatModelCard  # only for types: the libraries of ECG are an extra
    from pathlode.ecg.recording_summary import RecordingSummary
    from pathlode.ecg.report import Report

REPORT_FILES = ("beats.csv", "summary.json", "report.png", "report.html")
"""Files of a report."""


def save_report(folder: Path, report: "Report", summary: "RecordingSummary", card: "BeatModelCard") -> None:
    """Writes a report: a new folder whole or not at all; in one that exists, each file whole.

    Args:
        folder: the folder of :data:`REPORT_FILES`.
        report: the report.
        summary: of :meth:`pathlode.ecg.report.Report.summary`.
        card: of the model.
    """
    from pathlode.ecg.report_page import report_page
    from pathlode.plots.heartbeats import recording_report  # here, because matplotlib takes a second
    from pathlode.plots.style import save_figure

    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}.", dir=folder.parent) as name:
        made = Path(name) / "report"
        made.mkdir()
        report.rows().save(made / "beats.csv")
        summary.save(made / "summary.json")
        save_figure(recording_report(report), made / "report.png")
        page = report_page(summary, card, (made / "report.png").read_bytes())
        (made / "report.html").write_text(page, encoding="utf-8")
        if not folder.exists():
            os.replace(made, folder)
            return
        for file in REPORT_FILES:
            os.replace(made / file, folder / file)
