import math

import pytest
import torch

from pathlode.errors import ConfigError
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


def test_a_plan_has_no_rate_before_a_past_run_had_it():
    """Both runs warm up along a line, one of them to 1; afterwards the plan may stay there, though the runs do not."""
    up, down = torch.linspace(0, 1, STEPS // 2 + 1)[1:], torch.linspace(1, 0, STEPS // 2 + 1)[:-1]
    rates = torch.cat([up, down])[None] * torch.tensor([[0.1], [1.0]])
    runs = RatedRuns(rates[None], RUNS.losses)
    found = plan(Parabola(math.log(30.0)), runs, PlanConfig(iterations=150, step=0.2, caution=0.0)).rates[0]
    assert (found[: STEPS // 2] <= 1.25 * up).all()
    assert float(found[STEPS // 2 + 1 :].min()) > 0.8


def test_rates_stay_in_the_range_of_the_best_runs():
    """The run with the largest rate ends worst; a plan that trusts both others goes no further than they do."""
    rates = torch.tensor([0.1, 0.4, 1.0])[None, :, None].expand(1, -1, STEPS)
    runs = RatedRuns(rates, torch.tensor([1.0, 2.0, 3.0])[None, :, None].expand(1, -1, 10))
    settings = PlanConfig(starts=1, iterations=150, step=0.2, caution=0.0, trusted=2)
    assert 0.3 < float(plan(Parabola(math.log(30.0)), runs, settings).rates.max()) <= 0.4


def test_caution_moves_to_where_members_agree():
    """Means of (x - 0)² and (x + 2)² are least at x = -1, where both are equal; with (x - 0)² / 4 they are not."""

    class Uneven(Parabola):
        def log_losses(self, rates):
            return super().log_losses(rates) * torch.tensor([0.25, 1.0])[:, None, None, None]

    model = Uneven(math.log(0.2), math.log(0.6))
    mean, careful = (plan(model, RUNS, PlanConfig(iterations=150, step=0.2, caution=caution)) for caution in (0.0, 1.0))
    assert float(careful.log_losses.std()) < float(mean.log_losses.std())
    assert float(careful.log_losses.mean()) > float(mean.log_losses.mean())


@pytest.mark.parametrize("settings", [{"starts": 0}, {"iterations": 1.5}, {"step": 0.0}, {"caution": -1.0}])
def test_settings_out_of_their_range_are_refused(settings):
    with pytest.raises(ConfigError, match=f"{next(iter(settings))} is .*, expected a"):
        PlanConfig(**settings)


def test_a_single_member_has_no_deviation():
    assert plan(Parabola(math.log(0.3)), RUNS).rates.isfinite().all()
