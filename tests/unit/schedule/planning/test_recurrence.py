import torch

from pathlode.schedule.planning.recurrence import recurrence


def test_losses_and_gradients_are_those_of_the_recurrence():
    generator = torch.Generator().manual_seed(0)
    shapes = ((2, 1, 3), (4, 2, 2, 3), (4, 2, 2, 3), (2, 1, 1), (2, 1, 1))  # e_0 is shared along the second axis
    given = [torch.rand(shape, generator=generator, dtype=torch.float64, requires_grad=True) for shape in shapes]
    modes, kept, added, gain, offset = given
    losses = [modes.sum(dim=-1, keepdim=True) + offset]
    for decay, noise in zip(kept, added, strict=True):
        modes = modes * decay + noise * (1 + gain * losses[-1])
        losses.append(modes.sum(dim=-1, keepdim=True) + offset)
    expected, found = torch.stack(losses[1:])[..., 0], recurrence(*given)
    assert torch.allclose(found, expected)
    for own, other in zip(*(torch.autograd.grad(each.log().sum(), given) for each in (found, expected)), strict=True):
        assert torch.allclose(own, other)
