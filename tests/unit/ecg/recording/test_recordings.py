import numpy as np
import pytest

from pathlode.ecg.annotations import Annotations
from pathlode.ecg.recording.recordings import Recording, on_a_grid
from pathlode.errors import DataError


def wave(count=2000):
    return np.sin(np.arange(count) / 7.0)


@pytest.mark.parametrize(("unit", "factor"), [("V", 1e-3), ("uV", 1e3), ("mV", 1.0)])
def test_the_unit_does_not_matter(unit, factor):
    recording = Recording.of(wave() * factor, unit=unit, rate=250)
    assert recording.millivolts == pytest.approx(wave(), abs=6e-4)
    assert recording.seconds == 8.0
    assert recording.invalid_seconds() == {}


def test_invalid_samples_are_marked_and_bridged():
    signal = np.r_[wave(), [np.nan] * 25]
    recording = Recording.of(signal, rate=250)
    assert recording.invalid_seconds() == {"marked invalid": 0.1}
    assert (recording.microvolts[2000:] == recording.microvolts[1999]).all()


@pytest.mark.parametrize("rate", [19.9, 1001.0])
def test_a_rate_out_of_range_is_refused(rate):
    with pytest.raises(DataError, match=f"mine is sampled at {rate:g} Hz, expected 20 to 1000 Hz"):
        Recording.of(wave(), rate=rate, name="mine")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"signal": ["0.1", "abc"], "rate": 250}, "the signal holds something else than numbers"),
        ({"signal": np.zeros((5, 2)), "rate": 250}, r"the signal has shape \(5, 2\), expected \(sample,\), one lead"),
        ({"signal": wave()}, "says neither a sampling rate nor times: give the rate"),
        ({"signal": wave(5), "times": [0, 1, 2]}, "has 3 times and 5 samples"),
        ({"signal": wave(4), "times": [0, 0.1, 0.1, 0.2]}, "do not increase at row 3"),
        ({"signal": wave(4), "times": [0, 0.1, np.nan, 0.2]}, "has no time at row 3"),
        (
            {"signal": wave(50), "times": np.arange(50) * 1e3 / 360},
            "0.36 Hz, expected 20 to 1000 Hz by its times in seconds",
        ),
        ({"signal": wave() * 1e12, "rate": 250}, r"spans .* mV, expected at most 1000 mV: correct the unit"),
        ({"signal": wave(), "rate": 250, "unit": "bpm"}, "is in 'bpm', expected mV, uV or V"),
        ({"signal": wave(), "rate": 250, "annotations": Annotations(np.array([2000]), ["N"])}, "2000 samples: give"),
    ],
)
def test_bad_input_is_refused_in_one_sentence(given, words):
    with pytest.raises(DataError, match=words) as raised:
        Recording.of(**given, name="mine")
    assert "\n" not in str(raised.value)
    assert str(raised.value).startswith("mine")


def test_rounded_times_are_those_of_a_regular_grid():
    times = 50 + np.arange(2000) / 360
    grid = on_a_grid(wave(), times.round(3), "x")
    assert grid.values.tolist() == wave().tolist()
    assert grid.rate == pytest.approx(360, rel=1e-4)
    assert grid.lost is None


def test_uneven_times_are_interpolated():
    generator = np.random.default_rng(0)
    times = np.sort(generator.uniform(0, 20, 5000))
    grid = on_a_grid(3.0 * times, times, "x")
    assert grid.values == pytest.approx(3 * (times[0] + np.arange(len(grid.values)) / grid.rate))


def test_lost_packets_are_marked_and_marks_stay_at_their_beats():
    times = np.delete(np.arange(2000) / 200, np.arange(400, 800))  # two seconds
    signal = np.delete(wave(), np.arange(400, 800))
    marks = Annotations(np.array([399, 400, 1000]), list("NNN"))
    recording = Recording.of(signal, times=times, annotations=marks)
    assert recording.rate == pytest.approx(200)
    assert np.flatnonzero(recording.invalid).tolist() == list(range(400, 800))
    assert recording.invalid_seconds() == {"lost": pytest.approx(2.0)}
    assert recording.annotations.samples.tolist() == [399, 800, 1400]
    assert recording.millivolts[800:] == pytest.approx(wave()[800:], abs=1e-3)


def test_a_rate_as_text_is_refused():
    with pytest.raises(DataError, match="mine has the rate '250', expected a number"):
        Recording.of(np.zeros(9), rate="250", name="mine")


def test_times_years_apart_are_refused_before_they_take_all_memory():
    times = np.arange(1000) / 125
    times[700:] += 3650 * 86_400
    with pytest.raises(
        DataError, match=r"mine has a gap of 3,650.0 days after sample number 700: correct the times, or split"
    ):
        Recording.of(np.zeros(1000), times=times, name="mine")
    times[700:] -= 3649.99 * 86_400
    assert on_a_grid(np.zeros(1000), times, "mine").lost.sum() == pytest.approx(0.01 * 86_400 * 125, rel=1e-3)


def test_a_single_sample_that_no_heart_reaches_is_invalid():
    signal = wave()
    signal[700] = 1e12
    recording = Recording.of(signal, rate=250)
    assert recording.invalid.nonzero()[0].tolist() == [700]
    assert recording.invalid_seconds() == {"marked invalid": 1 / 250}
    assert recording.millivolts == pytest.approx(wave(), abs=0.02)


def test_no_samples_are_refused():
    with pytest.raises(DataError, match="the signal has no samples: restore a copy of the recording"):
        Recording.of([], rate=250)
