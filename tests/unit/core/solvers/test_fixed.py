import pytest
import torch

from pathlode.core.solvers.adaptive import Adaptive
from pathlode.core.solvers.fixed import FixedStep, integrate_with_fixed_steps
from pathlode.core.solvers.tableaus import RK4
from pathlode.errors import ConfigError


def test_one_step_of_rk4_on_an_exponential_is_the_taylor_polynomial_of_order_4():
    y0, start = torch.ones(1, 1, 1, dtype=torch.float64), torch.full((1, 1), 3.0, dtype=torch.float64)
    times = torch.tensor([[[3.0, 4.0]]], dtype=torch.float64)
    states, evaluations = integrate_with_fixed_steps(lambda h: h, y0, times, start, RK4, 1)
    torch.testing.assert_close(states[0, 0, :, 0], torch.tensor([1.0, 65 / 24], dtype=torch.float64))
    assert evaluations.tolist() == [[5]]  # one at the start, and four stages


@pytest.mark.parametrize("wrong", [lambda: FixedStep("euler"), lambda: FixedStep("rk4", 0)])
def test_wrong_fixed_steps_are_refused_when_made(wrong):
    with pytest.raises(ConfigError, match="expected"):
        wrong()


def test_methods_with_steps_of_equal_size_are_no_adaptive_ones_and_the_reverse():
    with pytest.raises(
        ConfigError, match="unknown solver method 'dopri5': expected one of rk4, tsit5, alf, reversible_h"
    ):
        FixedStep("dopri5")
    with pytest.raises(
        ConfigError, match="solver method is 'alf', expected one of dopri5, tsit5 with backend torchode"
    ):
        Adaptive("alf")
