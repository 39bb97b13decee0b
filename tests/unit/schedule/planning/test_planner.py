import math

import pytest
import torch

from pathlode.schedule.planning.contract import RatedRuns, RateModel
from pathlode.schedule.planning.planner import FLOOR_OF_RATES, PlanConfig, plan

STEPS = 20
RATES = torch.tensor([0.1, 1.0])[None, :, None].expand(1, 2, STEPS)
RUNS = RatedRuns(RATES, torch.tensor([1.0, 2.0])[None, :, None].expand(1, 2, 10))


class Parabola(RateModel):
    """Log losses whose least lies at a log rate of each member."""

    def __init__(self, *goals):
        self.goals = torch.tensor(goals)[:, None, None, None]

    def log_losses(self, rates):
        return (rates.log()[None] - self.goals).square().mean(dim=-1, keepdim=True)

    def fit(self, runs):
        raise NotImplementedError


def test_a_plan_finds_the_least_loss():
    plans = plan(Parabola(math.log(0.3)), RUNS, PlanConfig(iterations=150, step=0.2, caution=0.0))
    assert plans.rates[0].tolist() == pytest.approx([0.3] * STEPS, rel=0.02)
    assert float(plans.log_losses) == pytest.approx(0.0, abs=1e-3)


def test_rates_stay_in_the_range_of_the_past_runs():
    above = plan(Parabola(math.log(30.0)), RUNS, PlanConfig(iterations=150, step=0.2, caution=0.0)).rates
    below = plan(Parabola(math.log(1e-9)), RUNS, PlanConfig(iterations=150, step=0.2, caution=0.0)).rates
    assert 0.8 < float(above.min()) <= float(above.max()) <= 1.0
    assert 0.099 * FLOOR_OF_RATES < float(below.min()) <= float(below.max()) < 0.2 * FLOOR_OF_RATES


def test_caution_moves_to_where_members_agree():
    """Means of (x - 0)² and (x + 2)² are least at x = -1, where both are equal; with (x - 0)² / 4 they are not."""

    class Uneven(Parabola):
        def log_losses(self, rates):
            return super().log_losses(rates) * torch.tensor([0.25, 1.0])[:, None, None, None]

    model = Uneven(math.log(0.2), math.log(0.6))
    mean, careful = (plan(model, RUNS, PlanConfig(iterations=150, step=0.2, caution=caution)) for caution in (0.0, 1.0))
    assert float(careful.log_losses.std()) < float(mean.log_losses.std())
    assert float(careful.log_losses.mean()) > float(mean.log_losses.mean())
