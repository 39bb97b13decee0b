import math

import torch

from pathlode.core.solvers.torchsde_backend import DrawnBrownian, integrate_with_torchsde

THETA, MEAN, SIGMA, SPAN = 1.0, 0.5, 0.4, 2.0
"""Of dy = θ (μ - y) dt + σ dW up to t = 2, from 0."""


def pulled(_, y):
    return THETA * (MEAN - y)


def constant(value):
    return lambda: torch.full((1, 1, 1), value, dtype=torch.float64)


def drawn(steps, rows, members=1, state=1):
    return torch.randn(steps, members, rows, state, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def stepped(rows, steps, members=1):
    return torch.full((members, rows, 1), SPAN / steps, dtype=torch.float64)


def test_mean_and_variance_of_an_ornstein_uhlenbeck_process():
    """E y = μ (1 - e^(-θ t)) and Var y = σ² (1 - e^(-2 θ t)) / (2 θ), within four standard errors of 20,000 paths."""
    rows, steps = 20_000, 40
    start = torch.zeros(1, rows, 1, dtype=torch.float64)
    found = integrate_with_torchsde(pulled, constant(SIGMA), start, stepped(rows, steps), drawn(steps, rows)).flatten(1)
    for number in (10, 20, 40):
        t = SPAN * number / steps
        mean, variance = MEAN * (1 - math.exp(-THETA * t)), SIGMA**2 * (1 - math.exp(-2 * THETA * t)) / (2 * THETA)
        assert abs(found[number].mean() - mean) < 4 * math.sqrt(variance / rows)
        assert abs(found[number].var() / variance - 1) < 4 * math.sqrt(2 / rows)


def test_the_divergence_of_a_shifted_drift():
    """Drift θ (μ - y) against the prior's -θ y: ½ ∫ (θ μ / σ)² dt = (θ μ / σ)² t / 2, on every path."""

    def drift(_, y):
        h = y[..., :1]
        pull = (pulled(_, h) + THETA * h) / SIGMA
        return torch.cat([pulled(_, h), pull.square() / 2], dim=-1)

    noise = torch.tensor([SIGMA, 0.0], dtype=torch.float64)
    start = torch.zeros(1, 3, 2, dtype=torch.float64)
    found = integrate_with_torchsde(drift, lambda: noise, start, stepped(3, 8), drawn(8, 3, state=2))
    assert torch.allclose(found[-1, ..., 1], torch.full((1, 3), 1.5625, dtype=torch.float64))
    assert found[-1, ..., 0].std() > 0.01


def test_without_noise_it_is_reversible_heun_for_every_step_size():
    """dy/dt = y by one step of size 1 from 1 gives 5/2; of size 0, 1."""
    step = torch.tensor([[[1.0], [0.0]]], dtype=torch.float64)
    start = torch.ones(1, 2, 1, dtype=torch.float64)
    found = integrate_with_torchsde(lambda _, y: y, constant(0.0), start, step, drawn(1, 2))
    assert found.flatten(1).tolist() == [[1.0, 1.0], [2.5, 1.0]]


def test_gradients_from_undone_steps_are_those_of_back_propagation():
    generator = torch.Generator().manual_seed(1)
    weight, told, start = (torch.randn(2, 3, n, generator=generator, dtype=torch.float64) for n in (3, 3, 3))
    gamma = torch.full((2, 1, 3), -1.0, dtype=torch.float64)
    leaves = [each.requires_grad_() for each in (weight, told, start, gamma)]
    found = []
    for undone in (False, True):
        context = told.sin()  # with a gradient that goes on

        def drift(count, y, context=context):
            return (y @ weight).tanh() + count / 9 * context

        nodes = integrate_with_torchsde(
            *(drift, lambda: gamma.exp(), start, stepped(3, 9, members=2), drawn(9, 3, 2, 3)),
            learnt=[weight, context, gamma] if undone else None,
        )
        found.append([nodes, *torch.autograd.grad(nodes.square().sum(), leaves)])
    for ours, theirs in zip(*found, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-10, atol=1e-11)


def test_increments_are_given_by_the_step():
    draws = drawn(3, 2).flatten(1, 2)
    motion = DrawnBrownian(draws)
    assert torch.equal(motion(torch.tensor(1.0), torch.tensor(2.0)), draws[1])
    assert (motion.shape, motion.dtype) == ((2, 1), torch.float64)
