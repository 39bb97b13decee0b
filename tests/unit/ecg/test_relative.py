import numpy as np
import pytest
import torch

from pathlode.ecg.conditions import TIMES, Condition
from pathlode.ecg.relative import (
    BEATS_AROUND,
    RHYTHM,
    SHAPE,
    relative_features,
    relative_rhythm,
    relative_shape,
    running,
    unhurried,
    waveform_on_grid,
)


def beats(heights, width=0.02, p=0.1):
    """Windows with a Gaussian QRS complex and P wave, at 360 Hz."""
    bump = torch.exp(-0.5 * (TIMES / width) ** 2) * torch.as_tensor(heights, dtype=torch.float32)[:, None]
    return bump + p * torch.exp(-0.5 * ((TIMES + 0.16) / 0.02) ** 2)


def shape(windows, early=None):
    seen = waveform_on_grid(*Condition().observe(windows, 0))
    values = relative_shape(seen, np.zeros(len(windows), bool) if early is None else early)
    return dict(zip(SHAPE, values.T, strict=True))


def test_an_early_beat_of_a_regular_rhythm():
    intervals = np.full(1001, 0.8)
    intervals[500:502] = 0.6, 1.0
    rhythm = dict(zip(RHYTHM, relative_rhythm(intervals)[500], strict=True))
    for name, value in {
        "before": 0.75, "after": 1.25, "before the previous beat": 1, "after the next beat": 1, "before, near": 0.75,
        "after / before": 1 / 0.6, "z before": -20, "z after": 20, "z before, near": -20, "irregular": 0,
    }.items():  # fmt: skip
        assert rhythm[name] == pytest.approx(value, rel=1e-5, abs=1e-6), name


def test_rhythm_has_no_unit_and_takes_unknown_intervals_for_usual():
    intervals = 0.8 + 0.1 * np.random.default_rng(0).normal(size=400)
    columns = [name.startswith("z") for name in RHYTHM]
    slow, fast = relative_rhythm(2 * intervals), relative_rhythm(intervals)
    assert slow[:, ~np.array(columns)] == pytest.approx(fast[:, ~np.array(columns)], rel=1e-4)
    intervals[100] = np.nan
    assert relative_rhythm(intervals)[100, 0] == pytest.approx(1, abs=0.01)


def test_usual_beats_are_like_themselves_and_their_gain_does_not_matter():
    windows = beats(np.ones(50))
    found = shape(windows)
    for name in ("r", "r QRS", "r P", "r previous"):
        assert found[name] == pytest.approx(1, abs=1e-3)
    for name in ("d P", "d QRS", "d T", "maximum", "width", "area", "log P"):
        assert found[name] == pytest.approx(0, abs=1e-5)


def test_a_beat_twice_as_high_a_wider_one_and_one_without_a_p_wave():
    windows = beats(np.ones(50))
    windows[10], windows[20], windows[30] = beats([2.0]), beats([1.0], width=0.05), beats([1.0], p=0.0)
    found = shape(windows)
    height = 1 + 0.05  # what is added to it keeps a flat line from a division by 0
    assert found["maximum"][10] == pytest.approx(1 / height, abs=0.01)
    assert found["r QRS"][10] == pytest.approx(1, abs=1e-3)
    assert found["width"][20] > 0.3
    assert abs(found["width"][10]) < 1e-6
    assert found["P"][30] < -0.05
    assert found["d QRS previous"][11] == found["d QRS"][10]
    assert found["d QRS next"][9] == found["d QRS"][10]


def test_a_fusion_beat_is_half_way_to_the_early_wide_ones():
    windows, early = beats(np.ones(60)), np.zeros(60, bool)
    wide = beats([-1.0], width=0.06)
    windows[[5, 15, 25, 35]], early[[5, 15, 25, 35]] = wide, True
    windows[45] = 0.5 * (wide + beats([1.0]))
    found = shape(windows, early)
    assert found["mixture"][5] == pytest.approx(1, abs=0.05)
    assert found["mixture"][45] == pytest.approx(0.5, abs=0.03)
    assert found["beside mixture"][45] < 0.1
    assert found["mixture"][0] == pytest.approx(0, abs=1e-5)


def test_running_medians_follow_the_recording():
    values = np.arange(4.0 * BEATS_AROUND)
    assert np.abs(running(values) - values)[BEATS_AROUND:-BEATS_AROUND].max() <= BEATS_AROUND / 4
    assert running(values[:5]).tolist() == [2.0] * 5


@pytest.mark.parametrize("ectopic", [np.arange(700) % 5 == 2, np.arange(700) % 5 != 2], ids=["few", "most"])
def test_the_usual_beat_is_a_normal_one_even_if_most_beats_are_ectopic(ectopic):
    """Runs of early beats with another P wave, as of an ectopic atrial focus, between normal beats."""
    windows = beats(np.ones(700))
    windows[ectopic] = beats(np.ones(ectopic.sum()), p=-0.1)
    rhythm = relative_rhythm(np.r_[np.where(ectopic, 0.6, 0.9), 0.9])
    assert (unhurried(rhythm) == ~ectopic).all()
    found = relative_features(waveform_on_grid(*Condition().observe(windows, 0)), rhythm)
    named = dict(zip((*RHYTHM, *SHAPE), found.T, strict=True))
    for name, normal, early in (("before", 1, 2 / 3), ("before, near", 1, 2 / 3), ("r P", 1, -1)):
        assert named[name][~ectopic] == pytest.approx(normal, abs=0.01)
        assert named[name][ectopic] == pytest.approx(early, abs=0.01)
    assert named["d P"][ectopic].min() > 0.05 > named["d P"][~ectopic].max()
