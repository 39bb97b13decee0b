import math

import pytest
import torch

from pathlode.dynamics.orbits import amplitude_error, orbit_distance, period, period_error

TIMES = torch.linspace(0, 40, 1000, dtype=torch.float64)
EVERYWHERE = torch.ones(3, len(TIMES), dtype=torch.bool)


def wave(length, amplitude=1.0, phase=0.0, batch=3):
    angle = 2 * math.pi * TIMES / length + phase
    return amplitude * torch.stack([angle.sin(), angle.cos()], dim=-1).expand(batch, len(TIMES), 2)


def test_period_of_a_wave_at_any_phase():
    for phase in (0.0, 1.0, 2.5):
        assert period(wave(3.7, phase=phase)[..., 0], TIMES, EVERYWHERE).tolist() == pytest.approx([3.7] * 3, rel=1e-3)


def test_what_does_not_oscillate_has_no_period():
    assert period(TIMES[None], TIMES[None], EVERYWHERE[:1]).isnan().all()


def test_scores_forgive_a_shift_of_phase():
    truth, shifted = wave(5.0), wave(5.0, phase=2.0)[None]
    times = TIMES.expand(3, -1)
    assert period_error(shifted, truth, times, EVERYWHERE).item() == pytest.approx(0.0, abs=1e-3)
    assert amplitude_error(shifted, truth, EVERYWHERE).item() == pytest.approx(0.0, abs=1e-2)
    assert orbit_distance(shifted, truth, EVERYWHERE).item() == pytest.approx(0.0, abs=2e-2)


def test_scores_tell_how_far_off_a_prediction_is():
    truth = wave(5.0)
    times = TIMES.expand(3, -1)
    slow, large = wave(5.5)[None], wave(5.0, amplitude=1.3)[None]
    lost = torch.zeros_like(slow)
    assert period_error(torch.cat([slow, lost]), truth, times, EVERYWHERE).tolist() == pytest.approx(
        [0.1, 1.0], rel=2e-2
    )
    assert amplitude_error(torch.cat([large, lost]), truth, EVERYWHERE).tolist() == pytest.approx([0.3, 1.0], rel=1e-3)
    # circles of radius 1 and 1.3 about one centre lie 0.3 apart; the features' standard deviation is 1/√2
    assert orbit_distance(large, truth, EVERYWHERE).item() == pytest.approx(0.3 * math.sqrt(2), rel=1e-2)


def test_trajectories_without_a_period_do_not_count():
    truth = torch.cat([wave(5.0, batch=2), torch.zeros(1, len(TIMES), 2)])
    predicted = torch.cat([wave(5.5, batch=2), wave(2.0, batch=1)])[None]
    assert period_error(predicted, truth, TIMES.expand(3, -1), EVERYWHERE).item() == pytest.approx(0.1, rel=2e-2)
    assert amplitude_error(predicted, truth, EVERYWHERE).item() < 0.1
    still = torch.zeros(1, len(TIMES), 2)
    assert amplitude_error(predicted[:, :1], still, EVERYWHERE[:1]).isnan().all()
    assert period_error(predicted[:, :1], still, TIMES[None], EVERYWHERE[:1]).isnan().all()


def test_a_period_by_hand_where_the_truth_counts():
    """Upward crossings of the mean 0 at 0.5 and 2.5; with the last two values the mean is 3 and is crossed once."""
    values = torch.tensor([[-1.0, 1.0, -1.0, 1.0, 9.0, 9.0]])
    times, counted = torch.arange(6.0)[None], torch.arange(6)[None] < 4
    assert period(values, times, counted).tolist() == [2.0]
    assert period(values, times, torch.ones_like(counted)).isnan().all()
    assert period(values, times, torch.zeros_like(counted)).isnan().all()


def test_no_crossing_lies_at_a_time_that_does_not_count():
    """Of the crossings at 0.5, 2.5, 4.5 and 6.5, the second ends at a time that does not count."""
    values = torch.tensor([[-1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0]])
    counted = torch.tensor([[True, True, True, False, True, True, True, True]])
    assert period(values, torch.arange(8.0)[None], counted).item() == pytest.approx((6.5 - 0.5) / 2)


def test_scores_of_orbits_by_hand_where_the_truth_counts():
    """One feature. The truth 0, 2 has the standard deviation √2, the prediction 1, 4 one of 3/√2. The nearest points of 1 and
    4 are 1 and 2 away, those of 0 and 2 both 1. The second trajectory counts nowhere.
    """
    truth = torch.tensor([[0.0, 2.0, 0.0, 0.0], [5.0, 6.0, 7.0, 8.0]])[..., None]
    predicted = torch.tensor([[1.0, 4.0, torch.inf, 0.0], [0.0, -5.0, 0.0, torch.nan]])[None, ..., None]
    counted = torch.tensor([[True, True, False, False], [False] * 4])
    assert amplitude_error(predicted, truth, counted).tolist() == pytest.approx([0.5])
    assert orbit_distance(predicted, truth, counted).tolist() == pytest.approx([(1.5 + 1.0) / 2 / math.sqrt(2)])


def test_each_member_has_its_own_truth_and_times_that_count():
    generator = torch.Generator().manual_seed(0)
    truth, predicted = (torch.randn(2, 4, 60, 2, generator=generator) for _ in range(2))
    times, counted = torch.arange(60.0).expand(2, 4, 60), torch.rand(2, 4, 60, generator=generator) < 0.8
    together = (
        period_error(predicted, truth, times, counted),
        amplitude_error(predicted, truth, counted),
        orbit_distance(predicted, truth, counted),
    )
    for member in range(2):
        one = predicted[member : member + 1], truth[member]
        alone = (
            period_error(*one, times[member], counted[member]),
            amplitude_error(*one, counted[member]),
            orbit_distance(*one, counted[member]),
        )
        assert [score.item() for score in alone] == pytest.approx([score[member].item() for score in together])
