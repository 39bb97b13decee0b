import torch

from pathlode.core.solvers.fixed import integrate_with_fixed_steps
from pathlode.core.solvers.tableaus import RK4


def test_one_step_of_rk4_on_an_exponential_is_the_taylor_polynomial_of_order_4():
    y0, start = torch.ones(1, 1, 1, dtype=torch.float64), torch.full((1, 1), 3.0, dtype=torch.float64)
    times = torch.tensor([[[3.0, 4.0]]], dtype=torch.float64)
    states, evaluations = integrate_with_fixed_steps(lambda h: h, y0, times, start, RK4, 1)
    torch.testing.assert_close(states[0, 0, :, 0], torch.tensor([1.0, 65 / 24], dtype=torch.float64))
    assert evaluations.tolist() == [[5]]  # one at the start, and four stages
