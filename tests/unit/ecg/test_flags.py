import numpy as np
import pytest
import torch

from pathlode.ecg.flags import (
    IRREGULAR,
    NOISE_LIMIT,
    STEP_LIMIT,
    TOO_NOISY,
    UNLIKE,
    baseline_steps,
    flags_of,
    in_irregular_rhythm,
    noise_and_height,
    relative_noise,
)
from pathlode.ecg.records import CLASSES
from pathlode.ecg.relative import relative_rhythm


def windows(rate, noise, beats=40):
    """A triangular QRS complex of 2 mV on a slow wave, and noise."""
    seconds = torch.arange(int(-0.27 * rate), int(0.5 * rate)) / rate
    signal = 0.2 * torch.sin(2 * torch.pi * 2 * seconds) + (2 - 50 * seconds.abs()).clamp(min=0)
    added = noise * torch.randn(beats, len(seconds), generator=torch.Generator().manual_seed(0))
    return seconds.expand(beats, -1), (signal + added)[..., None]


@pytest.mark.parametrize("rate", [100, 250, 1000])
def test_the_measured_noise_is_that_which_was_added(rate):
    noise, heights = noise_and_height(*windows(rate, 0.1))
    assert np.median(noise) == pytest.approx(0.1, rel=0.1)
    noise, heights = noise_and_height(*windows(rate, 0.0))
    assert np.median(noise) < 0.01
    assert np.median(heights) == pytest.approx(2.0, abs=0.05)


def test_at_low_rates_no_noise_is_told():
    assert not noise_and_height(*windows(60, 0.1))[0].any()


def test_noise_and_steps_are_relative_to_the_usual_height():
    noise, steps, heights = (np.array(x, np.float32) for x in ([0.1, 0.4, 0.1], [0, 0.01, 0.6], [1, 2, 2, 2, 9]))
    assert relative_noise(noise, steps, heights) == pytest.approx(
        [0.05 / NOISE_LIMIT, 0.2 / NOISE_LIMIT, 0.3 / STEP_LIMIT]
    )


@pytest.mark.parametrize("rate", [22.5, 125, 1000])
def test_a_step_of_the_baseline_counts_in_the_window_that_it_is_in(rate):
    """A step of 3 at 5 s, on a slope of 0.5 a second."""
    seconds = np.arange(round(10 * rate)) / rate
    peaks, offsets = (np.array([2.0, 4.8, 8.0]) * rate).astype(int), np.arange(-int(0.27 * rate), int(0.5 * rate))
    found = baseline_steps(0.5 * seconds + 3 * (seconds >= 5), peaks, offsets, rate)
    assert found == pytest.approx([0.025, 3.025, 0.025], abs=0.5 * 0.5 / rate + 0.001)


def test_noise_goes_before_strangeness():
    noise, strangeness = np.array([2, 2, 0.5, 0.5, 0.5]), np.array([2, 0.5, 2, 0.5, 0.5])
    irregular = np.array([True, False, True, True, False])
    assert flags_of(noise, strangeness, irregular) == [TOO_NOISY, TOO_NOISY, UNLIKE, IRREGULAR, ""]


def test_a_beat_of_class_s_is_flagged_where_all_intervals_change():
    changing = np.random.default_rng(0).uniform(0.4, 1.0, 100)  # seconds, as in atrial fibrillation
    rhythm = relative_rhythm(np.r_[np.full(100, 0.8), changing])
    classes = np.where(np.arange(199) % 2, CLASSES.index("S"), 0).astype(np.int8)
    irregular = in_irregular_rhythm(classes, rhythm)
    assert not irregular[:75].any()
    middle = slice(125, 175)
    assert (irregular[middle] == (classes[middle] == CLASSES.index("S"))).all()
