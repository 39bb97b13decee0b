import pytest
import torch

from pathlode.schedule.planning.recurrence import recurrence

SHAPES = {"e": (3, 2, 1), "h": (3, 2, 1), "q": (3, 2, 1), "g": (2, 1), "c": (2, 1), "s": (4, 1, 2), "rate": (4, 1, 2)}


@pytest.mark.parametrize("fixed", [(), ("s", "rate"), ("e", "h", "q", "g", "c")])
def test_losses_and_gradients_are_those_of_the_recurrence(fixed):
    generator = torch.Generator().manual_seed(0)
    values = {name: torch.rand(shape, generator=generator, dtype=torch.float64) for name, shape in SHAPES.items()}
    asked = [value.requires_grad_() for name, value in values.items() if name not in fixed]
    modes, h, q, gain, offset, clock, level = values.values()
    losses = [modes.sum(dim=0) + offset]
    for time, rate in zip(clock, level, strict=True):
        decay = (-2 * h * time).exp()
        modes = modes * decay + q * rate * (1 - decay) * (1 + gain * losses[-1])
        losses.append(modes.sum(dim=0) + offset)
    expected, found = torch.stack(losses[1:]), recurrence(*values.values())
    assert torch.allclose(found, expected)
    for own, other in zip(*(torch.autograd.grad(each.log().sum(), asked) for each in (found, expected)), strict=True):
        assert torch.allclose(own, other)
