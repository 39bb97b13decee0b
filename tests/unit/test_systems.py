"""The contract that every registered system meets."""

import numpy as np
import pytest
import torch
from scipy.integrate import solve_ivp

from pathlode.errors import ConfigError, DataError
from pathlode.registry import SYSTEMS
from pathlode.systems.contract import SPLITS, SimulatedData, SimulationConfig, irregular_times, simulate

CONFIG = {
    "train": 40,
    "validation": 10,
    "test": 8,
    "points": 9,
    "window": (3.0, 5.0),
    "noise": 0.0,
    "horizon": 7.0,
    "seed": 1,
}
FIELDS = {
    "coupled_oscillator": lambda _, y: [-0.1 * y[0] + 1.3 * y[1], -y[0] - 0.1 * y[1]],
    "damped_oscillator": lambda _, y: [y[1], -y[0] - 0.12 * y[1]],
}


@pytest.fixture(params=list(SYSTEMS))
def name(request):
    return request.param


def test_solution_against_an_independent_solver(name):
    system = SYSTEMS[name]()
    parameters = system.draw(3, np.random.default_rng(0))
    times = np.linspace(0, 25, 60)
    ours = system.solution(parameters, np.tile(times, (3, 1)))
    for trajectory, start in zip(ours, parameters, strict=True):
        peer = solve_ivp(FIELDS[name], (0, 25), start, method="DOP853", t_eval=times, rtol=1e-12, atol=1e-12)
        assert np.abs(trajectory - peer.y.T).max() < 1e-8


def test_drawn_parameters_have_the_declared_width_and_vary(name):
    system = SYSTEMS[name]()
    parameters = system.draw(500, np.random.default_rng(0))
    assert parameters.shape == (500, len(system.parameters))
    assert (parameters.std(axis=0) > 0).all()


def test_damped_oscillator_starts_in_its_range():
    parameters = SYSTEMS["damped_oscillator"]().draw(2000, np.random.default_rng(0))
    assert 1 <= parameters.min() < 1.05
    assert 3.95 < parameters.max() <= 4


def test_splits_are_held_out_and_their_sizes_do_not_change_one_another(name):
    first = simulate(SYSTEMS[name](), SimulationConfig(**CONFIG))
    more = simulate(SYSTEMS[name](), SimulationConfig(**CONFIG | {"train": 50}))
    assert [len(first[split].observed) for split in SPLITS] == [40, 10, 8]
    assert torch.equal(first["test"].observed.values, more["test"].observed.values)
    starts = torch.cat([first[split].parameters for split in SPLITS])
    assert len(starts.unique(dim=0)) == 58


def test_windows(name):
    data = simulate(SYSTEMS[name](), SimulationConfig(**CONFIG))
    for split in SPLITS:
        part = data[split]
        observed, inside, beyond = part.observed.times, part.inside.times, part.beyond.times
        assert observed.min() >= 0
        assert observed.max() <= 5
        assert torch.allclose(inside[:, [0, -1]], observed[:, [0, -1]])
        assert (beyond[:, 0] > observed[:, -1]).all()
        assert torch.allclose(beyond[:, -1], observed[:, -1] + 7)


def test_noise_is_on_the_observations_and_not_on_the_truth(name):
    quiet, noisy = (
        simulate(SYSTEMS[name](), SimulationConfig(**CONFIG | {"train": 400, "noise": n})) for n in (0.0, 0.3)
    )
    assert torch.equal(quiet["train"].inside.values, noisy["train"].inside.values)
    difference = noisy["train"].observed.values - quiet["train"].observed.values
    assert difference.std() == pytest.approx(0.3, rel=0.05)


def test_irregular_times_stay_apart_even_in_single_precision():
    times = irregular_times(2000, 200, np.full(2000, 5.0), np.random.default_rng(0)).astype(np.float32)
    assert (np.diff(times, axis=1) > 0).all()
    assert times.min() >= 0
    assert times.max() <= 5


def test_save_and_load_round_trip(data, tmp_path):
    data.save(tmp_path / "data.npz")
    loaded = SimulatedData.load(tmp_path / "data.npz")
    assert (loaded.features, loaded.parameters) == (data.features, data.parameters)
    assert torch.equal(loaded["test"].beyond.values, data["test"].beyond.values)
    assert [path.name for path in tmp_path.iterdir()] == ["data.npz"]


def test_equal_seeds_give_equal_files(tmp_path):
    for name in ("a.npz", "b.npz"):
        simulate(SYSTEMS["coupled_oscillator"](), SimulationConfig(**CONFIG)).save(tmp_path / name)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


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
    with pytest.raises(DataError, match=r"data.npz \(train, observed\): values: feature 2 at time number 4 of traj"):
        SimulatedData.load(path)


@pytest.mark.parametrize("change", [{"window": (5.0, 3.0)}, {"points": 1}])
def test_wrong_settings_are_refused_when_made(change):
    with pytest.raises(ConfigError, match="expected"):
        SimulationConfig(**CONFIG | change)
