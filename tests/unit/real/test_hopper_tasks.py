from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pathlode.real.fits import Asked
from pathlode.real.hopper import SIMULATED_STEP, invented_hoppers
from pathlode.real.hopper_tasks import PublishedHopper, hopper_summary, posed, published_error, split_hopper


@pytest.fixture(scope="module")
def trajectories():
    return invented_hoppers(10)


def test_interpolation_cuts_a_window_out_of_each_trajectory(trajectories):
    measured = posed(trajectories, "interpolation", 0.3)
    assert (measured.data, set(measured.counts)) == ("hopper_30", {100})
    assert measured.given_test.tolist() == [False] * 8 + [True] * 2
    times, values = measured.padded()
    assert times[3] == pytest.approx(SIMULATED_STEP * np.arange(100))
    starts = [
        int(np.flatnonzero((whole == own[0]).all(axis=1))[0])
        for whole, own in zip(trajectories.states, values, strict=True)
    ]
    assert all((trajectories.states[n, k : k + 100] == values[n]).all() for n, k in enumerate(starts))
    assert len(set(starts)) > 5
    split = split_hopper(measured, "interpolation", 0.3, 0.25, 0)
    seen = np.isfinite(Asked(measured, split, "interpolation").seen)
    assert (seen == seen[..., :1]).all()
    assert seen[..., 0].sum(axis=1).tolist() == [30] * 10
    assert len({tuple(own) for own in seen[..., 0]}) == 10


def test_a_forecast_reads_a_share_of_the_first_third(trajectories):
    measured = posed(trajectories, "forecast", 0.1)
    times, values = measured.padded()
    begun, later = times[:, :6] / SIMULATED_STEP, times[:, 6:] / SIMULATED_STEP
    assert later[0].round().tolist() == list(range(66, 200))
    assert begun.max() < 65.5
    assert (np.diff(times, axis=1) > 0).all()
    assert (values[2, 4] == trajectories.states[2, int(begun[2, 4].round())]).all()
    asked = Asked(measured, split_hopper(measured, "forecast", 0.1, 0.25, 0), "forecast")
    assert np.isfinite(asked.seen).all(axis=2).sum(axis=1).tolist() == [6] * 10
    assert asked.split.test.tolist() == [8, 9]


@pytest.mark.parametrize(("goal", "expected"), [("interpolation", 9.0), ("forecast", 9.0)])
def test_the_error_is_in_units_of_each_features_largest_value(trajectories, goal, expected):
    """Predictions that are wrong by three times this value have error 9, whatever was read."""
    measured = posed(trajectories, goal, 0.5)
    asked = Asked(measured, split_hopper(measured, goal, 0.5, 0.25, 0), goal)
    test, largest = asked.split.test, trajectories.states.max(axis=(0, 1))
    predicted = measured.padded()[1][test] + 3 * largest
    assert published_error(asked, predicted, test, trajectories) == pytest.approx(expected, rel=1e-4)
    if goal == "forecast":
        predicted[:, :33] = 1e6
        assert published_error(asked, predicted, test, trajectories) == pytest.approx(expected, rel=1e-4)


def test_the_summary_sets_ours_beside_published_ones():
    ours = {"data": "hopper_10", "model": "path", "task": "interpolation", "metric": "mse"}
    scores = pd.DataFrame([ours | {"value": value} for value in (0.01, 0.02, 0.04)])
    published = PublishedHopper.load(Path(__file__).parents[3] / "config/published/hopper.csv").table
    table = hopper_summary(pd.concat([scores, scores.assign(metric="error", value=1.0)]), published)
    assert list(table)[:3] == ["paper", "model", "interpolation 10 %"]
    assert table.loc[0, "interpolation 10 %"] == "2 [1, 4]"
    latent = table[table["model"] == "latent ODE, ODE-RNN encoder"].iloc[0]
    assert (latent["interpolation 10 %"], latent["interpolation 50 %"]) == ("–", "0.285")
