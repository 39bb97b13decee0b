"""The contract that every registered system meets."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch
from scipy.integrate import solve_ivp

from pathlode.dynamics.data import SimulatedData, SimulationConfig, irregular_times, simulate, simulate_replicates
from pathlode.errors import ConfigError, DataError, SolverError
from pathlode.registry import SYSTEMS

CONFIG = {
    "train": 40,
    "validation": 10,
    "test": 8,
    "points": 12,
    "window": (3.0, 5.0),
    "noise": 0.0,
    "windows_beyond": 2,
    "seed": 1,
}


@dataclass(frozen=True)
class Independent:
    """The same system for SciPy: its field, its state at the time ``first``, and how far to follow it."""

    field: Callable[[Any, float, Any], list[float]]
    start: Callable[[Any], list[float]]
    until: float = 25.0
    first: float = 0.0


def lotka_volterra(p, _, y):
    return [p[0] * y[0] - p[1] * y[0] * y[1], -p[2] * y[1] + p[3] * y[0] * y[1]]


def near_the_centre(n, xi):
    """Chandrasekhar's series of θ and θ' about the centre."""
    theta = 1 - xi**2 / 6 + n * xi**4 / 120 - n * (8 * n - 5) * xi**6 / 15120
    return [theta, -xi / 3 + n * xi**3 / 30 - n * (8 * n - 5) * xi**5 / 2520]


INDEPENDENT = {
    "coupled_oscillator": Independent(lambda p, t, y: [-0.1 * y[0] + 1.3 * y[1], -y[0] - 0.1 * y[1]], list),
    "damped_oscillator": Independent(lambda p, t, y: [y[1], -y[0] - 0.12 * y[1]], list),
    "lotka_volterra": Independent(lotka_volterra, lambda p: p[4:], until=45.0),
    "lotka_volterra_fixed_start": Independent(lotka_volterra, lambda p: [3.0, 3.0], until=45.0),
    "lane_emden": Independent(
        lambda p, t, y: [y[1], -(max(y[0], 0.0) ** p[0]) - 2 / t * y[1]],
        lambda p: near_the_centre(p[0], 0.01),
        first=0.01,
    ),
    "lorenz": Independent(
        lambda p, t, y: [10 * (y[1] - y[0]), y[0] * (28 - y[2]) - y[1], y[0] * y[1] - 8 / 3 * y[2]], list, until=6.0
    ),
}


@pytest.fixture(params=list(SYSTEMS))
def name(request):
    return request.param


def test_solution_against_an_independent_solver(name):
    system, peer = SYSTEMS[name](), INDEPENDENT[name]
    parameters = system.draw(5, np.random.default_rng(0))
    times = np.linspace(peer.first, peer.until, 60)
    ours = system.solution(parameters, np.tile(times, (5, 1)))
    for trajectory, drawn in zip(ours, parameters, strict=True):
        theirs = solve_ivp(
            partial(peer.field, drawn),
            (peer.first, peer.until),
            peer.start(drawn),
            method="DOP853",
            t_eval=times,
            rtol=3e-14,
            atol=1e-14,
        ).y.T[:, : len(system.features)]
        if name == "lane_emden":
            theirs = np.maximum(theirs, 0.0)
        assert np.abs(trajectory - theirs).max() < 1e-8


def test_each_trajectory_is_read_out_at_its_own_times(name):
    system = SYSTEMS[name]()
    rng = np.random.default_rng(1)
    parameters, times = system.draw(4, rng), np.sort(rng.uniform(0, 6, (4, 9)), axis=1)
    together = system.solution(parameters, times)
    assert together.shape == (4, 9, len(system.features))
    for i in range(4):
        assert np.allclose(system.solution(parameters[i : i + 1], times[i : i + 1])[0], together[i], atol=1e-9)


LANE_EMDEN_EXACT = {
    0.0: lambda xi: np.maximum(1 - xi**2 / 6, 0),
    1.0: lambda xi: np.where(xi < np.pi, np.sinc(xi / np.pi), 0.0),
    5.0: lambda xi: 1 / np.sqrt(1 + xi**2 / 3),
}


@pytest.mark.parametrize("index", list(LANE_EMDEN_EXACT))
def test_lane_emden_against_its_exact_solutions(index):
    radii = np.linspace(0, 30, 500)
    ours = SYSTEMS["lane_emden"]().solution(np.array([[index]]), radii[None])[0, :, 0]
    assert np.abs(ours - LANE_EMDEN_EXACT[index](radii)).max() < 1e-12


@pytest.mark.parametrize(
    ("index", "surface"),
    [
        (0, 2.44948974),
        (0.5, 2.75269805),
        (1, 3.14159265),
        (1.5, 3.65375374),
        (2, 4.35287460),
        (3, 6.89684862),
        (4, 14.9715463),
    ],
)
def test_lane_emden_ends_at_its_tabulated_surface(index, surface):
    """First zeros: Chandrasekhar 1939, ch. 4; digits from Horedt 1986 (https://doi.org/10.1007/BF00649165)."""
    radii = np.array([[surface - 1e-6, surface + 1e-6, surface + 5]])
    before, after, far = SYSTEMS["lane_emden"]().solution(np.array([[float(index)]]), radii)[0, :, 0]
    assert 0 < before < 1e-6
    assert after == far == 0.0


def test_only_the_inside_of_a_fluid_counts():
    """For n = 1, inside ξ = π."""
    radii = np.array([[0.0, 1.0, 3.14, 3.15, 10.0]])
    system = SYSTEMS["lane_emden"]()
    assert system.counted(system.solution(np.array([[1.0]]), radii)).tolist() == [[True, True, True, False, False]]


def test_a_data_set_knows_where_its_truth_counts(name):
    split = simulate(SYSTEMS[name](), SimulationConfig(**CONFIG), 0)["test"]
    truth = torch.cat([split.inside.values, split.beyond.values], dim=1)
    expected = truth[..., 0] > 0 if name == "lane_emden" else torch.ones(truth.shape[:2]) > 0
    assert torch.equal(split.counted, expected)
    assert split.counted.any()


def test_most_of_the_next_window_of_lane_emden_lies_inside_the_fluid():
    """With the windows of config/systems.yaml: 97 % of the next window, and over a half for every fluid."""
    settings = CONFIG | {"test": 500, "window": (2.0, 2.5), "windows_beyond": 3}
    counted = simulate(SYSTEMS["lane_emden"](), SimulationConfig(**settings))["test"].counted.double()
    inside, following, far = counted.split([100, 100, 200], dim=1)
    assert inside.min() == 1.0
    assert following.mean() == pytest.approx(0.97, abs=0.01)
    assert following.mean(dim=1).min() > 0.5
    assert far.mean() == pytest.approx(0.58, abs=0.03)


def test_a_trajectory_that_leaves_the_finite_numbers_is_refused():
    with pytest.raises(SolverError, match="cannot be integrated beyond"), np.errstate(all="ignore"):
        SYSTEMS["lorenz"]().solution(np.array([[1e200, 1.0, 1.0]]), np.array([[1.0, 2.0]]))


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
    parts = [first.train, first["validation"], first["test"]]
    assert [len(part.observed) for part in parts] == [40, 10, 8]
    assert torch.equal(first["test"].observed.values, more["test"].observed.values)
    starts = torch.cat([part.parameters for part in parts])
    assert len(starts.unique(dim=0)) == 58


def test_windows(name):
    data = simulate(SYSTEMS[name](), SimulationConfig(**CONFIG))
    assert (data.train.observed.times >= 0).all()
    assert (data.train.observed.times <= 5).all()
    for part in data.scored.values():
        observed, inside, beyond = part.observed.times, part.inside.times, part.beyond.times
        assert (observed >= 0).all()
        assert (observed <= 5).all()
        assert torch.allclose(inside[:, [0, -1]], observed[:, [0, -1]])
        assert (beyond[:, 0] > observed[:, -1]).all()
        assert torch.allclose(beyond[:, -1], observed[:, -1] + 8)


def test_noise_is_on_the_observations_and_not_on_the_truth(name):
    quiet, noisy = (
        simulate(SYSTEMS[name](), SimulationConfig(**CONFIG | {"train": 150, "noise": n})) for n in (0.0, 0.3)
    )
    assert torch.equal(quiet["test"].inside.values, noisy["test"].inside.values)
    difference = noisy.train.observed.values - quiet.train.observed.values
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


def test_a_replicate_is_a_data_set_of_its_own_whatever_its_batch():
    system, config = SYSTEMS["coupled_oscillator"](), SimulationConfig(**CONFIG)
    both, other = (simulate_replicates(system, config, numbers) for numbers in ([3, 4], [4, 5]))
    assert both.replicates == 2
    assert both.train.observed.times.shape == (2, 40, 12)
    assert both.train.observed.values.dtype == torch.float32
    fourth = simulate(system, config, replicate=4)
    for split in ("validation", "test", "few"):
        for part in ("observed", "inside", "beyond"):
            assert torch.equal(getattr(both[split], part).values[1], getattr(fourth[split], part).values)
            assert torch.equal(getattr(other.replicate(0)[split], part).times, getattr(fourth[split], part).times)
    assert not torch.equal(both.train.parameters[0], both.train.parameters[1])
    owned = both["test"].owned([1, 0, 1])
    assert torch.equal(owned.beyond.values[2], both["test"].beyond.values[1])


def test_replicates_survive_their_file(tmp_path):
    data = simulate_replicates(SYSTEMS["lorenz"](), SimulationConfig(**CONFIG), [7, 9])
    data.save(tmp_path / "data.npz")
    loaded = SimulatedData.load(tmp_path / "data.npz")
    assert loaded.replicates == 2
    assert torch.equal(loaded.train.observed.values, data.train.observed.values)
    assert torch.equal(loaded["late"].inside.values, data["late"].inside.values)


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
    with pytest.raises(DataError, match=r"data.npz \(train\), observed: values: feature 2 at time number 4 of traj"):
        SimulatedData.load(path)


@pytest.mark.parametrize(
    "change", [{"window": (5.0, 3.0)}, {"test": 1}, {"points": 9}, {"windows_beyond": 1}, {"noise": -0.1}]
)
def test_wrong_settings_are_refused_when_made(change):
    with pytest.raises(ConfigError, match="expected"):
        SimulationConfig(**CONFIG | change)
