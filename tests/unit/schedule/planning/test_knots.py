import pytest
import torch

from pathlode.errors import DataError
from pathlode.schedule.planning.knots import KNOTS, Knots

OWN = Knots(100, torch.tensor([0.001]), torch.tensor([[1.0]]))


def test_rates_of_equal_knots_are_constant_and_inside_the_range():
    """σ(0) = 1/2, and half way between the logarithms of 0.001 and 1 lies 10^-1.5."""
    assert OWN.rates(torch.zeros(1, 1, KNOTS))[0, 0].tolist() == pytest.approx([10**-1.5] * 100)
    ends = OWN.rates(torch.tensor([-50.0, 50.0])[None, :, None].expand(1, 2, KNOTS))
    assert ends[0, :, 0].tolist() == pytest.approx([0.001, 1.0])


def test_knots_are_dense_at_the_end():
    """Only the rates after the knot before the last, at 1 - 1/81, depend on the last."""
    free = torch.zeros(1, 1, KNOTS, requires_grad=True)
    OWN.rates(free)[0, 0, :98].sum().backward()
    assert float(free.grad[0, 0, -1]) == 0.0
    assert float(free.grad[0, 0, -2]) != 0.0


def test_the_knots_of_a_schedule_give_it_back():
    rates = torch.logspace(-0.1, -2.5, 100)[None, None]  # a line in the logarithm
    assert torch.allclose(OWN.rates(OWN.free(rates)).log(), rates.log(), atol=0.05)


@pytest.mark.parametrize("low", [0.0, 1.0, 2.0])
def test_an_empty_range_is_refused(low):
    with pytest.raises(DataError, match="are no range, expected one above 0 and a larger one"):
        Knots(100, torch.tensor([low]), torch.tensor([[1.0]]))
