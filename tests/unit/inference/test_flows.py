"""Every library's flow keeps the same contract."""

import math

import numpy as np
import pytest
import torch

from pathlode.core.tensor_files import load_tensors
from pathlode.errors import CheckpointError, ConfigError, DataError, PathlodeError
from pathlode.inference.box import Box
from pathlode.inference.flows.saving import load_flow, load_flows, save_flows
from pathlode.inference.flows.settings import FlowConfig
from pathlode.inference.flows.training import FlowTraining
from pathlode.inference.priors import Prior
from pathlode.registry import FLOWS

PRIOR = Box(torch.tensor([-3.0, 0.0]), torch.tensor([3.0, 10.0]))
NOISE = torch.tensor([0.5, 1.5])
CORRELATION = 0.7
COVARIANCE = NOISE.outer(NOISE) * torch.tensor([[1.0, CORRELATION], [CORRELATION, 1.0]])
SMALL = {"transforms": 3, "width": 32, "batch": 128, "validate_every": 50}


def pairs(count, seed=0):
    """θ from the prior and c = θ + noise: the posterior is normal, but for the prior's ends."""
    generator = torch.Generator().manual_seed(seed)
    theta = PRIOR.low + (PRIOR.high - PRIOR.low) * torch.rand(count, 2, generator=generator)
    return theta, theta + torch.randn(count, 2, generator=generator) @ torch.linalg.cholesky(COVARIANCE).T


def fitted(backend, steps=30, seed=0, count=500, **settings):
    config = FlowConfig(backend=backend, steps=steps, **SMALL | settings)
    flow = FLOWS[backend](PRIOR, 2, config, seed)
    return flow, flow.fit(*pairs(count))


STACKED = ("zuko", "nflows")
"""Flows of stacked transforms."""
OTHERWISE = {"autoregressive": True, "affine": 1, "transforms": 2, "perceptron": 8, "blocks": 1, "embedded": 4}
"""Settings of other transforms, and of a network that shortens summaries."""


@pytest.fixture(
    scope="module", params=[(name, {}) for name in FLOWS] + [(name, OTHERWISE) for name in STACKED], ids=str
)
def flow(request):
    """A flow of every library and kind after a few steps, for tests that leave it as it is."""
    backend, settings = request.param
    return fitted(backend, **settings)[0]


@pytest.mark.parametrize("backend", STACKED)
def test_a_known_normal_posterior_is_recovered(backend):
    flow, _ = fitted(backend, steps=400, count=8000, learning_rate=1e-2, batch=256, transforms=2)
    centre = torch.tensor([[0.0, 5.0]])
    draws = flow.sample(4000, centre, seed=1)[:, 0]
    assert torch.allclose(draws.mean(dim=0), centre[0], atol=0.15)
    assert torch.allclose(draws.std(dim=0), NOISE, rtol=0.15)
    assert float(torch.corrcoef(draws.T)[0, 1]) == pytest.approx(CORRELATION, abs=0.07)
    exact = torch.distributions.MultivariateNormal(centre[0], COVARIANCE).log_prob(draws)
    said = flow.log_prob(draws, centre.expand(len(draws), 2))
    assert float((said - exact).abs().mean()) < 0.2


@pytest.mark.parametrize(("epochs", "last"), [(0, 40), (10, 28), (1, 10)])
def test_few_pairs_are_seen_a_limited_number_of_times(epochs, last):
    _, history = fitted("zuko", steps=40, count=100, epochs=epochs, batch=32)  # 90 are not held out
    assert history[-1][0] == last


def test_its_density_integrates_to_one(flow):
    axes = [torch.linspace(low, high, 101) for low, high in zip(PRIOR.low, PRIOR.high, strict=True)]
    grid = torch.cartesian_prod(*[(axis[1:] + axis[:-1]) / 2 for axis in axes])
    density = flow.log_prob(grid, torch.tensor([[1.0, 4.0]]).expand(len(grid), 2)).exp()
    assert float(density.mean() * (PRIOR.high - PRIOR.low).prod()) == pytest.approx(1, abs=0.02)


def test_draws_never_leave_the_prior_and_density_is_nothing_outside(flow):
    extreme = torch.tensor([[0.0, 5.0], [1e4, -1e4], [-1e4, 1e4]])
    draws = flow.sample(200, extreme)
    assert draws.shape == (200, 3, 2)
    assert PRIOR.contains(draws).all()
    assert flow.log_prob(torch.tensor([[4.0, 5.0]]), extreme[:1]).tolist() == [-math.inf]
    assert flow.log_prob(draws, extreme).shape == (200, 3)


