import math

import pytest
import torch

from pathlode.dynamics.orbits import amplitude_error, orbit_distance, period, period_error

TIMES = torch.linspace(0, 40, 1000, dtype=torch.float64)


def wave(length, amplitude=1.0, phase=0.0, batch=3):
    angle = 2 * math.pi * TIMES / length + phase
    return amplitude * torch.stack([angle.sin(), angle.cos()], dim=-1).expand(batch, len(TIMES), 2)


def test_period_of_a_wave_at_any_phase():
    for phase in (0.0, 1.0, 2.5):
        assert period(wave(3.7, phase=phase)[..., 0], TIMES).tolist() == pytest.approx([3.7] * 3, rel=1e-3)


def test_what_does_not_oscillate_has_no_period():
    assert period(TIMES[None], TIMES[None]).isnan().all()


def test_scores_forgive_a_shift_of_phase():
    truth, shifted = wave(5.0), wave(5.0, phase=2.0)[None]
    times = TIMES.expand(3, -1)
    assert period_error(shifted, truth, times).item() == pytest.approx(0.0, abs=1e-3)
    assert amplitude_error(shifted, truth).item() == pytest.approx(0.0, abs=1e-2)
    assert orbit_distance(shifted, truth).item() == pytest.approx(0.0, abs=2e-2)


def test_scores_tell_how_far_off_a_prediction_is():
    truth = wave(5.0)
    times = TIMES.expand(3, -1)
    slow, large = wave(5.5)[None], wave(5.0, amplitude=1.3)[None]
    lost = torch.zeros_like(slow)
    assert period_error(torch.cat([slow, lost]), truth, times).tolist() == pytest.approx([0.1, 1.0], rel=2e-2)
    assert amplitude_error(torch.cat([large, lost]), truth).tolist() == pytest.approx([0.3, 1.0], rel=1e-3)
    # circles of radius 1 and 1.3 about one centre lie 0.3 apart; the features' standard deviation is 1/√2
    assert orbit_distance(large, truth).item() == pytest.approx(0.3 * math.sqrt(2), rel=1e-2)


def test_trajectories_without_a_period_do_not_count():
    truth = torch.cat([wave(5.0, batch=2), torch.zeros(1, len(TIMES), 2)])
    predicted = torch.cat([wave(5.5, batch=2), wave(2.0, batch=1)])[None]
    assert period_error(predicted, truth, TIMES.expand(3, -1)).item() == pytest.approx(0.1, rel=2e-2)
    assert amplitude_error(predicted, truth).item() < 0.1
    still = torch.zeros(1, len(TIMES), 2)
    assert amplitude_error(predicted[:, :1], still).isnan().all()
    assert period_error(predicted[:, :1], still, TIMES[None]).isnan().all()
