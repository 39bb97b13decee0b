import hashlib
import json

import pytest

from pathlode.ecg.record_files import RecordFiles, fetch_records, record_paths
from pathlode.ecg.synthetic import write_record, write_records
from pathlode.errors import DataError

NAMES = ("100", "101")


@pytest.fixture
def mirror(tmp_path):
    folder = tmp_path / "mirror"
    write_records(folder, NAMES, seconds=10, seed=0)
    return folder


@pytest.fixture
def listed(mirror):
    return {file.name: [hashlib.sha256(file.read_bytes()).hexdigest()] for file in mirror.iterdir()}


def test_the_list_says_what_the_files_are_and_they_are_read_in_its_order(mirror, listed, tmp_path):
    files = RecordFiles.of("invented", mirror, ["101", "100"])
    assert files.digests == {name: digests[0] for name, digests in listed.items()}
    files.save(tmp_path / "list.json")
    again = RecordFiles.load(tmp_path / "list.json")
    assert [record.name for record in again.records()] == ["101", "100"]
    assert json.loads((tmp_path / "list.json").read_text())["source"] == "invented"


def test_invented_records_are_listed_as_such(mirror, tmp_path):
    files = write_records(tmp_path / "new", NAMES, seconds=10, seed=0)
    assert files.source == "invented"
    assert files.digests == RecordFiles.of("mitdb", mirror, NAMES).digests


@pytest.mark.parametrize("state", ["missing", "altered"])
def test_a_file_that_is_not_what_was_listed_is_named(mirror, state):
    files = RecordFiles.of("mitdb", mirror, NAMES)
    (mirror / "101.dat").unlink()
    if state == "altered":
        write_record(mirror, "101", seconds=11, seed=0)
    with pytest.raises(
        DataError, match=rf"101\.\w+ is {state}, though it is listed among the records: delete the list"
    ):
        list(files.records())


def test_fetched_files_stay_when_a_later_one_fails(mirror, listed, tmp_path):
    folder = tmp_path / "fetched"
    (mirror / "101.hea").write_text("damaged")
    with pytest.raises(DataError, match=r"101\.hea could not be had from any of ecg\.mirrors"):
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
