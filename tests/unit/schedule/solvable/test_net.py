import pytest
import torch

from pathlode.core.eager import eager
from pathlode.schedule.solvable import contract, net
from pathlode.schedule.solvable.net import Net


@pytest.fixture
def task(monkeypatch):
    monkeypatch.setattr(Net, "steps", 50)
    return Net()


def test_steps_are_those_of_adam(task):
    state = task.start(torch.tensor([3]))
    weights = state.weights[0].clone().requires_grad_()
    optimizer = eager(torch.optim.Adam)([weights], lr=0.01)
    for number in range(3):
        first, last = (
            weights[: -net.STUDENT_UNITS].view(net.STUDENT_INPUTS + 1, net.STUDENT_UNITS),
            weights[-net.STUDENT_UNITS :],
        )
        predicted = (state.inputs[0, number] @ first).tanh() @ last
        optimizer.zero_grad()
        ((predicted - state.labels[0, number]).square().mean() / 2).backward()
        optimizer.step()
    for _ in range(3):
        state = task.step(state, torch.tensor([0.01]))
    assert torch.allclose(state.weights[0], weights, atol=1e-5)


def test_a_runs_noise_is_that_of_its_seed(task):
    rates = torch.full((3, task.steps), 0.03)
    first, again, other = task.losses(rates, torch.tensor([1, 1, 2]))
    assert torch.equal(first, again)
    assert not torch.allclose(first, other)
    assert first[-1] < first[0]


def test_the_expected_loss_is_the_mean_over_seeds(task, monkeypatch):
    monkeypatch.setattr(contract, "SCORED", 3)
    rates = torch.stack([torch.full((task.steps,), rate) for rate in (0.01, 0.1)])
    seeds = torch.arange(3) + contract.FIRST_SCORED
    each = [task.losses(rate.expand(3, -1), seeds)[:, -1].mean() for rate in rates]
    assert torch.allclose(task.expected(rates), torch.stack(each))
    assert not torch.allclose(task.searched(rates), task.expected(rates))
