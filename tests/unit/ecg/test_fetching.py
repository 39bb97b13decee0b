import pytest

from pathlode.ecg.fetching import fetch_records
from pathlode.ecg.record_files import record_paths
from pathlode.errors import DataError

NAMES = ("100", "101")


def test_fetched_files_stay_when_a_later_one_fails(mirror, listed, tmp_path):
    folder = tmp_path / "fetched"
    (mirror / "101.hea").write_text("damaged")
    with pytest.raises(DataError, match=r"101\.hea could not be fetched from any of ecg\.mirrors"):
        fetch_records(folder, NAMES, [str(mirror)], listed)
    assert sorted(file.name for file in folder.iterdir()) == ["100.atr", "100.dat", "100.hea"]


def test_files_that_are_there_unaltered_are_not_fetched_again(mirror, listed, tmp_path):
    folder = tmp_path / "fetched"
    fetch_records(folder, NAMES, [str(mirror)], listed)
    kept, altered = folder / "100.dat", folder / "101.dat"
    altered.write_bytes(b"cut")
    before = kept.stat().st_ino
    files = fetch_records(folder, NAMES, ["nowhere", str(mirror)], listed)
    assert kept.stat().st_ino == before
    assert files.digests["101.dat"] == listed["101.dat"][0]
    for file in record_paths(mirror, NAMES):
        file.unlink()
    assert fetch_records(folder, NAMES, [], listed) == files
