import math

import numpy as np
import pytest
import torch
from torch import nn

from pathlode.registry import POLICIES
from pathlode.schedule import LookAheadConfig
from pathlode.schedule.learners import Learnt
from pathlode.schedule.policies import Training

STEPS = 100


def setting(name, runs, model):
    if name in ("lode", "nearest"):
        return Learnt({0: model, 1: model}, runs, LookAheadConfig(every=5, futures=6))
    return np.log(np.linspace(0.1, 0.01, 30)) if name in ("replay", "mix") else 1.0 if name == "prodigy" else 0.05


def trained(name, runs, model, steps=STEPS):
    """Rates of a training of x² from (1, -2), and the last x."""
    x = nn.Parameter(torch.tensor([1.0, -2.0]))
    policy = POLICIES[name](Training([x], steps), setting(name, runs, model))
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
def test_every_policy_trains_with_finite_rates(name, runs, model):
    rates, x = trained(name, runs, model)
    assert np.isfinite(rates).all()
    assert (rates >= 0).all()
    assert float(x.abs().max()) < 1.0


def test_the_shapes_of_the_parametric_schedules(runs, model):
    rates = {name: trained(name, runs, model)[0] / 0.05 for name in POLICIES if name not in ("lode", "nearest")}
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
    moments = np.linspace(0, STEPS, 30)
    replayed = np.exp(np.interp(np.arange(1, STEPS + 1), moments, np.log(np.linspace(0.1, 0.01, 30))))
    assert rates["replay"] * 0.05 == pytest.approx(replayed)


def test_each_training_draws_futures_of_its_own(runs, model):
    rates = {}
    for seed in (0, 1):
        policy = POLICIES["lode"](Training([nn.Parameter(torch.ones(1))], STEPS, seed), setting("lode", runs, model))
        for step in range(STEPS):
            policy.optimizer.step()
            policy.step(1.0 + 0.8 * (-1) ** (step // 5), 0.5)
        rates[seed] = [decision.rate for decision in policy.scheduler.decisions]
    assert len(rates[0]) == len(rates[1]) > 5
    assert rates[0] != rates[1]


def test_hypergradient_raises_a_rate_that_is_too_small_and_lowers_one_that_is_too_large(runs, model):
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


def test_schedule_free_is_evaluated_at_its_average(runs, model):
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
