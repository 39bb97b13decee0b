import torch

from pathlode.core.fields.langevin import LangevinField
from pathlode.core.solve import FixedStep, solve


def field(friction):
    langevin = LangevinField([torch.Generator().manual_seed(seed) for seed in (0, 1)], 6, 5, 1).double()
    langevin.raw_friction.data.fill_(friction)
    return langevin


def test_energy_falls_at_the_rate_of_friction():
    """dE/dτ = ∇E · f = -γ ‖p‖²."""
    langevin, h = field(0.3), torch.randn(2, 7, 6).double().requires_grad_()
    (slope,) = torch.autograd.grad(langevin.energy(h).sum(), h)
    lost = langevin.friction[..., 0] * h[..., 3:].square().sum(dim=-1)
    assert torch.allclose((slope * langevin(h)).sum(dim=-1), -lost)


def test_without_friction_energy_is_kept():
    langevin, start = field(-60.0), torch.randn(2, 1, 6, generator=torch.Generator().manual_seed(2)).double()
    states = solve(langevin, start, torch.linspace(0, 8, 5).double()[None], solver=FixedStep("tsit5", 200)).states[:, 0]
    kept = langevin.energy(states)
    assert (states[:, -1] - start[:, 0]).abs().max() > 0.1
    assert torch.allclose(kept, kept[:, :1], atol=1e-6)


def test_one_oscillator_swings_at_the_frequency_of_its_coupling():
    """Of one component the ring's neighbours are itself, so q̈ = -(Σ k)² q."""
    langevin = LangevinField([torch.Generator()], 2, 1, 1).double()
    langevin.coupling.data = torch.tensor([[[0.25, 1.0, 0.75]]]).double()
    langevin.heights.data.zero_()
    langevin.raw_friction.data.fill_(-60.0)
    times = torch.linspace(0, 3, 7).double()
    states = solve(langevin, torch.tensor([[[0.5, 0.0]]]).double(), times[None], solver=FixedStep("tsit5", 60)).states
    assert torch.allclose(states[0, 0, :, 0], 0.5 * (2 * times).cos(), atol=1e-6)
