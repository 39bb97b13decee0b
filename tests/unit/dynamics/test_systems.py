"""The contract that every registered system meets."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from pathlode.dynamics.systems.mixed_oscillator import MIXTURE
from pathlode.errors import ConfigError, SolverError
from pathlode.registry import SYSTEMS


def unmixed(states):
    """States that are the features."""
    return states


@dataclass(frozen=True)
class Independent:
    """The same system for SciPy: its field, its state at the time ``first``, how far to follow it, and its features."""

    field: Callable[[Any, float, Any], list[float]]
    start: Callable[[Any], list[float]]
    until: float = 25.0
    first: float = 0.0
    seen: Callable[[Any], Any] = unmixed


def lotka_volterra(p, _, y):
    return [p[0] * y[0] - p[1] * y[0] * y[1], -p[2] * y[1] + p[3] * y[0] * y[1]]


def near_the_centre(n, xi):
    """Chandrasekhar's series of θ and θ' about the centre."""
    theta = 1 - xi**2 / 6 + n * xi**4 / 120 - n * (8 * n - 5) * xi**6 / 15120
    return [theta, -xi / 3 + n * xi**3 / 30 - n * (8 * n - 5) * xi**5 / 2520]


INDEPENDENT = {
    "coupled_oscillator": Independent(lambda p, t, y: [-0.1 * y[0] + 1.3 * y[1], -y[0] - 0.1 * y[1]], list),
    "damped_oscillator": Independent(lambda p, t, y: [y[1], -y[0] - 0.12 * y[1]], list),
    "mixed_oscillator": Independent(
        lambda p, t, y: [y[1], -1.5 * y[0] - 0.15 * y[1], y[0] - y[2] ** 3, 2 * y[0] * y[2] - y[3]],
        list,
        seen=lambda states: states @ MIXTURE.T,
    ),
    "lotka_volterra": Independent(lotka_volterra, lambda p: p[4:], until=45.0),
    "lotka_volterra_fixed_start": Independent(lotka_volterra, lambda p: [3.0, 3.0], until=45.0),
    "lane_emden": Independent(
        lambda p, t, y: [y[1], -(max(y[0], 0.0) ** p[0]) - 2 / t * y[1]],
        lambda p: near_the_centre(p[0], 0.01),
        first=0.01,
    ),
    "two_oscillators": Independent(
        lambda p, t, y: [y[1], -2 * y[0] - 0.1 * y[1], y[2] - y[2] * y[3], y[2] * y[3] - y[3]], list
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
        ).y.T
        theirs = peer.seen(theirs)[:, : len(system.features)]
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


def test_the_mixed_oscillator_is_an_oscillator_beside_two_driven_variables():
    """Undone from the mixture: q as in closed form, and a and b alone where the oscillator is at rest."""
    system, times = SYSTEMS["mixed_oscillator"](), np.linspace(0, 20, 30)[None]
    inverse = np.linalg.pinv(MIXTURE)
    q = (system.solution(np.array([[1.2, 0.0, 0.3, -0.5]]), times) @ inverse.T)[0, :, 0]
    frequency = np.sqrt(1.5 - 0.075**2)
    phase = frequency * times[0]
    exact = 1.2 * np.exp(-0.075 * times[0]) * (np.cos(phase) + 0.075 / frequency * np.sin(phase))
    assert np.abs(q - exact).max() < 1e-12
    rest = (system.solution(np.array([[0.0, 0.0, 0.8, 0.6]]), times) @ inverse.T)[0]
    decays = np.stack([0.8 / np.sqrt(1 + 2 * 0.8**2 * times[0]), 0.6 * np.exp(-times[0])], axis=1)
    assert np.abs(rest[:, :2]).max() < 1e-12
    assert np.abs(rest[:, 2:] - decays).max() < 1e-12


def test_the_mixture_hides_nothing():
    assert np.linalg.matrix_rank(MIXTURE) == 4
    assert ((MIXTURE != 0).sum(axis=1) == 2).all()


WITHOUT_EQUATIONS = ("mixed_oscillator", "lane_emden")


def test_rates_of_change_are_those_of_the_independent_field(name):
    system, peer = SYSTEMS[name](), INDEPENDENT[name]
    parameters = system.draw(5, np.random.default_rng(0))
    states = np.random.default_rng(1).uniform(0.5, 2.0, (5, len(system.features)))
    if name in WITHOUT_EQUATIONS:
        for ask in (lambda: system.velocity(parameters, states), system.adjacency):
            with pytest.raises(ConfigError, match="obey no equations of their own: choose a system whose whole state"):
                ask()
    else:
        expected = [peer.field(drawn, 0.0, state) for drawn, state in zip(parameters, states, strict=True)]
        assert np.allclose(system.velocity(parameters, states), expected, atol=1e-14)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("damped_oscillator", [[0, 1], [1, 1]]),
        ("coupled_oscillator", [[1, 1], [1, 1]]),
        ("lotka_volterra_fixed_start", [[1, 1], [1, 1]]),
        ("lorenz", [[1, 1, 0], [1, 1, 1], [1, 1, 1]]),
        ("two_oscillators", [[0, 1, 0, 0], [1, 1, 0, 0], [0, 0, 1, 1], [0, 0, 1, 1]]),
    ],
)
def test_a_quantity_is_in_an_equation_or_not(name, expected):
    assert SYSTEMS[name]().adjacency().astype(int).tolist() == expected
