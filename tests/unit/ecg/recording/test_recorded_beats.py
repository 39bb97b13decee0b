import numpy as np
import pytest

from pathlode.ecg.beats import cut_beats, rr_intervals
from pathlode.ecg.conditions import TIMES
from pathlode.ecg.recording import recorded_beats
from pathlode.ecg.recording.recorded_beats import EDGE, RecordedBeats, known_intervals, rhythm, window_offsets
from pathlode.ecg.recording.recording_files import read_recording
from pathlode.ecg.recording.recordings import Recording
from pathlode.ecg.records import read_record
from pathlode.errors import DataError


def recording(seconds=20, rate=100, **invalid):
    signal = np.sin(np.arange(seconds * rate) / 7.0)
    for where in invalid.values():
        signal[where] = np.nan
    return Recording.of(signal, rate=rate, name="mine")


def peaks(seconds=20, rate=100):
    return np.arange(rate // 2, seconds * rate, rate)


def test_the_chapters_beats_come_out_bit_for_bit(folder, monkeypatch):
    monkeypatch.setattr(recorded_beats, "CUT_AT_ONCE", 7)  # in pieces
    chapter = cut_beats([read_record(folder, "101")], "invented")
    given = read_recording(folder / "101")
    found = RecordedBeats.of(given, given.annotations.beats()[0])
    windows = list(found.windows())
    values = np.concatenate([each.values[..., 0].numpy() for each in windows])
    assert len(windows) > 3
    assert found.peaks[found.used].tolist() == chapter.peaks.tolist()
    assert np.array_equal(values, chapter.microvolts.astype(np.float32) / 1000)
    assert np.array_equal(windows[0].times[0].numpy(), TIMES.numpy())
    assert found.rr[found.used] == pytest.approx(chapter.rr, rel=1e-6)


@pytest.mark.parametrize(("rate", "first", "last"), [(360, -100, 179), (90, -25, 44), (125, -34, 62), (20, -5, 9)])
def test_windows_last_as_long_at_every_rate(rate, first, last):
    offsets = window_offsets(rate)
    assert (offsets[0], offsets[-1]) == (first, last)


def test_beats_at_the_edge_and_with_invalid_samples_are_left_out_and_counted():
    given = recording(invalid=slice(750, 753))
    places = np.r_[10, peaks(), 1990]
    found = RecordedBeats.of(given, places)
    assert found.left_out == {EDGE: 2, "marked invalid": 1}
    assert found.used.tolist() == [*range(1, 8), *range(9, 21)]
    assert found.times[:2].tolist() == [0.5, 1.5]
    assert np.isfinite(found.intervals).all()  # three samples hide no beat


def test_an_interval_in_which_a_beat_can_be_hidden_is_unknown():
    given = recording(long=slice(470, 500), short=slice(670, 699))
    intervals = known_intervals(peaks(), given.invalid, 100)
    assert np.flatnonzero(np.isnan(intervals)).tolist() == [4]
    assert intervals[0] == 1.0


def test_the_rhythm_is_that_of_the_chapter():
    places = np.cumsum(np.random.default_rng(0).integers(60, 140, 50))
    seconds = np.diff(places) / 360
    assert rhythm(places, seconds, 360) == pytest.approx(rr_intervals(places), rel=1e-6)


def test_the_mean_takes_the_place_of_unknown_intervals():
    intervals = np.array([1.0, np.nan, 2.0])
    rr = rhythm(np.array([0, 100, 700, 900]), intervals, 100)
    assert rr[:, 0].tolist() == [1.5, 1.0, 1.5, 2.0]
    assert rr[:, 1].tolist() == [1.0, 1.5, 2.0, 1.5]
    assert rr[:, 2] == pytest.approx([1.5, 1.25, 4 / 3, 1.5])
    assert rr[:, 3].tolist() == [1.5] * 4


def test_the_mean_of_a_long_recording_is_that_of_an_hour(monkeypatch):
    monkeypatch.setattr(recorded_beats, "AROUND", 3.0)
    places = np.r_[np.arange(0, 1000, 100), np.arange(1000, 3000, 200)]
    rr = rhythm(places, np.diff(places) / 100, 100)
    assert rr[0, 3] == 1.0
    assert rr[-1, 3] == 2.0
    assert rr[10, 3] == pytest.approx((3 * 1.0 + 2 * 2.0) / 5)


def test_beats_of_symbols_that_are_left_out_count_in_the_rhythm(folder):
    given = read_recording(folder / "101")
    places = given.annotations.beats()[0]
    found = RecordedBeats.of(given, places)
    assert found.rr[5, 0] == pytest.approx((places[5] - places[4]) / 360)


@pytest.mark.parametrize(
    ("given", "places", "words"),
    [
        (recording(), peaks()[:2], "mine has 2 beats, expected at least three"),
        (recording(invalid=slice(0, 2000)), peaks(), "has invalid samples between all its beats"),
        (recording(invalid=peaks()), peaks(), r"has no beat whose samples are all valid \(20 marked invalid\)"),
    ],
)
def test_too_few_beats_are_refused(given, places, words):
    with pytest.raises(DataError, match=words):
        RecordedBeats.of(given, places)
