import pytest
import torch

from pathlode.schedule.solvable.contract import LOGGED_MOMENTS
from pathlode.schedule.solvable.deep_linear import DeepLinear
from pathlode.schedule.solvable.power_law import PowerLaw
from pathlode.schedule.solvable.river import River


@pytest.mark.parametrize("task", [River(), PowerLaw(), DeepLinear()])
def test_the_closed_form_has_the_losses_and_gradients_of_the_steps(task):
    """Each mode's share of the loss, by the adjoint recurrence, against automatic differentiation of every step."""
    generator = torch.Generator().manual_seed(0)
    shape = (2, 2 * LOGGED_MOMENTS)
    rates = (task.largest * torch.rand(shape, generator=generator, dtype=torch.float64)).requires_grad_()
    state, stepped = task.start(torch.zeros(2)), []
    for rate in rates.unbind(dim=1):
        state = task.step(state, rate)
        stepped.append(task.loss(state))
    expected, found = torch.stack(stepped[1::2], dim=1), task.losses(rates)
    assert torch.allclose(found, expected, rtol=1e-12)
    assert torch.allclose(task.losses(rates.detach()), expected, rtol=1e-12)
    own, other = (torch.autograd.grad(each.log().sum(), rates)[0] for each in (found, expected))
    assert torch.allclose(own, other, rtol=1e-9)
