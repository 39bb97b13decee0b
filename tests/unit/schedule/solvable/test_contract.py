import pytest
import torch

from pathlode.registry import SOLVABLE_TASKS
from pathlode.schedule.solvable.contract import LOGGED_MOMENTS, SolvableTask
from pathlode.schedule.solvable.river import River


@pytest.mark.parametrize("name", SOLVABLE_TASKS)
def test_every_task(name):
    task = SOLVABLE_TASKS[name]()
    assert isinstance(task, SolvableTask)
    assert task.steps % LOGGED_MOMENTS == 0
    few = LOGGED_MOMENTS * torch.ones(1, dtype=torch.long)
    rates = torch.full((1, LOGGED_MOMENTS), task.largest / 2, dtype=task.dtype, requires_grad=True)
    losses = task.losses(rates, few)
    assert losses.shape == (1, LOGGED_MOMENTS)
    assert torch.isfinite(losses).all()
    assert (losses > 0).all()
    losses[0, -1].backward()
    assert (rates.grad != 0).all()


def test_logs_have_the_noise_of_their_seed():
    task, rates = River(), torch.full((40, River.steps), 0.1, dtype=torch.float64)
    logged = task.logged(rates, torch.arange(40))
    deviation = (logged / task.losses(rates)).log().std()
    assert float(deviation) == pytest.approx(task.noise, rel=0.1)
    assert torch.allclose(task.logged(rates[:1], torch.tensor([7])), logged[7:8], rtol=1e-12)
