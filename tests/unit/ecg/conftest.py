import pytest

from pathlode.ecg.beats import cut_beats
from pathlode.ecg.records import read_record
from pathlode.ecg.synthetic import write_record

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
