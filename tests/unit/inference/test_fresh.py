"""Training on fresh pairs of a parameter and a noisy measurement of it, whose posterior is known."""

from dataclasses import dataclass

import pytest
import torch

from pathlode.errors import ConfigError, DivergenceError
from pathlode.inference.box import Box
from pathlode.inference.flows.saving import load_flow
from pathlode.inference.flows.settings import FlowConfig
from pathlode.inference.fresh import FreshConfig, FreshTraining
from pathlode.registry import FLOWS

PRIOR, NOISE = Box([0.0, 0.0], [1.0, 1.0]), 0.05
SHORT = FreshConfig(steps=12, batch=16, simulated=32, views=2, validated=20, validate_every=4)


@dataclass(frozen=True)
class Measured:
    """Parameters, each of which is measured with new noise whenever it is observed."""

    theta: torch.Tensor

    def observe(self, chosen, generator):
        theta = self.theta[chosen]
        return theta + NOISE * torch.randn(theta.shape, generator=generator)


class Measurements:
    """The simulator; it notes which pools were asked for."""

    def __init__(self):
        self.seeds = []

    def pool(self, count, seed):
        self.seeds.append(seed)
        generator = torch.Generator().manual_seed(1000 * seed[0] + seed[1])
        return Measured(torch.rand(count, 2, generator=generator))


def fresh_flow(seed=0, **settings):
    return FLOWS["zuko"](PRIOR, 2, FlowConfig(transforms=1, width=16, affine=1, **settings), seed)


def test_a_known_posterior_is_learnt_to_a_tenth_of_a_nat():
    flow = fresh_flow()
    config = FreshConfig(
        steps=300, batch=128, learning_rate=0.01, simulated=2000, views=4, validated=500, validate_every=100
    )
    training = FreshTraining(flow, Measurements(), config)
    history = training.run()
    theta, measured = training.held
    normal = torch.distributions.Normal(measured, NOISE)
    inside = normal.cdf(torch.ones(2)) - normal.cdf(torch.zeros(2))
    exact = float(
        (normal.log_prob(theta) - inside.log()).sum(dim=1).mean()
    )  # a normal density, cut at the prior's sides
    assert history[-1][2] == pytest.approx(exact, abs=0.1)
    assert [row[0] for row in history] == [100, 200, 300]
    assert flow.pairs == 0
    draws = flow.sample(2000, torch.tensor([[0.4, 0.6]]))[:, 0]
    low, middle, high = draws.quantile(
        torch.tensor([0.1587, 0.5, 0.8413]).double(), dim=0
    )  # of a normal one: mean -+ sd
    assert torch.allclose(middle, torch.tensor([0.4, 0.6]).double(), atol=0.4 * NOISE)
    assert torch.allclose(high - low, torch.tensor(2 * NOISE).double(), rtol=0.25)


def test_a_pool_is_replaced_when_its_systems_were_seen_often_enough():
    simulations = Measurements()
    FreshTraining(fresh_flow(seed=5), simulations, SHORT).run()
    validation, trained = simulations.seeds[1], [simulations.seeds[0], *simulations.seeds[2:]]
    assert trained == [(5, 0), (5, 1), (5, 2)]  # 32 systems are seen twice in four batches of 16
    assert validation not in trained


def test_batches_units_and_validation_draw_from_streams_that_no_seed_shares(monkeypatch):
    first, observe = [], Measured.observe

    def noted(pool, chosen, generator):
        first.append(float(torch.rand(1, generator=generator)))
        return observe(pool, chosen, generator)

    monkeypatch.setattr(Measured, "observe", noted)
    for seed in (0, 1):
        training = FreshTraining(fresh_flow(seed), Measurements(), SHORT)
        own = training.generator, torch.Generator().manual_seed(seed)
        first += [float(torch.rand(1, generator=generator)) for generator in own]
    assert len(set(first)) == 8


@pytest.mark.fault(
    "a training on fresh simulations is interrupted",
    "it resumes from its checkpoint; the result is the same, bit for bit",
)
def test_an_interrupted_training_goes_on_as_if_it_had_not_been(interrupted, tmp_path):
    whole, kept = fresh_flow(perceptron=8, blocks=1), tmp_path / "checkpoint.pt"
    history = FreshTraining(whole, Measurements(), SHORT).run()
    interrupted(9, lambda: FreshTraining(fresh_flow(perceptron=8, blocks=1), Measurements(), SHORT).run(kept))
    resumed = fresh_flow(perceptron=8, blocks=1)
    told = []
    assert FreshTraining(resumed, Measurements(), SHORT).run(kept, lambda *row: told.append(row)) == history
    assert told == [(step, score) for step, _, score in history if step > 8]
    resumed.save(tmp_path / "flow.pt")
    again = load_flow(tmp_path / "flow.pt")
    for part in ("network", "embedding"):
        weights = getattr(whole, part).state_dict()
        assert all(found.equal(weights[name]) for name, found in getattr(again, part).state_dict().items())


def test_the_learning_rate_rises_and_falls_to_nothing():
    config = FreshConfig(
        steps=10, batch=4, warmup=0.2, learning_rate=0.1, simulated=10, validated=10, validate_every=10
    )
    training = FreshTraining(fresh_flow(), Measurements(), config)
    rates = []
    for _ in range(10):
        rates.append(training.optimiser.param_groups[0]["lr"])
        training.descend()
    assert rates[:3] == pytest.approx([0.1 / 3, 0.2 / 3, 0.1])
    assert rates[2:] == sorted(rates[2:], reverse=True)
    assert training.optimiser.param_groups[0]["lr"] == pytest.approx(0)


def test_a_training_that_diverges_says_so():
    config = FreshConfig(steps=40, batch=4, warmup=0, learning_rate=1e30, simulated=10, validated=10, validate_every=20)
    with pytest.raises(DivergenceError, match=r"the flow diverged before step 20: lower its learning rate, 1e\+30"):
        FreshTraining(fresh_flow(), Measurements(), config).run()


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("steps", 0, "fresh.steps is 0, expected a whole number of at least 1"),
        ("views", 0, "fresh.views is 0, expected a whole number of at least 1"),
        ("warmup", 1.0, "fresh.warmup is 1.0, expected a share"),
        ("learning_rate", 0.0, "fresh.learning_rate is 0.0, expected a rate above 0"),
    ],
)
def test_settings_that_cannot_be_are_refused(name, value, message):
    with pytest.raises(ConfigError, match=message):
        FreshConfig(**{name: value})
