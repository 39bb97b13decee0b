import numpy as np
import pandas as pd
import pytest

from pathlode.ecg.recording.recording_files import read_recording
from pathlode.errors import DataError

RATE = 250
WAVE = np.sin(np.arange(2000) / 7.0).round(4)
SECONDS = np.arange(2000) / RATE


def read(path, text):
    path.write_text(text)
    recording = read_recording(path)
    assert recording.rate == pytest.approx(RATE)
    assert recording.millivolts == pytest.approx(WAVE, abs=1e-3)
    return recording


def clock(seconds):
    return f"'{int(seconds // 60)}:{seconds % 60:06.3f}'"


@pytest.mark.parametrize(
    ("unit", "time"), [("'seconds'", lambda t: f"{t:.3f}"), ("'hh:mm:ss.mmm'", clock)], ids=["seconds", "clock"]
)
def test_tables_of_physionets_own_tool_with_other_channels(tmp_path, unit, time):
    lines = ["'Elapsed time','II','ABP'", f"{unit},'mV','mmHg'"]
    lines += [f"{time(t)},{value},80.0" for t, value in zip(SECONDS, WAVE, strict=True)]
    assert "the file says that lead II is in mV" in read(tmp_path / "x.csv", "\n".join(lines)).found


@pytest.mark.parametrize(
    ("title", "factor"),
    [("time (ms)", 1e3), ("time_ms", 1e3), ("Time [us]", 1e6), ("t_min", 1 / 60), ("time (s)", 1), ("elapsed time", 1)],
)
def test_the_title_says_the_unit_of_times(tmp_path, title, factor):
    rows = [f"{t * factor:.9f},{value}" for t, value in zip(SECONDS, WAVE, strict=True)]
    read(tmp_path / "x.csv", "\n".join([f"{title},II (mV)", *rows]))


def test_times_of_a_clock_with_hours(tmp_path):
    rows = [f"1:00:{t:06.3f},{value}" for t, value in zip(SECONDS, WAVE, strict=True)]
    read(tmp_path / "x.csv", "\n".join(["time,II (mV)", *rows]))


@pytest.mark.parametrize("point", [",", "."])
def test_semicolons_between_columns(tmp_path, point):
    rows = [f"{t:.3f};{value}".replace(".", point) for t, value in zip(SECONDS, WAVE, strict=True)]
    read(tmp_path / "x.csv", "\n".join(["time;II (mV)", *rows]))


def test_lengths_of_time_in_parquet(tmp_path):
    table = pd.DataFrame({"time": pd.to_timedelta(SECONDS, "s"), "II (mV)": WAVE})
    table.to_parquet(tmp_path / "x.parquet")
    assert read_recording(tmp_path / "x.parquet").rate == pytest.approx(RATE)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("time,II (mV)\n", "x.csv has titles and no rows"),
        (
            "time (frames),II (mV)\n0,1\n1,2\n2,3\n",
            r"column 'time \(frames\)' has times in 'frames', expected s, ms, us or min",
        ),
    ],
)
def test_what_is_no_table_of_samples_is_refused(tmp_path, text, words):
    (tmp_path / "x.csv").write_text(text)
    with pytest.raises(DataError, match=words):
        read_recording(tmp_path / "x.csv")


@pytest.mark.parametrize("between", [",", "\t", ";"])
def test_older_programs_write_micro_in_their_own_encoding(tmp_path, between):
    rows = [f"{t}{between}{1000 * value}" for t, value in zip(SECONDS, WAVE, strict=True)]
    text = "\n".join([f"time{between}II (µV)", *(row.replace(".", ",") if between == ";" else row for row in rows)])
    (tmp_path / "x.csv").write_bytes(text.encode("cp1252"))
    assert read_recording(tmp_path / "x.csv").millivolts == pytest.approx(WAVE, abs=1e-3)


def test_comments_before_the_titles_are_passed_over(tmp_path):
    lines = [f"{time},{value}" for time, value in zip(SECONDS, WAVE, strict=True)]
    read(tmp_path / "x.csv", "\n".join(["\ufeff# device: X1", "% 250 samples", "time,II (mV)", *lines]))


def test_a_long_cell_is_told_in_one_line(tmp_path):
    pd.DataFrame({"II_mV": [list(WAVE)]}).to_parquet(tmp_path / "x.parquet")
    with pytest.raises(
        DataError, match=r"has the text array\(\[.{0,50}\.\.\. in row number 1, expected numbers"
    ) as told:
        read_recording(tmp_path / "x.parquet", rate=RATE)
    assert "\n" not in str(told.value)