def test_draws_come_with_the_log_probability_that_the_flow_gives_them(flow):
    observed = torch.tensor([[0.0, 5.0], [2.0, 1.0]])
    draws, log_prob = flow.sample_and_log_prob(300, observed, seed=3)
    assert torch.equal(draws, flow.sample(300, observed, seed=3))
    assert torch.allclose(log_prob, flow.log_prob(draws, observed), atol=1e-3)


@pytest.mark.parametrize("backend", FLOWS)
@pytest.mark.parametrize("settings", [{}, {"recurrent": 6, "embedded": 4}, OTHERWISE], ids=str)
def test_a_flow_comes_back_from_its_file(backend, settings, tmp_path):
    config = FlowConfig(backend=backend, steps=20, **SMALL | settings)
    theta, summary = pairs(300)
    observed = summary
    if "recurrent" in settings:
        times = torch.linspace(0, 1, 5).expand(300, 5)[..., None]
        observed = torch.cat([times, summary[:, None].expand(300, 5, 2)], dim=-1)
    flow = FLOWS[backend](PRIOR, observed.shape[-1], config, 4)
    flow.fit(theta, observed)
    flow.save(tmp_path / "flow.pt", score=np.float64(0.5))
    assert load_tensors(tmp_path / "flow.pt")["score"] == 0.5
    again = load_flow(tmp_path / "flow.pt")
    assert type(again) is type(flow)
    assert (again.pairs, again.seed) == (300, 4)
    assert torch.equal(again.sample(10, observed[:3], seed=2), flow.sample(10, observed[:3], seed=2))
    assert torch.equal(again.log_prob(theta, observed), flow.log_prob(theta, observed))


def test_several_flows_are_kept_in_one_file(tmp_path):
    theta, summary = pairs(300)
    for seed in (4, 2):
        flow = FLOWS["zuko"](PRIOR, 2, FlowConfig(steps=20, **SMALL), seed)
        flow.fit(theta, summary)
        flow.save(tmp_path / f"{seed}.pt")
    save_flows(tmp_path / "flows.pt", [tmp_path / "4.pt", tmp_path / "2.pt"], origin={"rule": "fit"})
    several = load_flows(tmp_path / "flows.pt")
    assert [flow.seed for flow in several] == [4, 2]
    assert torch.equal(several[1].log_prob(theta, summary), load_flow(tmp_path / "2.pt").log_prob(theta, summary))
    with pytest.raises(CheckpointError, match="2.pt does not hold several flows: read a single one with load_flow"):
        load_flows(tmp_path / "2.pt")


@pytest.mark.parametrize("backend", FLOWS)
def test_a_flow_takes_priors_with_other_bounds(backend, tmp_path):
    """Its density integrates to one over a uniform and a log-normal parameter, and its draws stay where the prior is."""
    prior = Prior([torch.distributions.Uniform(-1.0, 1.0), torch.distributions.LogNormal(0.0, 0.5)])
    theta = prior.sample(300)
    flow = FLOWS[backend](prior, 2, FlowConfig(backend=backend, steps=20, **SMALL), 0)
    flow.fit(theta, theta + 0.1)
    axes = torch.linspace(-1, 1, 121), torch.linspace(-5, 5, 301).exp()
    grid = torch.cartesian_prod(*[(axis[1:] + axis[:-1]) / 2 for axis in axes])
    areas = axes[0].diff()[:, None] * axes[1].diff()
    total = (flow.log_prob(grid, torch.ones(1, 2)).exp() * areas.flatten()).sum()
    assert float(total) == pytest.approx(1, abs=0.02)
    far = torch.tensor([[1e4, -1e4]])
    assert prior.contains(flow.sample(100, far)).all()
    assert flow.log_prob(torch.tensor([[0.0, -0.1]]), far).tolist() == [-math.inf]
    flow.save(tmp_path / "flow.pt")
    assert torch.equal(load_flow(tmp_path / "flow.pt").sample(5, theta), flow.sample(5, theta))


@pytest.mark.fault(
    "fitting a flow is interrupted", "it resumes from its checkpoint; the result is the same, bit for bit"
)
@pytest.mark.parametrize("backend", FLOWS)
def test_an_interrupted_fit_goes_on_as_if_it_had_not_been(backend, interrupted, tmp_path):
    whole, history = fitted(backend, validate_every=5)
    config, kept = FlowConfig(backend=backend, steps=30, **SMALL | {"validate_every": 5}), tmp_path / "checkpoint.pt"
    interrupted(17, lambda: FLOWS[backend](PRIOR, 2, config, 0).fit(*pairs(500), kept))
    resumed = FLOWS[backend](PRIOR, 2, config, 0)
    assert resumed.fit(*pairs(500), kept) == history
    weights = whole.network.state_dict()
    assert all(found.equal(weights[name]) for name, found in resumed.network.state_dict().items())


