"""Windows of flows, and the orbits that follow them."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from pathlode.chaos import sampling
from pathlode.chaos.data import ChaosData
from pathlode.chaos.orbits import drawn_states
from pathlode.chaos.predicted import Asking, of_the_truth, predicted_by
from pathlode.chaos.sampling import Sampling, sample_flows
from pathlode.chaos.scoring import chaos_score_table
from pathlode.errors import ConfigError, DataError
from pathlode.models.constant import Constant
from pathlode.models.settings import ModelConfig

SMALL = Sampling(
    train=5, validation=2, test=3, points=12, window=(0.3, 0.4), regular=False, settling=(2.0, 4.0), noise=0.01, horizon=4.0, ahead=8,
    transient=0.5, free=1.0, a_period=20, seed=1,
)  # fmt: skip


@pytest.fixture(scope="module")
def data():
    return sample_flows(["Lorenz", "Rucklidge"], SMALL, [0, 3])


def test_members_are_the_replicates_of_each_flow(data, tmp_path):
    assert (data.flows, data.replicates) == (["Lorenz"] * 2 + ["Rucklidge"] * 2, [0, 3, 0, 3])
    assert data.train_values.shape == (4, 5, 12, 3)
    assert data.ahead[:, -1] * data.exponents == pytest.approx(4.0)
    data.save(tmp_path / "data.npz")
    again = ChaosData.load(tmp_path / "data.npz")
    assert np.array_equal(again.orbits, data.orbits)


def test_the_truth_goes_on_where_the_observations_end(data):
    assert np.abs(data.from_noisy[:, :, 0] - data.truth[:, :, 0]).max() < 0.3  # a short time after the last observation
    assert (data.from_noisy[:, :, 0] != data.truth[:, :, 0]).all()
    assert 0.3 <= data.test_times[..., -1].max() <= 0.4


def test_the_true_equations_are_chaotic_from_noisy_observations(data):
    scores = chaos_score_table(of_the_truth(data), data, smoothing=0.5)
    assert scores["valid_time"].between(1, 4).all()
    assert scores["exponent"].between(0.4, 1.6).all()
    assert (scores["state_divergence"] > 0).all()


def test_a_replicate_does_not_depend_on_the_others(data):
    alone = sample_flows(["Rucklidge"], replace(SMALL, regular=True, test=1), [3])
    assert np.ptp(np.diff(alone.train_times[0, 0])) < 1e-6
    assert alone.train_values.shape == (1, 5, 12, 3)
    same = sample_flows(["Rucklidge"], SMALL, [3])
    np.testing.assert_allclose(same.train_values[0], data.train_values[3], atol=1e-3)


def test_orbits_that_escape_are_drawn_again(monkeypatch):
    def drawn(of, n, rng):  # every other state is far from the attractor, so half of the orbits escape
        states = drawn_states(of, n, rng)
        return states + 20.0 * torch.from_numpy(rng.integers(0, 2, (n, 1)))

    monkeypatch.setattr(sampling, "drawn_states", drawn)
    found = sample_flows(["Rossler"], SMALL, [0])
    assert np.abs(found.train_values).max() < 10
    assert np.abs(found.orbits).max() < 10
    monkeypatch.setattr(sampling, "REDRAWN", 2)
    monkeypatch.setattr(sampling, "drawn_states", lambda of, n, rng: torch.full((n, 3), 20.0).double())
    with pytest.raises(DataError, match="orbits of the flow Rossler escape from its attractor, .*: leave it out"):
        sample_flows(["Rossler"], SMALL, [0])


def test_the_last_value_has_no_dynamics(data):
    model = Constant(ModelConfig(features=3), seeds=data.replicates)
    model.fit(data.observed.training)
    predicted = predicted_by(model, data, Asking(solver_steps=4, from_last=False, smoothing=0.5))
    expected = np.broadcast_to(data.test_values[:, :, -1:], predicted.orbits.shape)
    np.testing.assert_allclose(predicted.orbits, expected)
    scores = chaos_score_table(predicted, data, 0.5, [False, True, False, False], row="constant")
    assert scores["exponent"].abs()[[0, 2, 3]].max() < 1e-9
    assert scores["valid_time"].isna().tolist() == [False, True, False, False]
    assert scores["failure"][1] == "its training diverged"


def test_windows_that_end_before_they_begin_are_refused():
    with pytest.raises(ConfigError, match=r"window is \(0.4, 0.3\), expected 0 < low <= high"):
        replace(SMALL, window=(0.4, 0.3))
