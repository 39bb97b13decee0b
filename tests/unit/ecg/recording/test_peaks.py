from dataclasses import replace

import numpy as np
import pytest

from pathlode.ecg.recording.peaks import compare_peaks, find_peaks
from pathlode.ecg.recording.recording_files import read_recording
from pathlode.ecg.recording.recordings import Recording
from pathlode.errors import DataError


def at(rate, folder, sign=1.0):
    """An invented record at another rate, and its reference peaks."""
    given = read_recording(folder / "101")
    seconds = np.arange(0, given.seconds - 0.01, 1 / rate)
    signal = np.interp(seconds, np.arange(len(given.microvolts)) / given.rate, sign * given.millivolts)
    return Recording.of(signal, rate=rate), (given.annotations.beats()[0] / given.rate * rate).round().astype(int)


@pytest.mark.parametrize("rate", [30, 125, 360, 1000])
def test_beats_are_found_at_any_rate(folder, rate):
    recording, reference = at(rate, folder)
    found = find_peaks(recording)
    scores = compare_peaks(found, reference, rate)
    assert min(scores.sensitivity, scores.predictivity) > (0.95 if rate > 100 else 0.9)
    normal = compare_peaks(found, reference, rate, tolerance=1.01 / min(rate, 250))
    assert normal.sensitivity > 0.8  # most peaks lie at the very sample


def test_beats_that_point_down_are_found(folder):
    recording, reference = at(125, folder, sign=-1.0)
    assert compare_peaks(find_peaks(recording), reference, 125).sensitivity > 0.95


def test_sensitivity_and_predictivity_of_counted_pairs():
    reference = np.array([100, 200, 300, 400])
    scores = compare_peaks(np.array([85, 216, 300, 305, 500]), reference, rate=100)
    assert (scores.reference, scores.found, scores.matched) == (4, 5, 2)  # 216 is too far, 305 has no peak left
    assert scores.sensitivity == 0.5
    assert scores.predictivity == 0.4


def test_the_tolerance_itself_is_close_enough():
    assert compare_peaks(np.array([115]), np.array([100]), rate=100).matched == 1
    assert compare_peaks(np.array([116]), np.array([100]), rate=100).matched == 0


def test_nothing_found_has_no_predictivity():
    scores = compare_peaks(np.array([], int), np.array([5]), rate=100)
    assert scores.sensitivity == 0
    assert np.isnan(scores.predictivity)


@pytest.mark.parametrize("seconds", [0.3, 10])
def test_a_recording_without_beats_is_refused(seconds):
    noise = 1e-3 * np.random.default_rng(0).standard_normal(round(125 * seconds)).cumsum()
    recording = Recording.of(0 * noise if seconds > 1 else noise, rate=125, name="mine")
    with pytest.raises(DataError, match="mine( .*expected at least three|.* are flat)"):
        find_peaks(recording)


def test_a_recording_that_is_flat_throughout_is_refused_for_that():
    signal = np.full(5000, 32.767)
    with pytest.raises(DataError, match="mine: 100% of the samples of lead II are flat: give a better recording"):
        find_peaks(Recording.of(signal, rate=250, lead="II", name="mine"))


@pytest.mark.parametrize(("factor", "words"), [(1e-3, "mV, expected 0.02 to 20 mV"), (1e3, "e\\+03 mV, expected 0.02")])
def test_a_usual_complex_of_another_size_than_a_hearts_is_refused(folder, factor, words):
    recording = read_recording(folder / "101")
    wrong = replace(recording, microvolts=(recording.microvolts[:7200] * factor).round().astype(np.int32))
    with pytest.raises(DataError, match=f"the usual QRS complex of lead .* spans .*{words}.*: correct the unit"):
        find_peaks(wrong)