@pytest.mark.parametrize("backend", STACKED)
def test_an_affine_transform_acts_where_no_spline_does(backend):
    """Splines leave what lies far out as it is, so the density there is the standard normal one."""
    far, given = torch.tensor([[9.0, -9.0]]), torch.zeros(1, 1)
    normal = float(torch.distributions.Normal(0.0, 1.0).log_prob(far).sum())
    for affine in (0, 1):
        flow = FLOWS[backend](PRIOR, 1, FlowConfig(backend=backend, affine=affine, **SMALL), 0)
        density = float(flow.density(far, given).detach())
        assert (density == pytest.approx(normal, rel=1e-5)) == (affine == 0)


@pytest.mark.parametrize("backend", STACKED)
def test_autoregressive_transforms_pass_one_parameter_after_the_other(backend):
    """Each of the transformed parameters depends on its own one, and on those before it in some order."""
    torch.manual_seed(0)
    prior = Box([0.0] * 4, [1.0] * 4)
    config = FlowConfig(backend=backend, autoregressive=True, **SMALL | {"transforms": 1})
    flow = FLOWS[backend](prior, 1, config, 0)
    y, given = torch.randn(1, 4), torch.zeros(1, 1)
    if backend == "zuko":
        jacobian = torch.autograd.functional.jacobian(lambda y: flow.network.transform(given)(y)[0], y)[:, 0]
    else:
        jacobian = torch.autograd.functional.jacobian(lambda y: flow.network._transform(y, given)[0][0], y)[:, 0]
    assert sorted((jacobian != 0).sum(dim=1).tolist()) == [1, 2, 3, 4]


@pytest.mark.parametrize("backend", FLOWS)
def test_the_seed_decides(backend):
    one, again, other = (fitted(backend, steps=10, seed=seed)[0] for seed in (0, 0, 1))
    c = torch.tensor([[0.0, 5.0]])
    assert torch.equal(one.sample(5, c), again.sample(5, c))
    assert not torch.equal(one.sample(5, c), other.sample(5, c))
    assert not torch.equal(one.sample(5, c, seed=0), one.sample(5, c, seed=1))


def test_batches_are_drawn_from_another_stream_than_the_held_out_pairs():
    flow = FLOWS["zuko"](PRIOR, 2, FlowConfig(**SMALL), 5)
    drawn = torch.rand(3, generator=FlowTraining(flow, *pairs(20)).generator)
    assert not torch.equal(drawn, torch.rand(3, generator=torch.Generator().manual_seed(5)))


def test_decay_shrinks_what_no_gradient_moves():
    """In AdamW a weight without a gradient is multiplied by 1 - rate · decay in each step."""
    config = FlowConfig(**SMALL | {"steps": 10, "learning_rate": 1e-3, "weight_decay": 20.0, "warmup": 0.9})
    training = FlowTraining(FLOWS["zuko"](PRIOR, 2, config, 0), *pairs(20))
    idle = torch.nn.Parameter(torch.ones(3))
    training.optimiser.param_groups[0]["params"].append(idle)
    idle.grad = torch.zeros(3)
    rate = training.optimiser.param_groups[0]["lr"]
    training.optimiser.step()
    assert torch.allclose(idle, torch.full((3,), 1 - rate * 20.0))


def test_training_stops_when_held_out_pairs_no_longer_gain():
    _, history = fitted("zuko", steps=400, count=60, validate_every=20, patience=3, learning_rate=0.01)
    scores = [row[2] for row in history]
    assert 0.3 * 400 <= history[-1][0] < 400
    assert len(scores) - 1 - scores.index(max(scores)) >= 3


def ragged_pairs(count, gaps):
    """θ in the prior's box and noisy observations of it at 2 to 6 times."""
    generator = torch.Generator().manual_seed(1)
    theta, _ = pairs(count)
    observed = torch.full((count, 6, 3), torch.nan)
    for i in range(count):
        n = 2 + i % 5
        observed[i, :n, 0] = torch.rand(n, generator=generator).cumsum(0)
        observed[i, :n, 1:] = theta[i] + torch.randn(n, 2, generator=generator)
        if gaps:
            observed[i, 1, 1 + i % 2] = torch.nan
    return theta, observed


