import math

import numpy as np
import pytest
import torch

from pathlode.core.series import TimeSeries
from pathlode.errors import ConfigError
from pathlode.inference.calibration import Posteriors
from pathlode.inference.checks import check_posterior
from pathlode.inference.simulator import PriorSimulations, SimulatedPairs

NAMES = ["a", "b"]


def checked(flow, simulations, systems=300, draws=200):
    pairs = simulations.draw(systems, 5)
    posteriors = Posteriors.of(flow, pairs.x, pairs.theta, draws, seed=1)
    return check_posterior(posteriors, pairs, simulations, NAMES, 100, seed=2)


def test_the_exact_posterior_has_no_fault(known_flow, simulations):
    found = checked(known_flow, simulations)
    assert found.faults == []
    assert found.scores["parameter"].tolist() == ["a", "b", "all"]
    assert (
        found.scores["predictive_coverage"].iloc[0] == 1
    )  # x lies 0.2 |x| off the mean of what is predicted, whose sd is 0.67
    assert float(found.scores["rmse_over_prior_sd"].iloc[0]) == pytest.approx(0.2**0.5, rel=0.15)


def test_a_narrow_and_a_shifted_posterior_are_told_apart(known_flow, simulations):
    known_flow.width /= 2
    told = checked(known_flow, simulations).faults
    assert any("regions of" in fault and "of the truths" in fault for fault in told)
    known_flow.width *= 2
    known_flow.shift = torch.tensor([0.0, 0.3])
    assert any("the ranks of b are not uniform" in fault for fault in checked(known_flow, simulations).faults)


def test_repeated_series_must_have_the_times_of_the_observed(prior, known_flow):
    """A design repeats them; times that each simulation draws anew cannot be compared."""

    def design(count, generator):
        return torch.rand(count, 4, generator=generator).cumsum(dim=1)

    def series(theta, times):
        return TimeSeries(times, theta[:, None, :1] + 0.5 * torch.randn(len(theta), 4, 1))

    def coverage(simulations):
        pairs = simulations.draw(60, 0)
        draws = pairs.theta + 0.1 * torch.randn(80, 60, 2)
        posteriors = Posteriors(pairs.theta, draws, torch.zeros(60), torch.zeros(80, 60))
        return check_posterior(posteriors, pairs, simulations, NAMES, 80, seed=1).scores["predictive_coverage"].iloc[0]

    assert coverage(PriorSimulations(series, prior, design)) == pytest.approx(0.9, abs=0.12)
    anew = PriorSimulations(lambda theta: series(theta, torch.rand(len(theta), 4).cumsum(dim=1)), prior)
    assert math.isnan(coverage(anew))


def test_predictions_that_failed_do_not_count(prior, simulations):
    """Of three draws of each system one fails; the others are 0 and 1, whose central region holds 0.5 and not 2."""
    pairs = SimulatedPairs(torch.randn(60, 2).abs(), torch.tensor([[0.5], [2.0]]).repeat(30, 1), None, 0)
    posteriors = Posteriors(pairs.theta, torch.ones(3, 60, 2), torch.zeros(60), torch.zeros(3, 60))
    again = torch.tensor([[0.0], [1.0], [np.nan]]).repeat_interleave(6, dim=0)
    known = PriorSimulations(lambda theta: again, prior)
    assert check_posterior(posteriors, pairs, known, NAMES, 3, 0).scores["predictive_coverage"].iloc[0] == 0.5


def test_few_simulations_are_no_check(known_flow, simulations):
    with pytest.raises(ConfigError, match="a check has 49 simulations, expected at least 50"):
        checked(known_flow, simulations, systems=49)
