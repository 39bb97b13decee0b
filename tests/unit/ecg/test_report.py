from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from pathlode.ecg.annotations import Annotations
from pathlode.ecg.conditions import Condition, millivolts
from pathlode.ecg.features import centre
from pathlode.ecg.flags import TOO_NOISY, UNLIKE
from pathlode.ecg.recording import recorded_beats
from pathlode.ecg.recording.recording_files import read_recording
from pathlode.ecg.recording.recordings import Recording
from pathlode.ecg.records import CLASSES
from pathlode.ecg.relative_beats import RelativeBeats
from pathlode.ecg.report import report_on
from pathlode.ecg.report_page import report_page
from pathlode.errors import DataError


@pytest.fixture(scope="module")
def report(folder, beat_model):
    return report_on(read_recording(folder / "200"), beat_model, annotated=True)


def at(rate, folder, change=lambda signal, seconds: signal):
    given = read_recording(folder / "200")
    seconds = np.arange(0, given.seconds - 0.01, 1 / rate)
    signal = np.interp(seconds, np.arange(len(given.microvolts)) / given.rate, given.millivolts)
    return Recording.of(change(signal, seconds), rate=rate)


def test_the_classes_are_those_of_the_chapters_own_path(report, beats, beat_model):
    mine = beats.records == 3
    features = beat_model.encode(*Condition().observe(millivolts(beats, np.flatnonzero(mine)), 0))
    relative = RelativeBeats(beats, {"360 Hz": Condition()})(np.flatnonzero(mine), ["360 Hz"])
    given = np.hstack([centre(features, beats.records[mine]), relative])
    classes = beat_model.trees.probabilities(given).argmax(axis=1)
    assert (
        report.classes == classes
    ).mean() > 0.97  # the ends of a record have another interval in place of the unknown one
    assert report.marked.tolist() == beats.classes[mine].tolist()


def test_one_row_a_beat(report):
    rows = report.rows().table
    assert list(rows.columns) == ["record", "time_s", "class", "probability", "flag"]
    assert len(rows) == len(report.classes)
    assert rows["time_s"].to_numpy() == pytest.approx(report.beats.peaks[report.beats.used] / 360)
    assert set(rows["class"]) <= set(CLASSES)
    assert rows["probability"].between(0, 1).all()


def test_probabilities_are_written_with_four_digits(report, tmp_path):
    report.rows().save(tmp_path / "beats.csv")
    written = pd.read_csv(tmp_path / "beats.csv", dtype=str)["probability"]
    assert written.str.len().max() <= len("0.1234")


def test_annotations_of_rhythm_alone_count_as_none(folder, beat_model):
    own = read_recording(folder / "200")
    rhythm = replace(own, annotations=Annotations(np.array([10]), ["+"]))
    summary = report_on(rhythm, beat_model).summary()
    assert "the recording's annotations mark no beats" in summary.found
    assert not any("annotated beats" in sentence for sentence in summary.found)
    assert summary.agreement == {}
    with pytest.raises(DataError, match="has no beats in its annotations: let its beats be found"):
        report_on(rhythm, beat_model, annotated=True)


def test_pieces_make_no_difference(folder, beat_model, report, monkeypatch):
    monkeypatch.setattr(recorded_beats, "CUT_AT_ONCE", 11)
    again = report_on(read_recording(folder / "200"), beat_model, annotated=True)
    assert again.probabilities == pytest.approx(report.probabilities, abs=1e-6)
    assert again.strangeness == pytest.approx(report.strangeness, rel=1e-4)


def test_without_a_known_interval_there_is_no_heart_rate(report, beat_model):
    unknown = replace(report, beats=replace(report.beats, intervals=np.full_like(report.beats.intervals, np.nan)))
    summary = unknown.summary()
    assert summary.heart_rate == {"low": None, "median": None, "high": None}
    assert summary.pauses == []
    assert "unknown, as all RR intervals are" in report_page(summary, beat_model.card, b"")


def test_the_summary_counts(report):
    summary = report.summary()
    assert summary.beats == summary.classified + sum(summary.left_out.values())
    assert sum(summary.counts.values()) == summary.classified
    assert summary.burden["V"] == summary.counts["V"] / summary.classified
    lengths = [row["seconds"] for row in summary.pauses]
    assert lengths == sorted(np.diff(report.beats.peaks) / 360)[::-1][:5]
    begin = summary.pauses[0]["time_s"]
    assert begin in report.beats.peaks / 360
    of_v = summary.agreement["V"]
    assert of_v["n"] == (report.marked == 2).sum()
    assert of_v["sensitivity"] == pytest.approx((report.classes[report.marked == 2] == 2).mean())
    assert of_v["predictivity"] == pytest.approx((report.marked[report.classes == 2] == 2).mean())


def test_found_beats_are_compared_with_the_annotations(folder, beat_model):
    found = report_on(read_recording(folder / "200"), beat_model).found
    assert "annotated beats" in found[-1]
    own = read_recording(folder / "200")
    bare = Recording(own.name, own.lead, own.rate, own.microvolts, own.invalid)
    assert report_on(bare, beat_model).summary().agreement == {}
    with pytest.raises(DataError, match="200 has no annotations beside it: let its beats be found"):
        report_on(bare, beat_model, annotated=True)


@pytest.mark.parametrize("rate", [30, 125, 500])
def test_other_rates_find_the_same_beats(folder, beat_model, report, rate):
    other = report_on(at(rate, folder), beat_model)
    assert len(other.classes) == pytest.approx(len(report.classes), abs=0.15 * len(report.classes))
    assert other.summary().heart_rate["median"] == pytest.approx(report.summary().heart_rate["median"], rel=0.03)


def test_noise_is_flagged_where_it_is(folder, beat_model):
    noise = np.random.default_rng(0)

    def second_half(signal, seconds):
        return signal + (seconds > 30) * 0.5 * noise.standard_normal(len(signal))

    given = at(250, folder, second_half)
    marks = read_recording(folder / "200").annotations
    given = Recording.of(given.millivolts, rate=250, annotations=Annotations(marks.samples * 250 // 360, marks.symbols))
    noisy = report_on(given, beat_model, annotated=True).rows().table
    flagged = noisy["flag"] == TOO_NOISY
    assert flagged[noisy["time_s"] > 31].all()
    assert not flagged[noisy["time_s"] < 29].any()


def test_beats_unlike_the_training_data_are_flagged(folder, beat_model):
    def swollen(signal, seconds):
        waves = np.where(seconds > 50, 3 * np.sin(2 * np.pi * 4 * seconds), 0.0)
        return signal + waves

    report = report_on(at(60, folder, swollen), beat_model, polarity="kept")
    strange, swelled = report.strangeness > 1, report.beats.times > 51
    assert strange[swelled].mean() > strange[report.beats.times < 49].mean() + 0.3
    flags = np.array(report.flags)
    assert (flags[strange & (report.noise <= 1)] == UNLIKE).all()
    assert (flags[report.noise > 1] == TOO_NOISY).all()


def test_a_rate_at_which_beats_are_missed_is_told(folder, beat_model):
    slow, fast = (report_on(at(rate, folder), beat_model).found for rate in (30, 50))
    assert any("at less than 40 Hz many beats are missed" in sentence for sentence in slow)
    assert not any("are missed" in sentence for sentence in fast)
