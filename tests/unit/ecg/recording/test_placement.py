import numpy as np

from pathlode.ecg.recording.placement import aligned, without_t_waves
from pathlode.ecg.recording.recordings import Recording


def waves(count, rate, *each):
    """A sum of Gaussian waves of a centre and a width in seconds, and a height in millivolts."""
    seconds = np.arange(count) / rate
    return sum(height * np.exp(-0.5 * ((seconds - centre) / width) ** 2) for centre, width, height in each)


def test_peaks_move_to_the_largest_deflection_of_the_usual_sign():
    signal = np.zeros(1000)
    signal[[203, 403, 498, 805]] = [1.0, 1.0, 1.0, -2.0]  # the last beat points down
    signal[208] = -1.2  # not as much larger as it would take
    recording = Recording.of(signal + 1e-3 * np.random.default_rng(0).standard_normal(1000), rate=100)
    assert aligned(recording, np.array([200, 400, 500, 800])).tolist() == [203, 403, 498, 805]


def test_of_two_peaks_within_the_refractory_time_the_larger_one_stays():
    signal = 1e-3 * np.random.default_rng(0).standard_normal(1000)
    signal[[200, 219, 300, 320]] = [1.0, 2.0, 1.0, 2.0]
    recording = Recording.of(signal, rate=100)
    assert aligned(recording, np.array([200, 219, 300, 320])).tolist() == [219, 300, 320]


def test_equal_beats_are_placed_alike_whichever_peak_of_a_notched_complex_is_higher():
    places = 1.0 + np.arange(20)
    more = np.where(np.arange(20) % 3, 0.02, -0.02)
    pairs = zip(places, more, strict=True)
    notched = [wave for place, by in pairs for wave in ((place, 0.008, 1 + by), (place + 0.024, 0.008, 1 - by))]
    recording = Recording.of(waves(5500, 250, *notched), rate=250)
    assert (aligned(recording, (places * 250 + 3).astype(int)) == places * 250).all()


def test_a_beat_that_is_unlike_the_usual_one_stays_at_its_largest_deflection():
    usual = [(place, 0.01, 1.0) for place in (1.0, 2.0, 3.0, 4.0)]
    recording = Recording.of(waves(1500, 250, *usual, (5.0, 0.04, -2.0)), rate=250)
    assert aligned(recording, np.array([252, 498, 751, 1002, 1246])).tolist() == [250, 500, 750, 1000, 1250]


def test_t_waves_are_left_out_and_early_beats_are_not():
    beats = [(place, 0.01, 1.0) for place in (1.0, 2.0, 2.34)] + [(1.3, 0.05, 1.0)]
    recording = Recording.of(waves(900, 250, *beats), rate=250)
    assert without_t_waves(recording, np.array([250, 325, 500, 585])).tolist() == [250, 500, 585]
