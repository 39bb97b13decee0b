"""The command `pathlode ecg report`, and the faults that people bring it."""

import json
import shutil

import numpy as np
import pandas as pd
import pytest
import wfdb
from recorded import four_patients, small_model

from pathlode.cli.heartbeats import MODEL
from pathlode.cli.main import main
from pathlode.core.tensor_files import load_tensors, save_tensors
from pathlode.ecg.beat_model import EDITION
from pathlode.ecg.report import BeatRows
from pathlode.plots.report_files import REPORT_FILES


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("records")
    small_model(four_patients(folder)).save(folder / "heartbeats.pt")
    return folder


def command(folder, record, output, *options):
    return main(["ecg", "report", str(record), "--model", str(folder / "heartbeats.pt"), "-o", str(output), *options])


def test_the_report_has_four_files(folder, tmp_path, capsys):
    assert command(folder, folder / "200", tmp_path / "new" / "report") == 0
    assert sorted(file.name for file in (tmp_path / "new").iterdir()) == ["report"]
    assert sorted(file.name for file in (tmp_path / "new/report").iterdir()) == sorted(REPORT_FILES)
    rows = BeatRows.load(tmp_path / "new/report/beats.csv").table
    summary = json.loads((tmp_path / "new/report/summary.json").read_text())
    assert len(rows) == summary["classified"] > 50
    assert (rows["class"] == "V").sum() == summary["counts"]["V"]
    said = capsys.readouterr().err
    assert "This is no medical device" in said
    assert "absent from training" in said
    assert "no medical device" in (tmp_path / "new/report/report.html").read_text()


def csv(path, seconds=10.0, rate=125, change=None, unit="mV", sign=1):
    """A table of a spike and a T wave once a second, both up, or both down if the sign is -1."""
    times = np.arange(0, seconds, 1 / rate)
    beat = np.exp(-0.5 * ((times % 1 - 0.5) / 0.012) ** 2) + 0.2 * np.exp(-0.5 * ((times % 1 - 0.78) / 0.04) ** 2)
    signal = sign * beat + 0.01 * np.random.default_rng(0).standard_normal(len(times))
    cells = [f"{value:.4f}" for value in signal]
    for row, text in (change or {}).items():
        cells[row] = text
    pd.DataFrame({"time": times.round(6), f"II ({unit})": cells}).to_csv(path, index=False)


def test_a_table_is_enough(folder, tmp_path):
    csv(tmp_path / "mine.csv", sign=-1)
    assert command(folder, tmp_path / "mine.csv", tmp_path / "report", "--polarity", "flipped") == 0
    rows = BeatRows.load(tmp_path / "report/beats.csv").table
    assert rows["time_s"].to_numpy()[:9] == pytest.approx(np.arange(0.5, 9), abs=0.02)  # the last one is at the edge


def annotated_too_far(folder, tmp_path):
    for suffix in ("hea", "dat"):
        shutil.copy(folder / f"200.{suffix}", tmp_path)
    wfdb.wrann("200", "atr", np.array([500, 90_000]), symbol=["N", "N"], fs=360, write_dir=str(tmp_path))


FAULTS = {
    "no ECG lead": (
        lambda path: pd.DataFrame({"t": [0.0, 0.1, 0.2], "Resp": 1.0, "Pleth": 2.0}).to_csv(path, index=False),
        [],
        "no channel with the name of an ECG lead among Resp, Pleth",
    ),
    "another lead": (csv, ["--lead", "V9"], "has no lead 'V9': it has II"),
    "an unknown unit": (lambda path: csv(path, unit="adu"), [], "says no unit, expected mV, uV or V"),
    "a rate below 20 Hz": (lambda path: csv(path, rate=10), [], "is sampled at 10 Hz, expected 20 to 1000 Hz"),
    "two beats": (lambda path: csv(path, seconds=2.0), [], "expected at least three"),
    "text": (lambda path: csv(path, change={70: "artefact"}), [], "has the text 'artefact' in row number 71"),
    "a flat line": (
        lambda path: csv(path, change=dict.fromkeys(range(1250), "0.1")),
        [],
        "100% of the samples of lead II are flat",
    ),
    "upside down": (lambda path: csv(path, sign=-1), [], "seems to be upside down"),
    "no file": (lambda path: None, [], "mine.csv does not exist"),
}


@pytest.mark.fault(
    "a recording of heartbeats has no ECG lead, unit, R peaks or three beats, is sampled too slowly, holds text, or is upside down",
    "a sentence says what was expected and what to do; nothing is written",
)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told_in_one_sentence_and_nothing_is_written(folder, tmp_path, capsys, fault):
    make, options, words = FAULTS[fault]
    make(tmp_path / "mine.csv")
    assert command(folder, tmp_path / "mine.csv", tmp_path / "report", *options) == 1
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1
    assert [file.name for file in tmp_path.iterdir() if file.name != "mine.csv"] == []


