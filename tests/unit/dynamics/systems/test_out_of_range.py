import numpy as np
import pytest

from pathlode.dynamics.systems.coupled_oscillator import CoupledOscillator
from pathlode.dynamics.systems.lotka_volterra import LotkaVolterra
from pathlode.dynamics.systems.lotka_volterra_fixed_start import LotkaVolterraFixedStart
from pathlode.dynamics.systems.out_of_range import out_of_range
from pathlode.errors import ConfigError


def test_draws_lie_in_a_wider_box_and_leave_the_inner_one():
    """Four rates in boxes of width 1, widened by 0.4 on each side: each lies inside with a chance of 1 / 1.8."""
    system = LotkaVolterraFixedStart()
    drawn = out_of_range(system, 0.4).draw(20_000, np.random.default_rng(0))
    low, high = np.array(system.low), np.array(system.high)
    assert drawn.shape == (20_000, 4)
    out = (drawn < low) | (drawn > high)
    assert out.any(axis=1).all()
    assert np.allclose(drawn.min(axis=0), low - 0.4, atol=1e-3)
    assert np.allclose(drawn.max(axis=0), high + 0.4, atol=1e-3)
    inside = 1 / 1.8
    assert np.allclose(out.mean(axis=0), (1 - inside) / (1 - inside**4), atol=0.02)


def test_solutions_and_names_are_those_of_the_system():
    system, times = LotkaVolterra(), np.linspace(0, 5, 6)[None].repeat(3, axis=0)
    other, parameters = out_of_range(system, 0.2), system.draw(3, np.random.default_rng(0))
    assert np.array_equal(other.solution(parameters, times), system.solution(parameters, times))
    assert (other.features, other.parameters, other.time) == (system.features, system.parameters, system.time)
    assert (other.low, other.high) == ((), ())


@pytest.mark.parametrize(
    ("system", "share", "message"),
    [
        (CoupledOscillator(), 0.2, "CoupledOscillator has no range of parameters to leave"),
        (LotkaVolterra(), 0.5, "share is 0.5, expected above 0, and so small that parameters of LotkaVolterra"),
        (LotkaVolterra(), 0.0, "share is 0.0, expected above 0"),
    ],
)
def test_what_leaves_no_such_box_is_refused(system, share, message):
    with pytest.raises(ConfigError, match=message):
        out_of_range(system, share)
