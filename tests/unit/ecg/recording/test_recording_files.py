import shutil

import edfio
import numpy as np
import pandas as pd
import pytest
import wfdb

from pathlode.ecg.recording.recording_files import read_recording
from pathlode.ecg.records import read_record
from pathlode.errors import DataError

RATE = 250


def wave(count=2000):
    return np.sin(np.arange(count) / 7.0).round(4)


def same(recording, rate=RATE, lead="II"):
    assert recording.rate == pytest.approx(rate)
    assert recording.lead == lead
    assert recording.millivolts == pytest.approx(wave(), abs=1e-3)
    return recording


def test_a_wfdb_record_is_that_of_the_chapter(folder):
    chapter, recording = read_record(folder, "101"), read_recording(folder / "101")
    assert recording.microvolts.tolist() == chapter.microvolts.tolist()
    samples, classes = recording.annotations.beats()
    assert samples.tolist() == chapter.peaks.tolist()
    assert classes.tolist() == chapter.classes.tolist()
    assert recording.found[0] == "lead MLII is the only one"


def test_a_wfdb_record_without_annotations_is_read_by_its_header(folder, tmp_path):
    for suffix in ("hea", "dat"):
        shutil.copy(folder / f"101.{suffix}", tmp_path)
    assert read_recording(tmp_path / "101.hea").annotations is None
    with pytest.raises(DataError, match=r"101\.qrs does not exist: name another annotator"):
        read_recording(tmp_path / "101", annotator="qrs")


def test_samples_that_the_format_marks_are_invalid(tmp_path):
    digital = np.r_[(1000 * wave()).astype(int), [-32768] * 500][:, None]
    wfdb.wrsamp(
        "x", fs=RATE, units=["mV"], sig_name=["II"], d_signal=digital, fmt=["16"], adc_gain=[1000.0], baseline=[0],
        write_dir=str(tmp_path),
    )  # fmt: skip
    assert read_recording(tmp_path / "x").invalid_seconds() == {"marked invalid": 2.0}


def test_edf(tmp_path):
    signals = [
        edfio.EdfSignal(20 * np.ones(200), 25, label="Resp", physical_dimension="bpm", physical_range=(0, 60)),
        edfio.EdfSignal(1000 * wave(), RATE, label="ECG II", physical_dimension="uV"),
    ]
    edfio.Edf(signals).write(tmp_path / "x.edf")
    recording = same(read_recording(tmp_path / "x.edf"), lead="ECG II")
    assert recording.found == [
        "lead ECG II was chosen among Resp, ECG II",
        "the file says that lead ECG II is in uV",
    ]
    with pytest.raises(DataError, match="lead Resp is in 'bpm', expected mV, uV or V"):
        read_recording(tmp_path / "x.edf", lead="Resp")
    (tmp_path / "cut.edf").write_bytes((tmp_path / "x.edf").read_bytes()[:-100])
    assert "Data was truncated" in read_recording(tmp_path / "cut.edf").found[0]


@pytest.mark.parametrize("times", ["seconds", "dates"])
def test_tables_with_times(tmp_path, times):
    seconds = np.arange(2000) / RATE
    column = seconds if times == "seconds" else pd.Timestamp("2026-03-01T22:00:00Z") + pd.to_timedelta(seconds, "s")
    table = pd.DataFrame({"Time": column, "V1 (uV)": 7.0, "II (uV)": 1000 * wave()})
    table.to_csv(tmp_path / "x.csv", index=False)
    table.to_parquet(tmp_path / "x.parquet")
    for name in ("x.csv", "x.parquet"):
        same(read_recording(tmp_path / name))


def test_a_table_without_times_or_titles_wants_rate_and_unit(tmp_path):
    np.savetxt(tmp_path / "x.csv", wave())
    same(read_recording(tmp_path / "x.csv", rate=RATE, unit="mV"), lead="column 1")
    with pytest.raises(DataError, match="lead column 1 says no unit"):
        read_recording(tmp_path / "x.csv", rate=RATE)
    with pytest.raises(DataError, match="says neither a sampling rate nor times"):
        read_recording(tmp_path / "x.csv", unit="mV")


