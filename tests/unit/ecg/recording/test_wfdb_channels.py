import numpy as np
import pytest
import wfdb

from pathlode.ecg.recording.recording_files import read_recording
from pathlode.errors import DataError

RATE = 250


def wave(count=2000):
    return np.sin(np.arange(count) / 7.0).round(4)


def wfdb_record(folder, name="x", gain="1000(0)/mV", rate=RATE):
    """A record of one lead, whose header has this field of gain and unit."""
    wfdb.wrsamp(
        name, fs=rate, units=["mV"], sig_name=["II"], d_signal=(1000 * wave()).astype(int)[:, None], fmt=["16"],
        adc_gain=[1000.0], baseline=[0], write_dir=str(folder),
    )  # fmt: skip
    header = folder / f"{name}.hea"
    header.write_text(header.read_text().replace("1000.0(0)/mV", gain))
    return folder / name


def test_a_rate_that_contradicts_the_header_is_refused(tmp_path):
    path = wfdb_record(tmp_path)
    assert read_recording(path, rate=250.0).rate == RATE
    with pytest.raises(DataError, match="x says 250 Hz, which the rate 125 Hz contradicts: leave the rate out"):
        read_recording(path, rate=125)


def test_marks_with_a_rate_of_their_own_are_brought_to_that_of_the_signal(tmp_path):
    path = wfdb_record(tmp_path)
    wfdb.wrann("x", "atr", np.array([100, 501]), symbol=["N", "V"], fs=500, write_dir=str(tmp_path))
    assert read_recording(path).annotations.samples.tolist() == [50, 250]  # 250.5 rounds to the even one


@pytest.mark.parametrize("gain", ["0", "0/mV", "0(0)/mV"])
def test_a_channel_that_is_not_calibrated_says_no_unit(tmp_path, gain):
    path = wfdb_record(tmp_path, gain=gain)
    with pytest.raises(DataError, match="lead II says no unit, expected mV, uV or V"):
        read_recording(path)
    assert read_recording(path, unit="mV").millivolts == pytest.approx(wave() * 1000 / 200, abs=6e-3)


def test_the_units_of_a_record_of_several_segments_are_those_of_the_segments(tmp_path):
    for name in ("a", "b"):
        wfdb_record(tmp_path, name, gain="1000(0)/uV")
    (tmp_path / "m.hea").write_text("m/2 1 250 4000\na 2000\nb 2000\n")
    recording = read_recording(tmp_path / "m")
    assert "the file says that lead II is in uV" in recording.found
    assert len(recording.microvolts) == 4000
    assert recording.microvolts[:2000] == pytest.approx(wave(), abs=1)  # whole microvolts


def test_damaged_annotations_are_named(tmp_path):
    path = wfdb_record(tmp_path)
    path.with_suffix(".atr").write_bytes(b"odd")
    with pytest.raises(
        DataError, match=r"the annotations .*x\.atr cannot be read .*: restore a copy of them, or remove"
    ):
        read_recording(path)


def test_a_channel_without_a_name_has_its_number(tmp_path):
    path = wfdb_record(tmp_path)
    header = path.with_suffix(".hea")
    header.write_text(header.read_text().splitlines()[0] + "\nx.dat 16\n")
    with pytest.raises(DataError, match="lead channel 1 says no unit"):
        read_recording(path)
