import json
from dataclasses import asdict

import pytest

from pathlode.ecg.recording_summary import RecordingSummary
from pathlode.errors import DataError

SUMMARY = RecordingSummary(
    record="200",
    lead="MLII",
    rate_hz=360.0,
    seconds=60.0,
    invalid_seconds={"flat": 1.5},
    beats=70,
    classified=68,
    left_out={"at an end of the recording": 2},
    known=["N", "V"],
    counts={"N": 51, "S": 0, "V": 17, "F": 0, "Q": 0},
    burden={"S": 0.0, "V": 0.25},
    flagged={"too noisy": 1},
    heart_rate={"low": 50.0, "median": 70.0, "high": 90.0},
    pauses=[{"time_s": 3.0, "seconds": 1.4}],
    marks_that_are_no_beats={"+": 1},
    agreement={"V": {"n": 18, "sensitivity": 0.9, "predictivity": None}},
    found=["70 beats were found"],
)


def test_a_summary_comes_back_from_its_file(tmp_path):
    SUMMARY.save(tmp_path / "summary.json")
    assert RecordingSummary.load(tmp_path / "summary.json") == SUMMARY
    assert json.loads((tmp_path / "summary.json").read_text()) == asdict(SUMMARY)


def test_a_summary_that_lacks_a_value_is_refused_in_one_sentence(tmp_path):
    (tmp_path / "summary.json").write_text('{"record": "200"}')
    with pytest.raises(
        DataError, match="as summary of a recording's beats .+: restore a copy of it, or make the report"
    ):
        RecordingSummary.load(tmp_path / "summary.json")
