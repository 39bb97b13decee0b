import torch
from torch import nn

from pathlode.core.fields.second_order import SecondOrderField
from pathlode.core.solve import FixedStep, solve


class Spring(nn.Module):
    """artanh(-q), which makes the acceleration -q."""

    def forward(self, h):
        return (-h[..., : h.shape[-1] // 2]).atanh()


def field(state):
    return SecondOrderField([torch.Generator().manual_seed(seed) for seed in (0, 1)], state, 6, 2).double()


def test_a_spring_moves_along_a_circle():
    """q̈ = -q from q = 0.5 and v = 0: q = 0.5 cos τ and v = -0.5 sin τ; the second component from q = 0 and v = 0.3."""
    spring = field(4)
    spring.mlp = Spring()
    start = torch.tensor([0.5, 0.0, 0.0, 0.3]).double().expand(2, 1, 4)
    times = torch.linspace(0, 6, 13).double()
    states = solve(spring, start, times[None], solver=FixedStep("tsit5", 60)).states[1, 0]
    cosine, sine = times.cos(), times.sin()
    expected = torch.stack([0.5 * cosine, 0.3 * sine, -0.5 * sine, 0.3 * cosine], dim=-1)
    assert torch.allclose(states, expected, atol=1e-7)


def test_the_acceleration_depends_on_both_and_is_bounded_by_the_scale():
    second, h = field(6), 10 * torch.randn(2, 5, 6).double()
    speed = second(h)
    assert torch.equal(speed[..., :3], h[..., 3:])
    assert (speed[..., 3:].abs() <= 1).all()
    second.scale.data.fill_(2.0)
    assert torch.allclose(second(h)[..., 3:], 2 * speed[..., 3:])
    acceleration = second.jacobian(h / 10)[..., 3:, :]
    assert acceleration[..., :3].abs().amax(dim=(1, 2, 3)).gt(1e-3).all()  # of q
    assert acceleration[..., 3:].abs().amax(dim=(1, 2, 3)).gt(1e-3).all()  # of v
