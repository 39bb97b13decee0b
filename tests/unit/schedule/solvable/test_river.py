import pytest
import torch

from pathlode.schedule.solvable.river import River
from pathlode.schedule.solvable.shapes import shape, stable_then_decay

TASK = River()
PEAKS = torch.linspace(0.15, TASK.largest, 41, dtype=torch.float64)


@pytest.mark.parametrize(
    ("rates", "least"),
    [
        (shape("constant", TASK.steps), 0.5540),
        (shape("cosine", TASK.steps), 1.4771),
        (stable_then_decay(TASK.steps, 1.0), 1.4797),
        (stable_then_decay(TASK.steps, 0.1), 0.2869),
        (stable_then_decay(TASK.steps, 0.2), 0.3353),
    ],
)
def test_the_least_loss_of_each_schedule(rates, least):
    """Numbers of an implementation apart from this one."""
    assert float(TASK.expected(PEAKS[:, None] * rates).min()) == pytest.approx(least, abs=1e-4)


def test_one_step_by_hand():
    """The bed, with h = 0.05, e = 400 and c = 0.025, at the rate 0.1: (1 - 0.005)² 400 + 0.01 · 0.025."""
    state = TASK.step(TASK.start(torch.zeros(1)), torch.tensor([0.1], dtype=torch.float64))
    assert float(state[0, -1]) == pytest.approx(396.01 + 0.00025)
    assert float(TASK.loss(TASK.start(torch.zeros(1)))) == pytest.approx(10.0 + TASK.curvature[:-1].sum() / 40)
