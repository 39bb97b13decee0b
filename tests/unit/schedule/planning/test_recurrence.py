import pytest
import torch

from pathlode.schedule.planning.recurrence import recurrence

SHAPES = {"d": (4, 2, 2, 3), "f": (4, 2, 2, 3), "e": (2, 1, 3), "q": (2, 1, 3), "r": (2, 1, 3), "c": (2, 1)}


@pytest.mark.parametrize("asked", [("d", "f"), ("f",)])
def test_losses_and_gradients_are_those_of_the_recurrence(asked):
    generator = torch.Generator().manual_seed(0)
    values = {name: torch.rand(shape, generator=generator, dtype=torch.float64) for name, shape in SHAPES.items()}
    given = [values[name].requires_grad_() for name in asked]
    decay, drive, modes, q, r, offset = values.values()
    losses = [modes.sum(dim=-1) + offset]
    for kept, gained in zip(decay, drive, strict=True):
        modes = kept * modes + gained * (q + r * losses[-1][..., None])
        losses.append(modes.sum(dim=-1) + offset)
    expected, found = torch.stack(losses[1:]), recurrence(*values.values())
    assert torch.allclose(found, expected)
    for own, other in zip(*(torch.autograd.grad(each.log().sum(), given) for each in (found, expected)), strict=True):
        assert torch.allclose(own, other)
