import pytest
import torch

from pathlode.core.series import TimeSeries
from pathlode.inference.alarms import Likeness, alarm_shares
from pathlode.inference.designs import ObservationConfig
from pathlode.inference.misspecification import Misspecification
from pathlode.inference.unlike import unlike
from pathlode.registry import SYSTEMS

SYSTEM = SYSTEMS["lotka_volterra_fixed_start"]()
DESIGN = ObservationConfig(points=20, window=(4.0, 5.0), noise=0.2)


class Nearest:
    """What stands for a flow: the parameters, of some simulated without noise, whose series are nearest to the one it is given."""

    seed = 0

    def __init__(self):
        quiet = ObservationConfig(points=20, window=(4.5, 4.5), noise=1e-9).simulate(SYSTEM, 1000, 8)
        self.theta, self.known = quiet.parameters, summarise(quiet.observed, 0, 0.2)

    def sample(self, count, given, seed):
        return self.theta[torch.cdist(given, self.known).topk(count, largest=False).indices].transpose(0, 1)

    def told(self, given):
        return given


def summarise(series, seed, noise):
    assert (seed, noise) == (0, 0.2)
    steps = torch.linspace(0, 19, 7).long()
    return series.values[:, steps].flatten(1)


@pytest.fixture(scope="module")
def likeness():
    return Likeness(Nearest(), summarise, SYSTEM, DESIGN, seed=3)


def test_alarms_about_the_priors_own_systems_are_as_rare_as_the_level_says(likeness):
    found = likeness(DESIGN.simulate(SYSTEM, 300, 5).observed)
    for p in (found.summary_p, found.predictive_p):
        assert float((p <= 0.1).double().mean()) == pytest.approx(0.1, abs=0.07)  # 300 against 300: sd 0.025
    again = Likeness(Nearest(), summarise, SYSTEM, DESIGN, seed=3)(DESIGN.simulate(SYSTEM, 300, 5).observed)
    assert torch.equal(found.predictive_p, again.predictive_p)


def test_a_fault_between_the_numbers_of_the_summary_is_found_by_what_the_posterior_predicts(likeness):
    series = DESIGN.simulate(SYSTEM, 60, 6).observed
    seen = torch.zeros(20, dtype=torch.bool)
    seen[torch.linspace(0, 19, 7).long()] = True
    broken = TimeSeries(series.times, series.values + 2.0 * ~seen[:, None])
    found, usual = alarm_shares(likeness(broken)), alarm_shares(likeness(series))
    assert found["summary_alarms"] == usual["summary_alarms"] < 0.2
    assert found["predictive_alarms"] > 0.9


def test_systems_that_the_prior_excludes_set_off_more_alarms(likeness):
    kinds = unlike(SYSTEM, DESIGN, [3.0, *SYSTEM.high[1:]], 60, seed=1)
    assert alarm_shares(likeness(kinds["one system outside"]))["alarms"] > 0.5


def test_shares_are_at_the_level_alone_and_at_half_of_it_together():
    found = Misspecification(torch.tensor([0.04, 0.02, 0.5, 0.5]), torch.tensor([0.5, 0.5, 0.03, 0.5]), 100)
    assert alarm_shares(found) == {"summary_alarms": 0.5, "predictive_alarms": 0.25, "alarms": 0.25}
