import pytest
import torch

from pathlode.ecg.beats import BEFORE, POINTS
from pathlode.ecg.conditions import TIMES, Condition
from pathlode.errors import ConfigError

BEATS = torch.randn(50, POINTS, generator=torch.Generator().manual_seed(0))


def test_time_is_zero_at_the_peak():
    assert TIMES[BEFORE] == 0
    assert TIMES[BEFORE + 36] == pytest.approx(0.1)


def test_nothing_is_taken_away_by_default():
    times, values = Condition().observe(BEATS, 0)
    assert torch.equal(times, TIMES.expand(50, -1))
    assert torch.equal(values[..., 0], BEATS)


def test_a_stride_keeps_every_so_many_samples():
    times, values = Condition(stride=8).observe(BEATS, 0)
    assert torch.equal(times[3], TIMES[::8])
    assert torch.equal(values[..., 0], BEATS[:, ::8])
    assert Condition(stride=8).rate == 45


def test_missing_samples_differ_between_beats_and_the_first_stays():
    times, values = Condition(missing=0.5).observe(BEATS, 0)
    assert times.shape == (50, POINTS // 2)
    assert (times[:, 0] == TIMES[0]).all()
    assert (times.diff(dim=1) > 0).all()
    assert not torch.equal(times[0], times[1])
    positions = ((times * 360).round().long()) + BEFORE
    assert torch.equal(values[..., 0], BEATS.gather(1, positions))
    assert torch.equal(times, Condition(missing=0.5).observe(BEATS, 0)[0])
    assert not torch.equal(times, Condition(missing=0.5).observe(BEATS, 1)[0])


def test_two_samples_are_left_of_few():
    times, _ = Condition(stride=140, missing=0.9).observe(BEATS, 0)
    assert times.shape == (50, 2)


def test_noise_has_its_size():
    values = Condition(noise=0.3).observe(BEATS, 0)[1][..., 0]
    assert (values - BEATS).std() == pytest.approx(0.3, rel=0.02)


def test_a_filter_takes_out_what_the_rate_cannot_hold():
    slow, fast = (torch.sin(2 * torch.pi * hertz * TIMES).expand(1, -1) for hertz in (5, 60))
    kept = Condition(stride=8, filtered=True).observe(slow + fast, 0)[1][0, 5:-5, 0]
    assert kept == pytest.approx(slow[0, ::8][5:-5], abs=0.03)
    folded = Condition(stride=8).observe(slow + fast, 0)[1][0, 5:-5, 0]
    assert (folded - slow[0, ::8][5:-5]).abs().max() > 0.5


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"stride": 0}, "stride is 0, expected 1 to 140"),
        ({"missing": 1.0}, "missing samples is 1.0, expected 0 to 0.9"),
        ({"noise": -1.0}, "noise is -1.0, expected at least 0"),
    ],
)
def test_impossible_conditions_are_refused(settings, message):
    with pytest.raises(ConfigError, match=message):
        Condition(**settings)
