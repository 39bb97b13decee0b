import pytest
import torch

from pathlode.schedule.planning.recurrence import maps, recurrence

SHAPES = {"d": (4, 3, 2, 2), "f": (4, 3, 2, 2), "e": (3, 2, 1), "q": (3, 2, 1), "r": (3, 2, 1), "c": (2, 1)}


@pytest.mark.parametrize("asked", [("d", "f"), ("f",)])
def test_losses_and_gradients_are_those_of_the_recurrence(asked):
    generator = torch.Generator().manual_seed(0)
    values = {name: torch.rand(shape, generator=generator, dtype=torch.float64) for name, shape in SHAPES.items()}
    given = [values[name].requires_grad_() for name in asked]
    decay, drive, modes, q, r, offset = values.values()
    losses = [modes.sum(dim=0) + offset]
    for kept, gained in zip(decay, drive, strict=True):
        modes = kept * modes + gained * (q + r * losses[-1])
        losses.append(modes.sum(dim=0) + offset)
    expected, found = torch.stack(losses[1:]), recurrence(*values.values())
    assert torch.allclose(found, expected)
    for own, other in zip(*(torch.autograd.grad(each.log().sum(), given) for each in (found, expected)), strict=True):
        assert torch.allclose(own, other)


def test_maps_and_gradients_are_those_of_the_steps():
    """2 steps in 3 moments of 2 sets of 4 runs, with 5 modes of 2 members; one factor is 0."""
    generator = torch.Generator().manual_seed(0)
    rates = torch.rand(2, 3, 2, 4, generator=generator, dtype=torch.float64)
    curvature = 2 * torch.rand(5, 2, 2, 1, generator=generator, dtype=torch.float64)
    curvature[0, 0, 0, 0] = 1 / rates[0, 0, 0, 0]
    rates.requires_grad_()
    decay, drive = torch.ones(()), torch.zeros(())
    for rate in rates[:, :, None, None]:
        kept = (1 - rate * curvature).square()
        decay, drive = decay * kept, drive * kept + rate.square()
    weights = torch.rand(2, *decay.shape, generator=generator, dtype=torch.float64)
    gradients = []
    for found in (maps(rates, curvature), (decay, drive)):
        for own, expected in zip(found, (decay, drive), strict=True):
            assert torch.allclose(own, expected)
        gradients += torch.autograd.grad((weights * torch.stack(found)).sum(), rates)
    assert torch.allclose(*gradients)
