import numpy as np
import pytest
import torch

from pathlode.dynamics.data import SimulatedData
from pathlode.dynamics.simulation import SimulationConfig, simulate_replicates
from pathlode.errors import DataError
from pathlode.registry import SYSTEMS


def test_save_and_load_round_trip(data, tmp_path):
    data.save(tmp_path / "data.npz")
    loaded = SimulatedData.load(tmp_path / "data.npz")
    assert (loaded.features, loaded.parameters) == (data.features, data.parameters)
    assert torch.equal(loaded["test"].beyond.values, data["test"].beyond.values)
    assert [path.name for path in tmp_path.iterdir()] == ["data.npz"]


def test_replicates_survive_their_file(tmp_path):
    settings = {"points": 12, "window": (3.0, 5.0), "noise": 0.0, "windows_beyond": 2, "seed": 1}
    config = SimulationConfig(train=40, validation=10, test=8, **settings)
    data = simulate_replicates(SYSTEMS["coupled_oscillator"](), config, [7, 9])
    data.save(tmp_path / "data.npz")
    loaded = SimulatedData.load(tmp_path / "data.npz")
    assert loaded.replicates == 2
    assert torch.equal(loaded.train.observed.values, data.train.observed.values)
    assert torch.equal(loaded["late"].inside.values, data["late"].inside.values)


def test_the_first_observations_are_a_context_that_changes_no_score(data):
    whole, short = data["test"], data["test"].first(5)
    assert torch.equal(short.observed.times, whole.observed.times[:, :5])
    assert torch.equal(short.observed.values, whole.observed.values[:, :5])
    assert short.inside is whole.inside
    assert short.beyond is whole.beyond
    assert torch.equal(whole.first(None).observed.values, whole.observed.values)
    assert data.train.first(5).observed.times.shape == (96, 5)


def test_a_truncated_file_is_refused_in_one_sentence(data, tmp_path):
    path = tmp_path / "data.npz"
    data.save(path)
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(DataError, match=r"data.npz is not a complete data file .* delete it and simulate again"):
        SimulatedData.load(path)


def test_nan_in_a_file_is_named_by_file_and_place(data, tmp_path):
    path = tmp_path / "data.npz"
    data.save(path)
    arrays = dict(np.load(path))
    arrays["train_observed_values"][4, 3, 1] = np.nan
    np.savez(path, **arrays)
    with pytest.raises(DataError, match=r"data.npz \(train\), observed: values: feature 2 at time number 4 of traj"):
        SimulatedData.load(path)
