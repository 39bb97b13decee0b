import numpy as np
import pytest

from pathlode.ecg.polarity import heights, upright
from pathlode.ecg.recordings import Recording
from pathlode.errors import ConfigError, DataError

PEAKS = np.arange(100, 2000, 100)


def beats(up, down):
    signal = 0.5 + 1e-4 * np.sin(np.arange(2000.0))
    signal[PEAKS], signal[PEAKS + 3] = 0.5 + up, 0.5 - down
    return Recording.of(signal, rate=100, lead="II", name="mine")


def test_heights_of_known_beats():
    assert heights(beats(1.0, 0.25), PEAKS) == pytest.approx((1.0, 0.25), abs=1e-3)


def test_upright_beats_stay_as_they_are():
    recording = beats(1.0, 1.9)
    assert upright(recording, PEAKS) is recording


def test_beats_upside_down_are_refused_unless_the_user_says_what_to_do():
    recording = beats(0.25, 1.0)
    with pytest.raises(
        DataError, match=r"mine seems to be upside down: .* lead II reaches 0.25 mV up and 1 mV down; if so"
    ):
        upright(recording, PEAKS)
    assert upright(recording, PEAKS, "kept") is recording
    assert heights(upright(recording, PEAKS, "flipped"), PEAKS) == pytest.approx((1.0, 0.25), abs=1e-3)


def test_another_word_is_refused():
    with pytest.raises(ConfigError, match="polarity is 'up', expected checked, kept, flipped"):
        upright(beats(1, 0), PEAKS, "up")
