import hashlib

import pytest
from recorded import small_model

from pathlode.ecg.beats import cut_beats
from pathlode.ecg.records import read_record
from pathlode.ecg.synthetic import write_record, write_records

NAMES = ("101", "208", "100", "200")


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """A folder with four invented records of a minute."""
    folder = tmp_path_factory.mktemp("records")
    for name in NAMES:
        write_record(folder, name, seconds=60, seed=1)
    return folder


@pytest.fixture(scope="session")
def beats(folder):
    return cut_beats((read_record(folder, name) for name in NAMES), "invented")


@pytest.fixture
def mirror(tmp_path):
    """A folder with two short invented records, to fetch from."""
    folder = tmp_path / "mirror"
    write_records(folder, ("100", "101"), seconds=10, seed=0)
    return folder


@pytest.fixture
def listed(mirror):
    """The allowed digests of its files."""
    return {file.name: [hashlib.sha256(file.read_bytes()).hexdigest()] for file in mirror.iterdir()}


@pytest.fixture(scope="session")
def beat_model(beats):
    return small_model(beats)
