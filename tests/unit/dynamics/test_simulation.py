from functools import cache

import numpy as np
import pytest
import torch

from pathlode.dynamics.simulation import SimulationConfig, irregular_times, observe, simulate, simulate_replicates
from pathlode.errors import ConfigError
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


@pytest.fixture(params=list(SYSTEMS))
def name(request):
    return request.param


@cache
def simulated(name):
    """The data set of a system with the settings above, which no test changes."""
    return simulate(SYSTEMS[name](), SimulationConfig(**CONFIG))


def test_a_data_set_knows_where_its_truth_counts(name):
    split = simulated(name)["test"]
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


def test_splits_are_held_out_and_their_sizes_do_not_change_one_another(name):
    first = simulated(name)
    more = simulate(SYSTEMS[name](), SimulationConfig(**CONFIG | {"train": 50}))
    parts = [first.train, first["validation"], first["test"]]
    assert [len(part.observed) for part in parts] == [40, 10, 8]
    assert torch.equal(first["test"].observed.values, more["test"].observed.values)
    starts = torch.cat([part.parameters for part in parts])
    assert len(starts.unique(dim=0)) == 58


def test_windows(name):
    data = simulated(name)
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


def test_multiplicative_noise_is_on_the_logarithm_of_the_observations():
    """At 0.3, values are off by a share of theirs, and none changes its sign."""
    settings = CONFIG | {"train": 150, "noise_kind": "log"}
    for name in ("lotka_volterra", "coupled_oscillator"):
        quiet, noisy = (simulate(SYSTEMS[name](), SimulationConfig(**settings | {"noise": n})) for n in (0.0, 0.3))
        assert torch.equal(quiet["test"].inside.values, noisy["test"].inside.values)
        errors = (noisy.train.observed.values / quiet.train.observed.values).log()
        assert errors.mean() == pytest.approx(0.0, abs=0.02)
        assert errors.std() == pytest.approx(0.3, rel=0.05)


def test_each_trajectory_and_feature_may_have_noise_of_its_own():
    system, times = SYSTEMS["lotka_volterra"](), np.tile(np.linspace(0, 5, 400), (2, 1))
    parameters = np.tile(system.draw(1, np.random.default_rng(0)), (2, 1))
    noise = np.array([[[0.0, 0.1]], [[0.2, 0.4]]])
    seen = observe(system, parameters, times, noise, np.random.default_rng(1), "two", "log").values.numpy()
    errors = np.log(seen / system.solution(parameters, times))
    assert errors.std(axis=1) == pytest.approx(noise[:, 0], rel=0.1, abs=1e-12)


def test_an_unknown_kind_of_noise_is_refused():
    with pytest.raises(ConfigError, match="simulate.noise_kind is 'relative', expected one of added, log"):
        SimulationConfig(**CONFIG, noise_kind="relative")


def test_irregular_times_stay_apart_even_in_single_precision():
    times = irregular_times(2000, 200, np.full(2000, 5.0), np.random.default_rng(0)).astype(np.float32)
    assert (np.diff(times, axis=1) > 0).all()
    assert times.min() >= 0
    assert times.max() <= 5


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


def test_equal_seeds_give_equal_files(tmp_path):
    for name in ("a.npz", "b.npz"):
        simulate(SYSTEMS["coupled_oscillator"](), SimulationConfig(**CONFIG)).save(tmp_path / name)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


@pytest.mark.parametrize(
    "change", [{"window": (5.0, 3.0)}, {"test": 1}, {"points": 9}, {"windows_beyond": 1}, {"noise": -0.1}]
)
def test_wrong_settings_are_refused_when_made(change):
    with pytest.raises(ConfigError, match="expected"):
        SimulationConfig(**CONFIG | change)
