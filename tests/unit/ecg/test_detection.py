import sys
from dataclasses import replace

import numpy as np
import pytest

from pathlode.ecg.detection import DETECTORS, detection_scores, thinned
from pathlode.ecg.recording.recording_files import read_recording
from pathlode.errors import ConfigError, DataError


def test_scores_by_hand_and_of_a_whole_source(folder, monkeypatch):
    recording = read_recording(folder / "200")
    reference = recording.annotations.beats()[0]
    rate = round(recording.rate)

    def late(recording):
        return np.r_[reference[0] + rate // 5, reference[1:] + rate // 10]  # 200 ms is too late, 100 ms is not

    monkeypatch.setitem(DETECTORS, "late", late)
    monkeypatch.setitem(DETECTORS, "silent", lambda recording: np.zeros(0, np.int64))
    table = detection_scores([("mine", False, recording), ("mine", False, recording)], ["late", "silent"]).table
    assert table["record"].tolist() == ["200"] * 4 + ["all"] * 2
    rows = table.set_index(["record", "detector"])
    n = len(reference)
    assert rows.loc[("all", "late"), ["reference", "found", "matched"]].tolist() == [2 * n, 2 * n, 2 * (n - 1)]
    assert rows.loc[("all", "late"), "sensitivity"] == pytest.approx((n - 1) / n)
    assert rows.loc[("all", "silent"), "sensitivity"] == 0
    assert np.isnan(rows.loc[("all", "silent"), "predictivity"])


def test_the_detector_of_reports_finds_the_beats_of_an_invented_record(folder):
    recording = read_recording(folder / "101")
    recordings = [
        ("invented", filtered, thinned(recording, 18 if filtered else 4, filtered)) for filtered in (False, True)
    ]
    table = detection_scores(recordings, ["xqrs"]).table
    assert table["rate_hz"].tolist() == [90, 20, 90, 20]
    assert table["filtered"].tolist() == [False, True, False, True]
    assert table[["sensitivity", "predictivity"]].min(axis=None) > 0.95
    assert table["seconds"].tolist() == pytest.approx([60] * 4, abs=0.02)


def test_a_recording_without_annotations_and_a_detector_without_its_package_are_refused(folder, monkeypatch):
    recording = read_recording(folder / "101")
    with pytest.raises(DataError, match="has no annotated beats to compare with"):
        detection_scores([("mine", False, replace(recording, annotations=None))], ["xqrs"])
    monkeypatch.setitem(sys.modules, "neurokit2", None)
    with pytest.raises(ConfigError, match="needs the package neurokit2: pip install 'pathlode\\[neurokit\\]'"):
        detection_scores([("mine", False, recording)], ["neurokit"])
