import shutil

import numpy as np
import pytest
import wfdb

from pathlode.ecg.records import AAMI, CLASSES, RATE, RECORDS, read_record
from pathlode.errors import DataError


@pytest.fixture
def copy(folder, tmp_path):
    for file in folder.glob("101.*"):
        shutil.copy(file, tmp_path)
    return tmp_path


def write(folder, name="900", rate=RATE, leads=("V5", "MLII"), units="mV", symbols="NAV", count=3000):
    signal = np.stack([np.full(count, number + 1.0) for number in range(len(leads))], axis=1)
    wfdb.wrsamp(
        name, fs=rate, units=[units] * len(leads), sig_name=list(leads), p_signal=signal, fmt=["212"] * len(leads),
        adc_gain=[200.0] * len(leads), baseline=[0] * len(leads), write_dir=str(folder),
    )  # fmt: skip
    samples = np.arange(1, len(symbols) + 1) * 500
    wfdb.wrann(name, "atr", samples, symbol=list(symbols), fs=rate, write_dir=str(folder))


def test_the_48_records_are_named_once():
    assert len(RECORDS) == len(set(RECORDS)) == 48


def test_the_lead_is_mlii_wherever_it_stands_and_else_the_first(tmp_path):
    write(tmp_path)
    record = read_record(tmp_path, "900")
    assert (record.lead, record.microvolts[0]) == ("MLII", 2000)
    write(tmp_path, "901", leads=("V5", "V2"))
    record = read_record(tmp_path, "901")
    assert (record.lead, record.microvolts[0]) == ("V5", 1000)


def test_symbols_become_aami_classes_and_what_is_no_beat_is_left_out(tmp_path):
    symbols = "NLRejaAJSVEF/fQ"
    write(tmp_path, symbols=symbols[:5] + "+~|" + symbols[5:], count=12_000)
    record = read_record(tmp_path, "900")
    assert "".join(AAMI.values()) == symbols
    assert [CLASSES[number] for number in record.classes] == list("NNNNNSSSSVVFQQQ")
    assert record.peaks.tolist() == [500 * k for k in range(1, 19) if k not in (6, 7, 8)]


@pytest.mark.parametrize("suffix", ["hea", "dat", "atr"])
def test_a_missing_file_is_named(copy, suffix):
    (copy / f"101.{suffix}").unlink()
    with pytest.raises(DataError, match=rf"101\.{suffix} does not exist: put all of 101\.\{{hea,dat,atr\}} there"):
        read_record(copy, "101")


@pytest.mark.parametrize(("suffix", "content"), [("dat", b"\x01\x02\x03" * 40), ("hea", b"101 1\n"), ("atr", b"\x00")])
def test_a_damaged_file_is_refused(copy, suffix, content):
    (copy / f"101.{suffix}").write_bytes(content)
    with pytest.raises(DataError, match=r"record \S+101 (cannot be read|has no annotated beat)"):
        read_record(copy, "101")


def test_another_sampling_rate_is_refused(tmp_path):
    write(tmp_path, rate=250)
    with pytest.raises(DataError, match="is sampled at 250 Hz, expected 360 Hz"):
        read_record(tmp_path, "900")


def test_another_unit_is_refused(tmp_path):
    write(tmp_path, units="mmHg")
    with pytest.raises(DataError, match="is in mmHg, expected mV, uV or V"):
        read_record(tmp_path, "900")


def test_a_record_without_beats_is_refused(tmp_path):
    write(tmp_path, symbols="+~")
    with pytest.raises(DataError, match="has no annotated beat"):
        read_record(tmp_path, "900")
