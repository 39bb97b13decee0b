import math

import numpy as np
import pytest
import torch
from torch import nn

from pathlode.registry import POLICIES
from pathlode.schedule.policies.contract import Training

STEPS = 100


def trained(name, setting, steps=STEPS):
    """Rates of a training of x² from (1, -2), and the last x."""
    x = nn.Parameter(torch.tensor([1.0, -2.0]))
    policy = POLICIES[name](Training([x], steps), setting(name))
    rates = []
    for step in range(1, steps + 1):
        rates.append(policy.rate)
        loss = x.square().sum()
        policy.optimizer.zero_grad()
        loss.backward()
        policy.optimizer.step()
        policy.step(float(loss.detach()), 1 / (1 + float(loss.detach())) if step % 4 == 0 else None)
    with policy.evaluating():
        return np.array(rates), x.detach().clone()


@pytest.mark.parametrize("name", POLICIES)
def test_every_policy_trains_with_finite_rates(name, setting):
    rates, x = trained(name, setting)
    assert np.isfinite(rates).all()
    assert (rates >= 0).all()
    assert float(x.abs().max()) < 1.0


def test_the_shapes_of_the_parametric_schedules(setting):
    rates = {name: trained(name, setting)[0] / 0.05 for name in POLICIES if name not in ("lode", "nearest")}
    share = np.arange(STEPS) / STEPS
    assert rates["constant"] == pytest.approx(1)
    assert rates["cosine"] == pytest.approx((1 + np.cos(math.pi * share)) / 2)
    assert rates["step"] == pytest.approx(np.where(share < 0.33, 1, np.where(share < 0.67, 0.5, 0.25)))
    assert rates["one_cycle"].argmax() == 30
    assert rates["one_cycle"][0] == pytest.approx(1 / 25)
    stable = rates["warmup_stable_decay"]
    assert stable[10:80] == pytest.approx(1)
    assert (np.diff(stable[:10]) > 0).all()
    assert (np.diff(stable[80:]) < 0).all()
    assert stable[-1] > 0
    budgets = rates["wsd_s"]
    assert budgets[:25] == pytest.approx(trained("warmup_stable_decay", setting, 25)[0] / 0.05)
    assert budgets[25:40] == pytest.approx(1)
    assert budgets[40:50] == pytest.approx(1 - np.arange(10) / 10)
    assert budgets[50:80] == pytest.approx(1)
    assert budgets[80:] == pytest.approx(stable[80:])
    moments = np.linspace(0, STEPS, 30)
    replayed = np.exp(np.interp(np.arange(1, STEPS + 1), moments, np.log(np.linspace(0.1, 0.01, 30))))
    assert rates["replay"] * 0.05 == pytest.approx(replayed)


def test_each_training_draws_futures_of_its_own(setting):
    rates = {}
    for seed in (0, 1):
        policy = POLICIES["lode"](Training([nn.Parameter(torch.ones(1))], STEPS, seed), setting("lode"))
        for step in range(STEPS):
            policy.optimizer.step()
            policy.step(1.0 + 0.8 * (-1) ** (step // 5), 0.5)
        rates[seed] = [decision.rate for decision in policy.scheduler.decisions]
    assert len(rates[0]) == len(rates[1]) > 5
    assert rates[0] != rates[1]


def test_hypergradient_raises_a_rate_that_is_too_small_and_lowers_one_that_is_too_large(setting):
    def last(initial):
        x = nn.Parameter(torch.tensor([1.0, -2.0]))
        policy = POLICIES["hypergradient"](Training([x], STEPS), initial)
        for _ in range(STEPS):
            policy.optimizer.zero_grad()
            x.square().sum().backward()
            policy.optimizer.step()
        return policy.rate

    assert last(1e-4) > 2e-4
    assert last(3.0) < 2.0


def test_schedule_free_is_evaluated_at_its_average(setting):
    x = nn.Parameter(torch.tensor([1.0, -2.0]))
    policy = POLICIES["schedule_free"](Training([x], STEPS), 0.05)
    for _ in range(10):
        policy.optimizer.zero_grad()
        x.square().sum().backward()
        policy.optimizer.step()
    before = x.detach().clone()
    with policy.evaluating():
        assert not torch.equal(x, before)
    assert torch.allclose(x, before)
