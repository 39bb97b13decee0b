import numpy as np
import pytest

from pathlode.ecg.recording.invalid import REASONS, bridged, invalid_samples, longer_than, runs

MARKED, LOST, SATURATED, FLAT = range(1, 5)


def test_the_numbers_of_the_reasons():
    assert REASONS == ("marked invalid", "lost", "saturated", "flat")


def test_runs_are_named_by_their_ends():
    flags = np.array([1, 1, 0, 0, 1, 0, 1, 1, 1], bool)
    assert runs(flags).tolist() == [[0, 2], [4, 5], [6, 9]]
    assert longer_than(flags, 2).tolist() == [1, 1, 0, 0, 0, 0, 1, 1, 1]
    assert longer_than(flags, 3).tolist() == [0, 0, 0, 0, 0, 0, 1, 1, 1]
    assert not longer_than(np.zeros(3, bool), 1).any()


def wave(count=1000):
    return np.sin(np.arange(count) / 7.0)


def test_a_signal_that_moves_is_valid():
    assert not invalid_samples(wave(), 100.0).any()


def test_each_reason_marks_its_samples_and_no_others():
    signal = wave()
    signal[100:103] = np.nan
    signal[200:204] = 5.0  # 40 ms at 100 Hz
    signal[300:350] = 0.123  # half a second
    lost = np.zeros(1000, bool)
    lost[400:402] = True
    marks = invalid_samples(signal, 100.0, lost)
    expected = np.zeros(1000)
    expected[100:103], expected[200:204], expected[300:350], expected[400:402] = MARKED, SATURATED, FLAT, LOST
    assert marks.tolist() == expected.tolist()


def test_short_runs_are_valid():
    signal = wave()
    signal[200:203] = 5.0
    signal[300:349] = 0.123
    assert not invalid_samples(signal, 100.0).any()


def test_a_signal_of_one_value_is_invalid_throughout():
    assert (invalid_samples(np.full(300, 0.0), 100.0) == FLAT).all()
    assert (invalid_samples(np.full(300, np.nan), 100.0) == MARKED).all()


def test_invalid_samples_are_bridged_by_a_straight_line():
    signal = np.array([np.nan, 1.0, np.nan, 9.0, 4.0, np.inf])
    assert bridged(signal, np.array([1, 0, 1, 1, 0, 1], np.uint8)) == pytest.approx([1, 1, 2, 3, 4, 4])
    assert bridged(signal, np.ones(6, np.uint8)).tolist() == [0] * 6
