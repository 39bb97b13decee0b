"""The ECG chapter's data, with invented records in the place of the real ones."""

import hashlib

import numpy as np
import pandas as pd
import pytest

from pathlode.ecg.beats import Beats
from pathlode.ecg.synthetic import write_record

BEATS, COUNTS = "results/smoke/ecg/beats.npz", "results/smoke/tables/ecg_counts.csv"


@pytest.fixture
def with_mirror(checkout):
    """A checkout that takes the record 100 for real, from a mirror with a list of digests of its own."""
    mirror = checkout.folder / "mirror"
    mirror.mkdir()
    write_record(mirror, "100", seconds=20, seed=5)
    lines = [f"{hashlib.sha256(file.read_bytes()).hexdigest()} {file.name}\n" for file in mirror.iterdir()]
    (checkout.folder / "config/mitdb.sha256").write_text("".join(lines))
    overlay = '  source: mitdb\n  mirrors: [nowhere, mirror]\n  records: ["100"]'
    checkout.edit("config/smoke.yaml", '  source: invented\n  records: ["101", "208", "100", "200"]', overlay)
    return checkout


@pytest.mark.xdist_group("pipeline")
def test_invented_beats_are_called_so_everywhere(finished):
    beats = Beats.load(finished.folder / BEATS)
    assert beats.source == "invented"
    assert beats.names.tolist() == ["101", "208", "100", "200"]
    counts = pd.read_csv(finished.folder / COUNTS)
    assert set(counts["source"]) == {"invented", "paper [B]"}
    of_all = counts.set_index("record").loc["all"]
    assert of_all["total"] == len(beats.classes)
    assert [of_all[name] for name in "NSVFQ"] == np.bincount(beats.classes, minlength=5).tolist()
    assert counts["total"].iloc[-1] == 88_887


def test_records_come_from_the_first_mirror_that_has_them(with_mirror):
    done = with_mirror.snakemake("ecg")
    assert done.returncode == 0, done.stderr
    assert Beats.load(with_mirror.folder / BEATS).source == "mitdb"
    assert "Nothing to be done" in with_mirror.snakemake("ecg").stderr


def test_an_altered_record_is_refused_in_a_sentence_and_the_rest_is_still_made(with_mirror):
    file = with_mirror.folder / "mirror/100.dat"
    file.write_bytes(file.read_bytes()[:-10])
    simulated = "results/smoke/dynamics/coupled_oscillator/data.npz"
    done = with_mirror.snakemake("ecg", simulated)
    assert done.returncode != 0
    assert (
        "100.dat could not be had from any of ecg.mirrors (nowhere: no such folder; mirror: its SHA-256 is"
        in done.stderr
    )
    assert "put it into nowhere, or add to ecg.mirrors a folder or URL that has it" in done.stderr
    assert "Traceback" not in done.stderr
    assert (with_mirror.folder / simulated).exists()
    assert not (with_mirror.folder / BEATS).exists()