@pytest.mark.fault("a beat is annotated beyond the end of its recording", "a sentence names it; nothing is written")
def test_an_annotation_beyond_the_end(folder, tmp_path, capsys):
    annotated_too_far(folder, tmp_path)
    assert command(folder, tmp_path / "200", tmp_path / "report") == 1
    assert "has the beat 'N' at sample 90000, but its signal has 21600 samples" in capsys.readouterr().err
    assert not (tmp_path / "report").exists()


@pytest.mark.fault(
    "a classifier of heartbeats is of another version", "a sentence says how to make it again; nothing is written"
)
def test_a_model_of_another_version(folder, tmp_path, capsys):
    content = load_tensors(folder / "heartbeats.pt")
    save_tensors(tmp_path / "heartbeats.pt", content | {"edition": 99})
    assert command(tmp_path, folder / "200", tmp_path / "report") == 1
    assert f"has the layout 99, and this version of pathlode reads {EDITION}" in capsys.readouterr().err
    assert not (tmp_path / "report").exists()


def test_an_output_that_is_a_file_is_refused(folder, tmp_path, capsys):
    (tmp_path / "report").write_text("mine")
    for output in ("report", "report/new"):
        assert command(folder, folder / "200", tmp_path / output) == 2
        assert "report is a file, expected a folder" in capsys.readouterr().err
    assert (tmp_path / "report").read_text() == "mine"


@pytest.mark.fault(
    "a report of heartbeats would replace the recording, its annotations or the model",
    "a sentence names the file; it stays as it is",
)
def test_an_output_that_is_read_is_refused(folder, tmp_path, capsys):
    csv(tmp_path / "beats.csv")
    (tmp_path / "beats.hea").write_text("beats 1 250 2500\n")
    (tmp_path / "whole.hea").write_text("whole/1 1 250 2500\npart 2500\n")
    (tmp_path / "part.hea").write_text("part 1 250 2500\nbeats.csv 16 200/mV 16 0 0 0 0 II\n")
    before = (tmp_path / "beats.csv").read_bytes()
    marks = ["--annotator", "csv"]
    for name, options in (("beats.csv", []), ("beats.hea", marks), ("part", []), ("whole", [])):
        assert command(folder, tmp_path / name, tmp_path, *options) == 2
        assert "beats.csv is read by this command, which would replace it" in capsys.readouterr().err
    assert (tmp_path / "beats.csv").read_bytes() == before


def test_a_folder_in_the_place_of_a_file_is_refused_before_anything_is_written(folder, tmp_path, capsys):
    (tmp_path / "report" / "report.png").mkdir(parents=True)
    assert command(folder, folder / "200", tmp_path / "report") == 2
    assert "report.png is a folder, expected a file" in capsys.readouterr().err
    assert [file.name for file in (tmp_path / "report").iterdir()] == ["report.png"]


def test_a_report_replaces_the_former_one_and_keeps_other_files(folder, tmp_path):
    (tmp_path / "report").mkdir()
    for name in ("notes.txt", "beats.csv"):
        (tmp_path / "report" / name).write_text("mine")
    assert command(folder, folder / "200", tmp_path / "report") == 0
    assert sorted(file.name for file in (tmp_path / "report").iterdir()) == sorted([*REPORT_FILES, "notes.txt"])
    assert len(BeatRows.load(tmp_path / "report/beats.csv").table) > 50


@pytest.mark.parametrize(
    ("name", "made"), [("200", "200_report"), ("200.hea", "200_report"), ("mine.csv", "mine_report")]
)
def test_a_recording_is_all_that_must_be_named(folder, tmp_path, monkeypatch, name, made):
    monkeypatch.chdir(tmp_path)
    (tmp_path / MODEL).parent.mkdir(parents=True)
    shutil.copy(folder / "heartbeats.pt", MODEL)
    csv(folder / "mine.csv")
    assert main(["ecg", "report", str(folder / name)]) == 0
    assert sorted(file.name for file in (tmp_path / made).iterdir()) == sorted(REPORT_FILES)


@pytest.mark.fault(
    "a report of heartbeats is asked for before a classifier is made",
    "a sentence says how to make one; nothing is written",
)
def test_without_a_model_it_is_said_how_to_make_one(folder, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["ecg", "report", str(folder / "200")]) == 2
    said = capsys.readouterr().err
    assert "results/ecg/heartbeats.pt does not exist here: make it by `snakemake ecg_model`" in said
    assert said.count("\n") == 1
    assert not list(tmp_path.iterdir())