def test_times_that_count_samples_want_a_rate(tmp_path):
    pd.DataFrame({"timestamp": np.arange(2000), "II (mV)": wave()}).to_csv(tmp_path / "x.csv", index=False)
    same(read_recording(tmp_path / "x.csv", rate=RATE))
    with pytest.raises(DataError, match="its times count samples and say no rate: give the rate"):
        read_recording(tmp_path / "x.csv")


def test_a_table_of_physionets_own_tool(tmp_path):
    lines = [f"{number / RATE:.6f},{value},0.0" for number, value in enumerate(wave())]
    (tmp_path / "x.csv").write_text("'Elapsed time','II','V1'\n'seconds','mV','mV'\n" + "\n".join(lines))
    same(read_recording(tmp_path / "x.csv"))


def test_empty_cells_are_invalid_and_text_is_refused(tmp_path):
    cells = [f"{value}" for value in wave()]
    cells[10:15] = [""] * 5
    times = [f"{number / RATE}" for number in range(2000)]

    def write():
        (tmp_path / "x.csv").write_text("t,II_mV\n" + "\n".join(map(",".join, zip(times, cells, strict=True))))

    write()
    assert np.flatnonzero(read_recording(tmp_path / "x.csv").invalid).tolist() == list(range(10, 15))
    cells[700] = "lead off"
    write()
    with pytest.raises(DataError, match="column 'II_mV' has the text 'lead off' in row number 701, expected numbers"):
        read_recording(tmp_path / "x.csv")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("none", None, r"none.hea does not exist: give a WFDB record, or a file .edf, .bdf, .csv or .parquet"),
        ("none.csv", None, "none.csv does not exist"),
        ("x.edf", b"no such thing", "cannot be read"),
        ("x.parquet", b"no such thing", "cannot be read"),
        ("x.hea", b"no such thing", "cannot be read"),
        ("x.csv", b"\xff\xfe\x00", "cannot be read"),
        ("x.csv", b"", r"cannot be read \(it is empty\)"),
        ("x.hea", b"", r"cannot be read \(it is empty\)"),
        ("x.hea", b"x 0 360 100\n", "x.hea has no signal: give a recording with an ECG lead"),
        (
            "x.csv.gz",
            b"\x1f\x8b",
            r"x.csv.gz has the ending '.gz', expected a WFDB record or one of .edf, .bdf, .csv, .parquet",
        ),
        ("", None, "is a folder: name a WFDB record in it"),
        ("x.csv", b"t,II_mV\n31/01/2024 12:00:00,0.1\n31/01/2024 12:00:01,0.1", "expected seconds, or dates such as"),
    ],
)
def test_files_that_are_missing_or_damaged_are_refused(tmp_path, name, content, words):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=words) as raised:
        read_recording(tmp_path / name)
    assert "\n" not in str(raised.value)


def test_what_contradicts_the_file_is_refused(tmp_path):
    pd.DataFrame({"t": np.arange(2000) / RATE, "II": wave()}).to_csv(tmp_path / "x.csv", index=False)
    with pytest.raises(DataError, match="has times, which a rate would contradict"):
        read_recording(tmp_path / "x.csv", rate=100, unit="mV")
    with pytest.raises(DataError, match="is no WFDB record"):
        read_recording(tmp_path / "x.csv", annotator="atr")


def test_bytes_say_whether_samples_have_16_or_24_bits(tmp_path):
    signal = edfio.EdfSignal(wave(), sampling_frequency=RATE, label="ECG II", physical_dimension="mV")
    edfio.Edf([signal]).write(tmp_path / "x.edf")
    shutil.move(tmp_path / "x.edf", tmp_path / "x.bdf")
    same(read_recording(tmp_path / "x.bdf"), lead="ECG II")
