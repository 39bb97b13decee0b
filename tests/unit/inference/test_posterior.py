import numpy as np
import pytest
import torch
from torch import distributions as d

from pathlode.core.series import TimeSeries
from pathlode.errors import ConfigError, DataError, PathlodeError
from pathlode.inference.observed_summary import ObservedSummary
from pathlode.inference.posterior import Posterior

X = torch.tensor([[1.0, 0.5], [-2.0, -1.0]])


@pytest.fixture
def posterior(known_flow, simulations):
    return Posterior(known_flow, ObservedSummary(), ["place", "scale"], (2,), simulations)


def test_draws_and_density_are_those_of_the_flow(posterior):
    draws = posterior.sample(X, 4000, seed=1)
    assert draws.shape == (4000, 2, 2)
    assert torch.allclose(draws[..., 0].mean(dim=0), X[:, 0] / 1.25, atol=0.03)
    exact = d.Normal(X[:, 0] / 1.25, 0.2**0.5).log_prob(draws[..., 0])
    exact = exact + d.LogNormal(X[:, 1] / 1.25, 0.2**0.5).log_prob(draws[..., 1])
    assert torch.allclose(posterior.log_prob(draws, X.numpy()), exact, atol=1e-3)
    assert torch.equal(posterior.sample(X, np.int64(7)), posterior.sample(X, 7))
    assert posterior.log_prob([[0.0, -1.0]], X[:1]).tolist() == [-torch.inf]
    assert posterior.map(X)[:, 0].tolist() == pytest.approx([0.8, -1.6], abs=0.01)


def test_its_check_uses_new_simulations(posterior):
    found = posterior.check(systems=200, draws=100)
    assert found.faults == []
    assert found.scores["parameter"].tolist() == ["place", "scale", "all"]


def test_its_figure_has_a_panel_for_each_pair(posterior):
    figure = posterior.plot(X[:1], truth=[1.0, 1.2], n=500)
    assert len(figure.axes) == 4
    assert figure.axes[2].get_xlabel() == "place"
    with pytest.raises(DataError, match=r"there are 2 observations, expected one for a figure: x\[:1\]"):
        posterior.plot(X)
    with pytest.raises(DataError, match=r"the truth is \[1.0\], expected 2 finite numbers: place, scale"):
        posterior.plot(X[:1], truth=[1.0])


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda p: p.sample(X[0]), r"x has shape \(2,\), expected \(m, 2\): .* also for a single one: x\[None\]"),
        (lambda p: p.sample(1000, X), r"x has shape \(\), expected \(m, 2\)"),
        (lambda p: p.sample(X[:, :1]), r"x has shape \(2, 1\), expected \(m, 2\)"),
        (lambda p: p.sample(X / torch.tensor([[1.0], [0.0]])), "observation number 2 has a number that is not finite"),
        (lambda p: p.sample([["a", "b"]]), "x are no numbers"),
        (lambda p: p.sample(X, 0), "the number of draws is 0, expected at least 1"),
        (lambda p: p.sample(X, "many"), "the number of draws is many, expected at least 1"),
        (lambda p: p.sample(TimeSeries([[0.0]], [[[1.0]]])), r"x is a TimeSeries, expected numbers of shape \(m, 2\)"),
        (lambda p: p.log_prob(torch.zeros(2), X), r"parameters have shape \(2,\), expected \(n, 2\)"),
        (lambda p: p.sample(X.double() * 1e300), "observation number 1 is so far from all simulations"),
        (lambda p: p.sample(X[:0]), "x has no observations, expected at least one"),
        (lambda p: p.check(systems=0), "systems is 0, expected a number of at least 1"),
        (lambda p: p.check(predicted=0), "predicted is 0, expected a number of at least 1"),
        (lambda p: p.check(systems=20), "a check has 20 simulations"),
        (lambda p: p.check(seed=-1), "seed is -1, expected a whole number of at least 0"),
        (lambda p: p.map(X, seed="a"), "seed is a, expected a whole number"),
        (lambda p: p.misspecification(X, seed=2**63), "seed is 9223372036854775808, expected a whole number"),
        (lambda p: p.log_prob(torch.zeros(0, 2), X), r"parameters have shape \(0, 2\), expected at least one vector"),
        (lambda p: p.plot(X[:1], truth=0.5), "the truth is 0.5, expected 2 finite numbers: place, scale"),
        (lambda p: p.plot(X[:1], truth=[0.5, float("nan")]), r"the truth is \[0.5, nan\], expected 2 finite numbers"),
        (lambda p: p.plot(X[:1], n=2), "there are 2 draws, expected more than the 2 parameters for a figure"),
    ],
)
def test_what_is_no_observation_is_refused(posterior, ask, message):
    with pytest.raises(PathlodeError, match=message):
        ask(posterior)


def test_before_the_fit_it_says_so(known_flow):
    known_flow.units = {}
    with pytest.raises(ConfigError, match="the flow is not fitted"):
        Posterior(known_flow, ObservedSummary(), ["a", "b"], (2,)).sample(X)


def test_a_posterior_of_series_wants_series(known_flow):
    posterior = Posterior(known_flow, ObservedSummary(lambda series: series.values.mean(dim=1)), ["a", "b"], None)
    with pytest.raises(DataError, match="x is a Tensor, expected a TimeSeries"):
        posterior.sample(X)
    assert posterior.sample(TimeSeries(torch.arange(3.0)[None], torch.zeros(1, 3, 2)), 5).shape == (5, 1, 2)
