from dataclasses import replace

import numpy as np
import pytest

from pathlode.ecg.annotations import NO_CLASS
from pathlode.ecg.elsewhere import alarms, records_in
from pathlode.ecg.recording.recording_files import read_recording
from pathlode.ecg.report import report_on
from pathlode.errors import DataError


def test_alarms_by_hand(folder, beat_model):
    report = report_on(read_recording(folder / "200"), beat_model)  # a minute
    annotated = report.beats.recording.annotations.classes
    marked, said = np.zeros((2, len(report.classes)), np.int8)
    marked[:4], said[:6] = (1, 1, 2, NO_CLASS), (1, 2, 2, 1, 1, 2)
    noise = np.where(np.arange(len(said)) == 3, 2.0, 0.0)  # one false alarm has a flag
    given = replace(report, marked=marked, classes=said, noise=noise, strangeness=0 * noise, irregular=noise < 0)
    table = alarms([given, given], "mine").table.set_index(["record", "class"])
    assert table.loc[("200", "S"), ["n", "called", "hits"]].values[0].tolist() == [(annotated == 1).sum(), 3, 1]
    whole = table.loc[("all", "V")]
    assert table.loc[("200", "S"), "unflagged_per_hour"].iloc[0] == pytest.approx(1 / (1 / 60), rel=1e-2)
    n = 2 * (annotated == 2).sum()
    assert (whole["n"], whole["called"], whole["hits"], whole["sensitivity"]) == (n, 6, 2, 2 / n)
    assert whole["false_per_hour"] == pytest.approx(4 / (2 / 60), rel=1e-2)


def test_a_folder_without_records_is_refused(tmp_path):
    with pytest.raises(
        DataError, match="has no WFDB records, expected .hea files: name another folder by ecg.elsewhere.folder"
    ):
        records_in(tmp_path)
