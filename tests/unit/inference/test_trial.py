"""A trial of a flow that knows the truth but for normal noise."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from pathlode.dynamics.simulation import SimulationConfig, simulate
from pathlode.inference.box import Box
from pathlode.inference.calibration import LEVELS
from pathlode.inference.designs import ObservationConfig
from pathlode.inference.misspecification import Misspecification
from pathlode.inference.reference_posteriors import References
from pathlode.inference.scores import AS_IN_TRAINING
from pathlode.inference.trial import Trial, TrialPlan
from pathlode.registry import SYSTEMS

SYSTEM = SYSTEMS["lotka_volterra_fixed_start"]()
SPREAD, SYSTEMS_TRIED, DRAWS = 0.02, 40, 100


class Near:
    """What stands for a flow: normal around what it is given."""

    prior, seed, pairs = Box(torch.tensor(SYSTEM.low), torch.tensor(SYSTEM.high)), 3, 60
    seconds = 4.5

    def sample_and_log_prob(self, count, given, seed):
        noise = torch.randn(count, *given.shape, generator=torch.Generator().manual_seed(seed))
        return given + SPREAD * noise, self.log_prob(given + SPREAD * noise, given)

    def sample(self, count, given, seed):
        return self.sample_and_log_prob(count, given, seed)[0]

    def log_prob(self, theta, given):
        return torch.distributions.Normal(given, SPREAD).log_prob(theta).sum(dim=-1)


@pytest.fixture(scope="module")
def tried():
    rng = np.random.default_rng(0)
    truth = SYSTEM.draw(SYSTEMS_TRIED, rng)
    given = torch.from_numpy(truth + SPREAD * rng.standard_normal(truth.shape)).float()  # an unbiased estimate
    usual = ObservationConfig(points=20, window=(4.0, 5.0), noise=0.2)
    outside = [2.0, *(float(end) for end in SYSTEM.high[1:])]
    observed = usual.observe(SYSTEM, truth, seed=0)
    references = References(
        seed=np.full(2, 3),
        number=np.arange(2),
        truth=truth[:2],
        times=observed.times[:2].numpy(),
        values=observed.values[:2].numpy(),
        draws=given[:2, None].numpy() + SPREAD * rng.standard_normal((2, 2 * DRAWS, 4)),
        rhat=np.ones((2, 4)),
        ess=np.ones((2, 4)),
        acceptance=np.ones(2),
        log_prob=Near().log_prob(torch.from_numpy(truth[:2]), given[:2]).numpy() + np.array([1.0, 3.0]),
        c2st_floor=np.full(2, 0.5),
        c2st_second=np.full(2, np.nan),
        seconds=np.ones(2),
        predictive_coverage=np.ones(2),
    )
    trial = Trial(
        system=SYSTEM,
        names=SYSTEM.parameters,
        truth=torch.from_numpy(truth),
        observed=observed,
        usual=usual,
        references=references,
        shifted={"far": (usual.observe(SYSTEM, truth, seed=1), replace(usual, noise=0.3))},
        unlike={"other": usual.observe(SYSTEM, 2 * truth, seed=4)},
        outside=outside,
        outside_observed=usual.observe(SYSTEM, np.array([outside]), seed=2),
        draws=80,
        compared=DRAWS,
        predicted=10,
        seed=3,
    )

    def summarise(series, seed, noise):
        assert seed == 3
        assert noise == (0.3 if series is trial.shifted["far"][0] else 0.2)
        if series is trial.observed:
            return given
        return given + 10 * SPREAD if len(series) == SYSTEMS_TRIED else torch.full((1, 4), 1.5)

    return trial.of(Near(), summarise)


def test_scores_tell_a_right_posterior(tried):
    table = tried.scores().set_index("parameter")
    assert list(table.index) == [*SYSTEM.parameters, "all"]
    assert table.loc["all", "log_prob_gap"] == pytest.approx(2, abs=1e-3)
    assert table.loc["all", "c2st"] == pytest.approx(0.5, abs=0.12)
    assert 1 / DRAWS <= table.loc["all", "effective"] <= 1
    assert 0.5 < table.loc["all", "sharpened_c2st"] <= 1  # these references are not drawn from the likelihood
    assert table.loc["all", "sbc_p"] > 0.01
    assert table.loc["all", "coverage_error"] < 0.1
    assert (table["train_seconds"] == 4.5).all()
    assert table.loc["all", "predictive_coverage"] == pytest.approx(0.9, abs=0.1)


def test_importance_weights_are_the_likelihood_over_the_flows_density(tried):
    references = tried.trial.references
    for number, found in enumerate(tried.sharpened()):
        theta = tried.draws[:, number]
        times = np.tile(references.times[number], (DRAWS, 1))
        residuals = references.values[number] - SYSTEM.solution(theta.double().numpy(), times)
        log_q = Near().log_prob(theta, tried.given[number]).double()
        expected = torch.from_numpy(-0.5 * (residuals**2).sum(axis=(1, 2)) / 0.2**2) - log_q
        assert torch.equal(found.theta, theta)
        assert torch.allclose(found.weights, expected.softmax(dim=0), rtol=1e-3, atol=1e-9)


def test_shifted_scores_have_a_part_a_condition(tried):
    table = tried.shifted_scores()
    joint = table[table["parameter"] == "all"].set_index("condition")
    assert list(joint.index) == [AS_IN_TRAINING, "far"]
    assert joint.loc["far", "rmse_over_prior_sd"] > 5 * joint.loc[AS_IN_TRAINING, "rmse_over_prior_sd"]


@pytest.mark.parametrize(("pairs", "compared_with"), [(60, {0.2}), (0, {0.2, 0.3})])
def test_alarms_are_by_the_designs_that_the_flow_knows(tried, monkeypatch, pairs, compared_with):
    designs = []

    def found(self, series):
        designs.append(self.design.noise)
        return Misspecification(torch.linspace(0.011, 0.11, len(series)), torch.ones(len(series)), 100)

    monkeypatch.setattr("pathlode.inference.alarms.Likeness.__call__", found)
    monkeypatch.setattr(Near, "pairs", pairs)
    table = tried.alarms().set_index("condition")
    assert list(table.index) == [AS_IN_TRAINING, "far", "other"]
    assert (len(designs), set(designs)) == (3, compared_with)
    assert (table["predictive_alarms"] == 0).all()
    assert (table["summary_alarms"] > table["alarms"]).all()


def test_misses_are_of_the_system_that_the_prior_excludes(tried):
    table = tried.misses().set_index("parameter")
    assert table.loc["alpha", "truth"] == 2
    assert table.loc["alpha", "mean"] == pytest.approx(1.5, abs=0.01)
    assert table.loc["alpha", "sd_off"] == pytest.approx(0.5 / SPREAD, rel=0.3)
    assert not table.loc["alpha", "inside_90"]


def test_what_is_shown_is_of_the_same_draws(tried):
    shown = tried.shown("path")
    assert shown.summary == "path"
    assert shown.draws.shape == (DRAWS, 2, 4)
    assert shown.sharpened.shape == (DRAWS, 4)
    assert 1 / (10 * DRAWS) <= shown.effective <= 1
    chosen = {tuple(row) for row in shown.sharpened.tolist()}
    proposed = tried.flow.sample_and_log_prob(10 * DRAWS, tried.given[:1], 3)[0][:, 0]
    assert chosen <= {tuple(row) for row in proposed.tolist()}
    assert shown.ranks.shape == shown.mean.shape == (SYSTEMS_TRIED, 4)
    np.testing.assert_array_equal(shown.levels, LEVELS)
    np.testing.assert_array_equal(shown.coverage, tried.posteriors.coverage())
    assert shown.outside.mean() == pytest.approx(1.5, abs=0.01)


def test_a_replicates_trial_is_on_its_own_systems():
    config = SimulationConfig(
        train=4, validation=4, test=6, points=20, window=(4.0, 5.0), noise=0.2, windows_beyond=2, seed=1
    )
    usual = ObservationConfig(points=20, window=(4.0, 5.0), noise=0.2)
    outside = [2.0, *(float(end) for end in SYSTEM.high[1:])]
    plan = TrialPlan(SYSTEM, usual, {"noisy": replace(usual, noise=0.4)}, outside, draws=10, compared=5, predicted=3)
    first, second, again = (plan.trial(simulate(SYSTEM, config, seed), None, seed) for seed in (0, 1, 0))
    assert first.names == list(SYSTEM.parameters)
    for of in (
        lambda trial: trial.truth,
        lambda trial: trial.observed.values,
        lambda trial: trial.shifted["noisy"][0].values,
        lambda trial: trial.outside_observed.values,
        lambda trial: trial.unlike["a parameter outside"].values,
    ):
        assert not of(first).equal(of(second))
        assert of(first).equal(of(again))
    assert first.shifted["noisy"][1].noise == 0.4
    assert [len(series) for series in first.unlike.values()] == [6, 6, 6]
    assert first.outside == second.outside == outside
