import numpy as np
import pytest

from pathlode.ecg.beats import AFTER, cut_beats
from pathlode.ecg.records import RATE, read_record
from pathlode.ecg.worn import CHANGES, LOST, NOISES, Disturbance, usual_range, worn_windows
from pathlode.errors import ConfigError

PEAKS = np.arange(RATE, 59 * RATE, RATE)
SIGNAL = np.zeros(60 * RATE)
SIGNAL[PEAKS], SIGNAL[PEAKS + 9] = 900.0, -300.0  # microvolts


@pytest.mark.parametrize("kind", NOISES)
@pytest.mark.parametrize("snr_db", [12, 0])
def test_noise_has_the_stated_ratio_to_an_eighth_of_the_squared_range(kind, snr_db):
    assert usual_range(SIGNAL, PEAKS) == 1200
    noise = Disturbance(kind, snr_db).of(SIGNAL, PEAKS, seed=1) - SIGNAL
    assert 10 * np.log10(1200**2 / 8 / np.mean(noise**2)) == pytest.approx(snr_db)


@pytest.mark.parametrize(("kind", "low", "high"), [("baseline wander", 0.05, 0.7), ("muscle noise", 20, 150)])
def test_noise_stays_in_its_band(kind, low, high):
    noise = NOISES[kind](60 * RATE, np.random.default_rng(0))
    power, frequencies = np.abs(np.fft.rfft(noise)) ** 2, np.fft.rfftfreq(60 * RATE, 1 / RATE)
    assert power[(frequencies >= low) & (frequencies <= high)].sum() == pytest.approx(power.sum())


def test_changes():
    rng = np.random.default_rng(0)
    assert (CHANGES["wrong polarity"](SIGNAL, rng) == -SIGNAL).all()
    assert (CHANGES["half the gain"](SIGNAL, rng) == SIGNAL / 2).all()
    slope = np.arange(60.0 * RATE)
    assert CHANGES["lost samples"](slope, rng) == pytest.approx(slope)  # a straight line over what is lost
    noise = rng.standard_normal(60 * RATE)
    assert (CHANGES["lost samples"](noise, rng) != noise).mean() == pytest.approx(LOST, abs=0.05)


def test_windows_without_a_disturbance_are_those_of_the_chapter(folder):
    record = read_record(folder, "101")
    whole = cut_beats([record], "invented")
    found, steps = worn_windows(record, Disturbance(), 30, seed=0)
    assert len(steps) == len(found)
    assert len(found) == (whole.peaks + AFTER <= 30 * RATE).sum()
    assert (found[:-1] == whole.microvolts[: len(found) - 1]).all()  # the last one is beside the end


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (("rain",), "is 'rain', expected none, "),
        (("muscle noise",), "lacks snr_db"),
        (("lost samples", 3), "has no snr_db"),
    ],
)
def test_disturbances_that_cannot_be_are_refused(given, words):
    with pytest.raises(ConfigError, match=words):
        Disturbance(*given)
