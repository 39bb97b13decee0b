import math

import pytest
import torch

from pathlode.schedule.planning.contract import RatedRuns
from pathlode.schedule.planning.modes import ExponentialModes

STEPS, MOMENTS = 40, 20
CONSTANT = torch.full((1, 1, STEPS), 0.1)


@pytest.fixture
def one_mode():
    """A single member with one mode, without noise and floor until a test sets them."""
    model = ExponentialModes(RatedRuns(CONSTANT, torch.ones(1, 1, MOMENTS)), members=1, modes=1)
    for name, value in {"h": 0.5, "e": 3.0, "q": 1e-12, "g": 1e-12, "c": 1e-12}.items():
        model.parameters[name] = torch.full((1, 1, 1), math.log(value))
    return model


def test_a_mode_decays_with_the_sum_of_the_rates(one_mode):
    """3 exp(-2 · 0.5 · 0.1 · 40)."""
    assert float(one_mode.log_losses(CONSTANT)[..., -1].exp()) == pytest.approx(3 * math.exp(-4), rel=1e-5)
    rates = torch.rand(1, 1, STEPS) / 10
    found = one_mode.log_losses(rates).exp()[0, 0, 0]
    assert found.tolist() == pytest.approx((3 * torch.exp(-rates.cumsum(2)[0, 0, 1::2])).tolist(), rel=1e-4)


def test_the_floor_is_in_proportion_to_the_rate(one_mode):
    one_mode.parameters |= {"h": torch.full((1, 1, 1), math.log(50.0)), "q": torch.full((1, 1, 1), math.log(0.2))}
    ends = one_mode.log_losses(torch.cat([CONSTANT, CONSTANT / 2], dim=1))[0, 0, :, -1].exp()
    assert ends.tolist() == pytest.approx([0.2, 0.1], rel=1e-3)


def test_a_fit_predicts_a_schedule_that_it_has_not_seen():
    """Runs of one mode at constant rates; then the rate falls in the middle."""
    peaks = torch.tensor([0.02, 0.05, 0.1, 0.2])
    rates = peaks[None, :, None].expand(1, -1, STEPS)
    unseen = torch.cat([torch.full((STEPS // 2,), 0.15), torch.full((STEPS // 2,), 0.03)])[None, None]
    truth = ExponentialModes(RatedRuns(rates, torch.ones(1, 4, MOMENTS)), members=1, modes=1)
    for name, value in {"h": 0.6, "e": 2.0, "q": 0.3, "g": 1e-6, "c": 0.01}.items():
        truth.parameters[name] = torch.full((1, 1, 1), math.log(value))
    runs = RatedRuns(rates, truth.log_losses(rates)[0].exp())
    model = ExponentialModes(runs, members=2, modes=4)
    model.fit(runs, 120)
    error = (model.log_losses(unseen) - truth.log_losses(unseen))[..., -1].abs()
    assert float(error.max()) < 0.15


def test_members_and_sets_do_not_touch_each_other():
    rates, losses = torch.rand(2, 3, STEPS) + 0.1, torch.rand(2, 3, MOMENTS) + 0.1
    model = ExponentialModes(RatedRuns(rates, losses), members=2)
    assert model.log_losses(rates).shape == (2, 2, 3, MOMENTS)
    model.parameters["c"][1, 0] += 1.0
    changed = model.log_losses(rates)
    model.parameters["c"][1, 0] -= 1.0
    same = torch.isclose(changed, model.log_losses(rates)).all(dim=(2, 3))
    assert same.tolist() == [[True, True], [False, True]]
