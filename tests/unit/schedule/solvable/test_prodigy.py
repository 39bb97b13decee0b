import pytest
import torch
from prodigyopt import Prodigy
from torch import nn

from pathlode.core.eager import eager
from pathlode.schedule.solvable.net import Net
from pathlode.schedule.solvable.prodigy import ProdigyNet
from pathlode.schedule.solvable.shapes import shape


@pytest.fixture
def task(monkeypatch):
    monkeypatch.setattr(Net, "steps", 50)
    return Net()


def test_it_is_the_authors_optimiser(task):
    """Weights and estimates over a cosine with the coefficient 2, by the published code with gradients of the same batches."""
    trains, rates = ProdigyNet(task), 2.0 * shape("cosine", task.steps)[:30]
    state = trains.start(torch.tensor([3]))
    weights = nn.Parameter(state.begun[0].clone())
    optimizer = eager(Prodigy)([weights], lr=1.0, d_coef=2.0, use_bias_correction=True)
    for rate in rates:
        optimizer.param_groups[0]["lr"] = float(rate) / 2.0
        weights.grad = task.gradient(state.student)[0]
        optimizer.step()
        state = trains.step(state, rate[None])
        assert float(state.estimate) == pytest.approx(optimizer.param_groups[0]["d"], rel=1e-3)
    assert torch.allclose(state.student.weights[0], weights, atol=1e-4)
    assert float(state.estimate) > 1e-3  # it has left its first value
