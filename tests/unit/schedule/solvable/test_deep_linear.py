import pytest
import torch

from pathlode.schedule.solvable.deep_linear import START, DeepLinear

TASK = DeepLinear()


def test_the_loss_at_the_start():
    """Σ (s - 0.01)² / 2 of s = 3, 2, 1 and 0.5."""
    expected = (2.99**2 + 1.99**2 + 0.99**2 + 0.49**2) / 2
    assert float(TASK.loss(TASK.start(torch.zeros(1)))) == pytest.approx(expected)


def test_gradient_descent_of_two_layers_agrees_with_the_closed_form():
    strengths = torch.diag(TASK.strengths)
    first, second = ((START**0.5 * torch.eye(4, dtype=torch.float64)).requires_grad_() for _ in range(2))
    rate, steps = 0.01, 300
    for _ in range(steps):
        loss = (strengths - second @ first).square().sum() / 2
        gradients = torch.autograd.grad(loss, [first, second])
        with torch.no_grad():
            first -= rate * gradients[0]
            second -= rate * gradients[1]
    reached = float((strengths - second @ first).detach().square().sum() / 2)
    known = float(TASK.loss(torch.tensor([[rate * steps, 0, 0, 0, 0]], dtype=torch.float64)))
    assert reached == pytest.approx(known, rel=0.03)
    assert known < 0.1  # most is learnt, so this would tell other dynamics apart


def test_the_noise_of_a_constant_rate():
    """When all is learnt, v = η² h / 40 / (1 - (1 - η h)²) = η / 40 / (2 - η h), with h = 6, 4, 2 and 1 at η = 0.1."""
    loss = TASK.expected(torch.full((1, 500), 0.1, dtype=torch.float64))
    assert float(loss) == pytest.approx(sum(h / 2 * 0.1 / 40 / (2 - 0.1 * h) for h in (6, 4, 2, 1)), rel=1e-6)