@pytest.mark.parametrize("backend", FLOWS)
@pytest.mark.parametrize("gaps", [False, True])
def test_a_recurrent_flow_reads_series_of_different_lengths_and_missing_values(backend, gaps, tmp_path):
    theta, observed = ragged_pairs(120, gaps)
    flow = FLOWS[backend](
        PRIOR, 3, FlowConfig(backend=backend, steps=20, recurrent=6, embedded=4, gaps=gaps, **SMALL), 4
    )
    assert all(math.isfinite(row[1]) and math.isfinite(row[2]) for row in flow.fit(theta, observed))
    longer = torch.cat([observed, torch.full((120, 3, 3), torch.nan)], dim=1)
    assert torch.equal(flow.log_prob(theta, longer), flow.log_prob(theta, observed))
    assert flow.sample(5, observed).isfinite().all()
    close = 1e-5 if backend in STACKED else 1e-3  # a solver's steps depend on all that it integrates at once
    for i in (0, 1, 4):
        own = observed[i : i + 1, : 2 + i % 5]
        assert torch.allclose(
            flow.log_prob(theta[i : i + 1], own), flow.log_prob(theta, observed)[i : i + 1], atol=close
        )
    flow.save(tmp_path / "flow.pt")
    assert torch.equal(load_flow(tmp_path / "flow.pt").log_prob(theta, observed), flow.log_prob(theta, observed))


def test_a_recurrent_flow_that_was_not_made_for_gaps_names_the_first():
    theta, observed = ragged_pairs(60, gaps=True)
    flow = FLOWS["zuko"](PRIOR, 3, FlowConfig(recurrent=6, **SMALL), 4)
    with pytest.raises(
        DataError, match=r"feature 1 at time number 2 of trajectory 0 is nan, .*: make it with FlowConfig\(gaps"
    ):
        flow.fit(theta, observed)


@pytest.mark.parametrize("backend", FLOWS)
def test_a_summary_that_is_constant_in_training_has_no_effect(backend, caplog):
    """Whatever its value, also if it is constant but for rounding."""
    theta, c = pairs(500)
    given = torch.cat([c, torch.full((500, 1), 3.0), 0.3 + 1e-8 * torch.randn(500, 1)], dim=1)
    flow = FLOWS[backend](PRIOR, 4, FlowConfig(backend=backend, steps=30, **SMALL), 0)
    flow.fit(theta, given)
    assert "number 3, 4 of the summaries is the same in all pairs" in caplog.text
    moved = given.clone()
    moved[:, 2:] += torch.tensor([0.01, 5.0])
    assert torch.equal(flow.log_prob(theta, moved), flow.log_prob(theta, given))


@pytest.mark.parametrize("backend", FLOWS)
def test_double_precision_arrays_are_centred_before_they_are_rounded(backend):
    """Summaries around five million and a box around a million, as arrays: as the same numbers around zero."""
    theta, c = (part.double() for part in pairs(300))
    config, origin = FlowConfig(backend=backend, steps=30, **SMALL), torch.tensor([1e6, 2e6]).double()
    plain, far = (
        FLOWS[backend](PRIOR, 2, config, 0),
        FLOWS[backend](Box(PRIOR.low + origin, PRIOR.high + origin), 2, config, 0),
    )
    plain.fit(theta, c)
    far.fit((theta + origin).numpy(), (c + 5_412_345).numpy())
    some, moved = c[:4], (c[:4] + 5_412_345).numpy()
    assert torch.allclose(far.log_prob(theta[:4] + origin, moved), plain.log_prob(theta[:4], some), atol=1e-2)
    assert torch.allclose(far.sample(6, moved).double() - origin, plain.sample(6, some).double(), atol=1e-2)


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda flow: flow.sample(3, torch.zeros(2)), r"summaries have shape \(2,\), expected \(n, 2\)"),
        (lambda flow: flow.sample(3, torch.zeros(4, 3)), r"summaries have shape \(4, 3\), expected \(n, 2\)"),
        (
            lambda flow: flow.sample(3, [[0.0, 1.0], [math.nan, 0.0]]),
            "summary number 2 is not finite: its number 1 is nan",
        ),
        (lambda flow: flow.sample(3, [["a", "b"]]), "summaries are no numbers"),
        (lambda flow: flow.sample(0, torch.zeros(4, 2)), "the number of draws is 0, expected at least 1"),
        (
            lambda flow: flow.log_prob(torch.zeros(2), torch.zeros(1, 2)),
            r"parameters have shape \(2,\), expected \(n, 2\)",
        ),
        (lambda flow: flow.log_prob(torch.zeros(1, 3), torch.zeros(1, 2)), r"parameters have shape \(1, 3\)"),
        (
            lambda flow: flow.log_prob([[0.0, math.nan]], torch.zeros(1, 2)),
            "parameter 2 of parameter vector number 1 is nan",
        ),
        (lambda flow: flow.log_prob(torch.ones(3, 2), torch.zeros(2, 2)), "3 parameter vectors for 2 series"),
    ],
)
def test_what_a_fitted_flow_cannot_use_is_refused(flow, ask, message):
    with pytest.raises(PathlodeError, match=message):
        ask(flow)


