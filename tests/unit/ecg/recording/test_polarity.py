import numpy as np
import pytest

from pathlode.ecg.recording.polarity import upright, usual_waves
from pathlode.ecg.recording.recordings import Recording
from pathlode.errors import ConfigError, DataError

PEAKS = np.arange(100, 2000, 100)


def beats(up, down, p=0.0, t=0.0):
    signal = 0.5 + 1e-4 * np.sin(np.arange(2000.0))
    signal[PEAKS], signal[PEAKS + 3] = 0.5 + up, 0.5 - down
    signal[PEAKS - 15], signal[PEAKS + 30] = 0.5 + p, 0.5 + t
    return Recording.of(signal, rate=100, lead="II", name="mine")


def test_reaches_of_known_waves():
    waves = usual_waves(beats(1.0, 0.25, p=0.1, t=-0.2), PEAKS)
    for found, known in zip((waves.qrs, waves.p, waves.t), ((1.0, 0.25), (0.1, 0.0), (0.0, 0.2)), strict=True):
        assert found == pytest.approx(known, abs=2e-3)


def test_upright_beats_stay_as_they_are():
    recording = beats(1.0, 1.9, p=-0.1, t=-0.1)
    assert upright(recording, PEAKS) is recording


@pytest.mark.parametrize(("p", "t"), [(-0.1, 0.2), (0.0, -0.2)])
def test_beats_upside_down_are_refused_unless_the_user_says_what_to_do(p, t):
    recording = beats(0.25, 1.0, p, t)
    with pytest.raises(
        DataError, match=r"mine seems to be upside down: .* lead II reaches 0.25 mV up and 1 mV down, and"
    ):
        upright(recording, PEAKS)
    assert upright(recording, PEAKS, "kept") is recording
    assert usual_waves(upright(recording, PEAKS, "flipped"), PEAKS).qrs == pytest.approx((1.0, 0.25), abs=1e-3)


def test_a_patient_whose_complex_alone_points_down_is_not_refused():
    recording = beats(0.1, 1.2, p=0.1, t=0.3)
    same = upright(recording, PEAKS)
    assert np.array_equal(same.microvolts, recording.microvolts)
    assert "the waves beside it do not point down" in same.found[-1]


def test_another_word_is_refused():
    with pytest.raises(ConfigError, match="polarity is 'up', expected checked, kept, flipped"):
        upright(beats(1, 0), PEAKS, "up")
