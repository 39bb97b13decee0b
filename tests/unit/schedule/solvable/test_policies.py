from functools import partial

import pytest
import torch

from pathlode.errors import ConfigError
from pathlode.schedule.planning.contract import RatedRuns
from pathlode.schedule.planning.modes import QuadraticModes
from pathlode.schedule.planning.planner import PlanConfig
from pathlode.schedule.solvable.deep_linear import DeepLinear
from pathlode.schedule.solvable.net import Net
from pathlode.schedule.solvable.policies import (
    SeedStream,
    TrialConfig,
    best,
    constant_then_decay,
    planned,
    seeds_of,
    sweep,
    sweep_again,
    tuned_decay,
    tuned_peak,
    tuned_prodigy,
)
from pathlode.schedule.solvable.prodigy import ProdigyNet
from pathlode.schedule.solvable.shapes import stable_then_decay

TASK, NUMBERS = DeepLinear(), [3, 8]
CONFIG = TrialConfig(("cosine", "constant"), peaks=3, members=2, plan={"starts": 1, "iterations": 3})


def test_all_seeds_differ():
    seeds = torch.cat([seeds_of(NUMBERS, stream, 50).flatten() for stream in (SeedStream.SWEEP, SeedStream.COSINE)])
    assert len(seeds.unique()) == len(seeds)


def test_the_sweep_has_each_schedule_at_each_peak():
    runs = sweep(TASK, NUMBERS, CONFIG)
    assert runs.rates.amax(dim=2).tolist() == [pytest.approx([0.15] * 2 + [0.075] * 2 + [0.0375] * 2)] * 2
    assert float(runs.rates[0, 1].min()) == 0.15  # the constant
    assert not torch.equal(runs.losses[0], runs.losses[1])  # noise of its own


def test_the_best_run_is_that_with_the_least_last_loss():
    rates = torch.arange(6.0).view(1, 3, 2)
    chosen = best(RatedRuns(rates, torch.tensor([[[1.0, 2.0], [9.0, 1.0], [0.1, 3.0]]])))
    assert chosen.rates.tolist() == [[2.0, 3.0]]
    assert chosen.runs == 3


def test_the_best_constant_rate_then_falls():
    chosen = constant_then_decay(TASK, sweep(TASK, NUMBERS, CONFIG), CONFIG)
    assert torch.allclose(chosen.rates, 0.0375 * stable_then_decay(TASK.steps, 0.1).expand(2, -1))


def test_rivals_are_tuned_with_as_many_runs():
    """The best peaks of this task lie at about half of the largest rate, and its best decay begins at once."""
    cosine, decay = tuned_peak(TASK, "cosine", NUMBERS, 5), tuned_decay(TASK, NUMBERS, 16)
    assert (cosine.runs, decay.runs) == (5, 15)
    assert cosine.rates.amax(dim=1).tolist() == pytest.approx([0.15 * 10**-0.3] * 2)
    assert torch.allclose(decay.rates, 0.15 * 10**-0.3 * stable_then_decay(TASK.steps, 1.0))


def test_the_best_coefficient_of_prodigy_lies_inside_the_range_that_is_tried(monkeypatch):
    monkeypatch.setattr(Net, "steps", 100)
    chosen = tuned_prodigy(Net(), NUMBERS, 5)
    assert ((chosen.rates[:, 0] > 0.2) & (chosen.rates[:, 0] < 5)).all()
    assert chosen.runs == 5
    assert isinstance(chosen.trains, ProdigyNet)


def test_one_more_run_at_the_least_of_a_parabola():
    """Log losses 1, 0 and 1/2 of the cosine at three peaks are least at 1/6 of the way from the second to the third."""
    runs = sweep(TASK, NUMBERS, CONFIG)
    ends = torch.tensor([1.0, 3.0, 0.0, 3.0, 0.5, 3.0]).exp() * 1e3  # cosine and constant at each peak
    chosen = sweep_again(TASK, RatedRuns(runs.rates, ends[:, None].expand(2, -1, runs.moments)), NUMBERS, CONFIG)
    assert chosen.runs == 7
    assert chosen.rates.amax(dim=1).tolist() == pytest.approx([0.075 * 0.5 ** (1 / 6)] * 2)


def test_a_parabola_needs_three_peaks():
    with pytest.raises(ConfigError, match="peaks is 2, expected at least 3, .*; raise it"):
        TrialConfig(peaks=2)


def test_plans_before_and_after_an_own_run():
    modes = partial(QuadraticModes, members=2)
    runs = sweep(TASK, NUMBERS, CONFIG)
    plans = planned(TASK, runs, NUMBERS, PlanConfig(**CONFIG.plan), modes, SeedStream.OWN)
    assert (plans.first.runs, plans.second.runs) == (6, 7)
    assert plans.first.rates.shape == plans.second.rates.shape == (2, TASK.steps)
    assert not torch.equal(plans.first.rates, plans.second.rates)
    assert plans.seconds > 0