def test_what_a_flow_cannot_use_is_refused(tmp_path):
    theta, c = pairs(100)
    flow = FLOWS["zuko"](PRIOR, 2, FlowConfig(**SMALL), 0)
    with pytest.raises(DataError, match="100 parameter vectors and 99 summaries"):
        flow.fit(theta, c[1:])
    broken = c.clone()
    broken[6, 1] = torch.nan
    with pytest.raises(DataError, match="summary number 7 is not finite"):
        flow.fit(theta, broken)
    with pytest.raises(DataError, match="parameter vector number 1 lies outside the prior"):
        flow.fit(theta + 100, c)
    with pytest.raises(DataError, match="parameter vector number 1 is infinite: leave the vector out"):
        flow.fit(theta / 0, c)
    same = theta.clone()
    same[:, 1] = 3.0
    with pytest.raises(DataError, match="parameter 2 is the same in all pairs"):
        flow.fit(same, c)
    with pytest.raises(ConfigError, match="the flow is not fitted: call fit first"):
        flow.sample(3, c)
    with pytest.raises(ConfigError, match="the prior is one with the support .*, expected a continuous distribution"):
        FLOWS["zuko"](torch.distributions.Poisson(torch.ones(2)), 2, FlowConfig(**SMALL), 0)
    with pytest.raises(ConfigError, match="nflows' couplings need at least 2 parameters, and the prior has one"):
        FLOWS["nflows"](torch.distributions.Uniform(0.0, 1.0), 2, FlowConfig(backend="nflows", **SMALL), 0)
    with pytest.raises(ConfigError, match="unknown flow backend 'zucko': expected one of zuko, nflows, flow_matching"):
        FlowConfig(backend="zucko")
    with pytest.raises(ConfigError, match=r"unknown flow backend \['zuko'\]"):
        FlowConfig(backend=["zuko"])
    for given, message in (
        (("box", 2, FlowConfig(), 0), "the prior is a str, expected a continuous distribution"),
        ((PRIOR, "two", FlowConfig(), 0), "a summary has two numbers, expected a whole number of at least 1"),
        ((PRIOR, 2, {"steps": 20}, 0), "the settings of a flow are a dict, expected a FlowConfig"),
        ((PRIOR, 2, FlowConfig(), -1), "seed is -1, expected a whole number"),
    ):
        with pytest.raises(ConfigError, match=message):
            FLOWS["zuko"](*given)
    for settings, message in (
        ({"epochs": -1}, "epochs is -1, expected a whole number of at least 0"),
        ({"steps": "many"}, "steps is many, expected a whole number of at least 10"),
        ({"learning_rate": math.nan}, "learning_rate is nan, expected a rate above 0"),
        ({"weight_decay": -1.0}, "weight_decay is -1.0, expected a number of at least 0"),
        ({"weight_decay": True}, "weight_decay is True, expected a number of at least 0"),
        ({"warmup": 0}, "warmup is 0, expected a share between 0 and 1"),
        ({"autoregressive": "yes"}, "autoregressive is 'yes', expected True or False"),
        ({"gaps": 1}, "gaps is 1, expected True or False"),
    ):
        with pytest.raises(ConfigError, match=f"flow.{message}"):
            FlowConfig(**settings)
    with pytest.raises(ConfigError, match="flow.validation_fraction is 1.0"):
        FlowConfig(validation_fraction=1.0)
    with pytest.raises(ConfigError, match="flow.recurrent and flow.perceptron are both set, expected one of them"):
        FlowConfig(recurrent=4, perceptron=4)
    torch.save({"flow": {}}, tmp_path / "flow.pt")
    with pytest.raises(CheckpointError, match="cannot be read as a flow of this version"):
        load_flow(tmp_path / "flow.pt")
    for use in (load_flow, load_flows, flow.save, lambda path: flow.fit(theta, c, kept=path or 0)):
        with pytest.raises(CheckpointError, match="the path is .*, expected the name of a file"):
            use(None)
