import os
from pathlib import Path

import numpy as np
import pytest
import torch

from pathlode.inference.reference import McmcConfig
from pathlode.real.hudson_bay import Pelts, read_pelts
from pathlode.real.lynx_hare import LynxHare, log_populations, simulate_pelts
from pathlode.real.pelt_posteriors import (
    exact_posteriors,
    flow_posteriors,
    latent_summary,
    observed_pelts,
    pelt_scores,
    predicted_pelts,
)
from pathlode.real.pelt_results import PeltPosteriors, PeltTable, PublishedPelts, SimulatedPelts
from pathlode.training.experiment import Experiment

PROJECT = Path(__file__).parents[3]
THETA = np.array([0.6, 0.03, 0.8, 0.03, 30.0, 8.0, 0.2, 0.3])
MCMC = McmcConfig(chains=4, warmup=50, steps=1000, effective=200, attempts=2, draws=1000)
FLOW = {"transforms": 2, "width": 12, "steps": 10, "validate_every": 5}


@pytest.fixture(scope="module")
def pelts():
    populations = log_populations(THETA[None], np.arange(21.0)[None])[0]
    return Pelts(
        np.arange(1900, 1921), np.exp(populations + THETA[6:] * np.random.default_rng(1).standard_normal((21, 2)))
    )


@pytest.fixture(scope="module")
def exact(pelts):
    return exact_posteriors(pelts, [3], MCMC, draws=500)


def test_chains_find_the_parameters_of_simulated_pelts(exact):
    draws = exact.draws[0]
    assert draws.shape == (1000, 8)
    assert exact.rhat[0] < 1.02
    assert exact.ess[0] > 200
    assert (np.abs(draws.mean(axis=0) - THETA) < 2.5 * draws.std(axis=0)).all()
    assert (draws.std(axis=0)[:4] < 0.3 * THETA[:4]).all()


def test_chains_agree_with_the_published_posterior_of_the_measured_pelts():
    """Means within a fifth of Stan's standard deviations, which Monte Carlo errors and its rounding to three digits allow."""
    path = PROJECT.parent / "shared/data/hudson_bay/hudson-bay-lynx-hare.csv"
    if not path.exists():
        pytest.skip(f"the pelts are not at {os.path.relpath(path, PROJECT)}")
    published = PublishedPelts.load(PROJECT / "config/published/hudson_bay.csv").table
    stan = published.set_index("parameter").loc[list(LynxHare.parameters)]
    found = exact_posteriors(read_pelts(path), [0], MCMC, draws=1000).draws[0]
    assert (np.abs(found.mean(axis=0) - stan["mean"]) / stan["sd"] < 0.2).all()
    assert (np.abs(found.std(axis=0) - stan["sd"]) < 0.1 * stan["sd"] + 0.0005).all()
    low, high = np.quantile(found, [0.1, 0.9], axis=0)
    for ours, theirs in ((low, stan["q10"]), (high, stan["q90"])):
        assert (np.abs(ours - theirs) < 0.25 * stan["sd"] + 0.0005).all()


def test_a_flow_is_fitted_for_each_replicate(pelts, exact):
    simulations = [simulate_pelts(60, pelts.values, 30.0, number) for number in (3, 4)]
    quantiles, tables = (np.stack(parts) for parts in zip(*simulations, strict=True))
    simulated = SimulatedPelts(quantiles.astype(np.float32), tables.astype(np.float32))
    sizes = {"hidden": 3, "latent": 4, "width": 5, "time_unit": 3.0}
    train = {"steps": 10, "batch": 8, "validate_every": 5}
    experiment = Experiment(seeds=[3, 4], loss="path", sizes=sizes, train=train)
    data = observed_pelts(simulated, validation=10)
    assert data.training.times.shape == (2, 50, 21)
    assert torch.allclose(data.validation.values.exp(), torch.from_numpy(tables[:, 50:]).float(), rtol=1e-4)
    models = experiment.trainer(data).model
    found = flow_posteriors("path", pelts, simulated, models, [3, 4], FLOW, draws=30)
    assert found.draws.shape == (2, 30, 8)
    assert (found.draws > 0).all()
    assert not np.array_equal(found.draws[0], found.draws[1])
    assert flow_posteriors("values", pelts, simulated, None, [3, 4], FLOW, draws=30).draws.shape == (2, 30, 8)


def test_the_summary_has_what_the_latent_ode_leaves_over(pelts):
    data = observed_pelts(SimulatedPelts(np.zeros((1, 6, 8)), np.tile(pelts.values, (1, 6, 1, 1))), validation=2)
    experiment = Experiment(seeds=[0], loss="path", sizes={"hidden": 3, "latent": 4, "width": 5}, train={"batch": 2})
    model = experiment.trainer(data).model
    found = latent_summary(model, pelts.values[None])
    with torch.no_grad():
        predicted = model(data.training.times[0, :1], data.training.values[0, :1])
    left = (predicted.values[0, 0].double().numpy() - np.log(pelts.values)).std(axis=0, ddof=0)
    mean = (predicted.values[0, 0].double().numpy() - np.log(pelts.values)).mean(axis=0)
    assert found.shape == (1, 6)
    assert found[0, 4:].exp().numpy() == pytest.approx(np.sqrt(left**2 + mean**2), rel=1e-4)


def test_scores_of_equal_posteriors_are_at_their_floor(pelts, exact):
    same = PeltPosteriors("path", [3], exact.draws[:, 1::2], exact.rhat, exact.ess, exact.train_seconds)
    for own in (same, exact):
        row = pelt_scores(own, exact, pelts, "hudson_bay").iloc[0]
        assert row["c2st"] == pytest.approx(0.5, abs=0.08)
        assert row["c2st_excess"] == pytest.approx(np.sqrt(0.5 / 1000))  # of two halves of 500 draws
        assert row["mean_off"] < 0.3
        assert row["predictive_coverage"] > 0.8
    off = PeltPosteriors("path", [3], 2 * same.draws, exact.rhat, exact.ess, exact.train_seconds)
    assert pelt_scores(off, exact, pelts, "hudson_bay").iloc[0]["c2st"] > 0.9


def test_predictions_have_log_normal_noise():
    drawn = predicted_pelts(np.tile(THETA, (4000, 1)), 3)
    errors = np.log(drawn) - log_populations(THETA[None], np.arange(3.0)[None])
    assert errors.mean(axis=0) == pytest.approx(np.zeros((3, 2)), abs=0.02)
    assert errors.std(axis=0) == pytest.approx(np.tile(THETA[6:], (3, 1)), rel=0.05)


def test_the_table_has_a_row_for_each_parameter(exact):
    rows = PeltTable(exact.table(LynxHare.parameters)).table
    assert rows["parameter"].tolist() == list(LynxHare.parameters)
    assert rows["mean"].to_numpy() == pytest.approx(exact.draws[0].mean(axis=0))
    assert (rows["q05"] < rows["q95"]).all()
