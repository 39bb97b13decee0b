import json

import pytest

from pathlode.ecg.record_files import RecordFiles
from pathlode.ecg.synthetic import write_record, write_records
from pathlode.errors import DataError

NAMES = ("100", "101")


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
