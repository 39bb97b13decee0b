import hashlib

import pytest
from recorded import small_model

from pathlode.ecg.beat_model_card import BeatModelCard
from pathlode.ecg.beats import cut_beats
from pathlode.ecg.records import read_record
from pathlode.ecg.results import BeatScores
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


@pytest.fixture
def card():
    """A card with scores of two classes and their mean under two conditions."""
    scores = [
        {"condition": name, "rate_hz": rate, "class": label, "n": 9, "precision": p, "recall": r, "f1": f1}
        for name, rate, f1 in (("360 Hz", 360.0, 0.7), ("90 Hz", 90.0, 0.6))
        for label, p, r in (("S", 0.4, 0.5), ("V", 0.8, 0.9), ("macro", 0.6, 0.7))
    ]
    return BeatModelCard(
        source="mitdb",
        beats={"train": 1000, "validation": 100, "test": 200},
        records={"train": ["101"], "validation": ["106"], "test": ["100", "103"]},
        new_patients=True,
        version="1",
        commit="abc",
        scores=[dict.fromkeys(BeatScores.columns) | row for row in scores],
    )
