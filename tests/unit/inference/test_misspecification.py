import pytest
import torch

from pathlode.errors import ConfigError, DataError
from pathlode.inference.misspecification import Misspecification
from pathlode.inference.observed_summary import ObservedSummary
from pathlode.inference.posterior import Posterior
from pathlode.inference.simulator import PriorSimulations


@pytest.fixture
def posterior(known_flow, simulations):
    """Observations are N(0, 1.25) in both numbers."""
    return Posterior(known_flow, ObservedSummary(), ["place", "scale"], (2,), simulations)


@pytest.mark.parametrize("shift", [0.0, 0.5])
def test_alarms_about_simulations_are_as_rare_as_stated_whatever_the_posterior_is(posterior, simulations, shift):
    posterior.flow.shift = shift
    told = posterior.misspecification(simulations.draw(500, 99).x, seed=1)
    for p in (told.summary_p, told.predictive_p):
        assert float((p <= 0.1).double().mean()) == pytest.approx(0.1, abs=0.06)  # 500 against 500: sd 0.019
        assert float(p.mean()) == pytest.approx(0.5, abs=0.08)
    assert 0.02 < float(told.alarms(0.1).double().mean()) < 0.16


def test_an_observation_far_from_all_simulations_sets_off_the_alarm(posterior):
    told = posterior.misspecification([[0.3, -0.2], [9.0, 0.0]], seed=1)
    assert told.alarms(0.05).tolist() == [False, True]
    assert told.summary_p[1] == told.predictive_p[1] == pytest.approx(1 / 501)  # none of 500 is as far


def test_two_numbers_that_contradict_each_other_set_it_off_though_each_alone_is_usual(prior, known_flow):
    """Both measure the first parameter, with an error of 0.1."""
    measured = PriorSimulations(lambda theta: theta[:, :1] + 0.1 * torch.randn(len(theta), 2), prior)
    told = Posterior(known_flow, ObservedSummary(), ["a", "b"], (2,), measured).misspecification(
        [[0.5, 0.6], [0.5, -0.5]]
    )
    assert (told.summary_p <= 0.025).tolist() == [False, True]


def test_predictions_that_failed_do_not_count(known_flow, prior):
    def simulate(theta):
        x = theta + 0.5 * torch.randn(theta.shape)
        return x.where(x[:, :1] < 2.0, torch.nan)

    rare = Posterior(known_flow, ObservedSummary(), ["a", "b"], (2,), PriorSimulations(simulate, prior))
    told = rare.misspecification([[1.0, 1.0]], simulated=100)
    assert told.predictive_p.isfinite().all()


def test_a_design_is_asked_for_where_there_is_one(known_flow, prior):
    designed = PriorSimulations(lambda theta, shift: theta + shift, prior, lambda n, _: torch.zeros(n, 1))
    posterior = Posterior(known_flow, ObservedSummary(), ["a", "b"], (2,), designed)
    with pytest.raises(ConfigError, match=r"the simulator has designs, .* give theirs as design="):
        posterior.misspecification([[0.0, 1.0]])
    assert posterior.misspecification([[0.0, 1.0]], [[0.0]], simulated=40).summary_p.shape == (1,)
    with pytest.raises(DataError, match=r"designs have shape \(2, 1\), expected \(1, 1\): one for each observation"):
        posterior.misspecification([[0.0, 1.0]], [[0.0], [0.0]], simulated=40)


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda p: p.misspecification([[0.0, 0.0]], simulated=5), "compared with 5 simulations and 50 draws, expected"),
        (lambda p: p.misspecification([[0.0, 0.0]], [[1.0]]), "the simulator has none: leave out design="),
        (
            lambda p: Misspecification(torch.ones(1), torch.ones(1), 500).alarms(2),
            "level of alarms is 2, expected a share",
        ),
        (
            lambda p: Misspecification(torch.ones(1), torch.ones(1), 38).alarms(),
            "no p-value of 38 simulations can reach: .*=39",
        ),
        (
            lambda p: p.misspecification([[0.0, 0.0]], simulated="a"),
            "compared with a simulations and 50 draws, expected",
        ),
    ],
)
def test_what_cannot_be_compared_is_refused(posterior, ask, message):
    with pytest.raises(ConfigError, match=message):
        ask(posterior)
