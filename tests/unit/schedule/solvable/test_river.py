import pytest
import torch

from pathlode.schedule.solvable.river import River
from pathlode.schedule.solvable.shapes import shape, stable_then_decay

TASK = River()
PEAKS = torch.linspace(0.15, TASK.largest, 41, dtype=torch.float64)


@pytest.mark.parametrize(
    ("rates", "least"),
    [
        (shape("constant", 200), 0.5540),
        (shape("cosine", 200), 1.4771),
        (stable_then_decay(200, 1.0), 1.4797),
        (stable_then_decay(200, 0.1), 0.2869),
        (stable_then_decay(200, 0.2), 0.3353),
    ],
)
def test_the_least_loss_of_each_schedule(narrow_river, rates, least):
    """Numbers of an implementation apart from this one."""
    assert float(narrow_river.expected(PEAKS[:, None] * rates).min()) == pytest.approx(least, abs=1e-4)


@pytest.mark.parametrize("name", ["constant", "cosine", "one_cycle", "step"])
def test_the_best_peaks_lie_inside_the_range(name):
    peaks = torch.logspace(0, -1.2, 21, dtype=torch.float64) * TASK.largest
    place = int(TASK.expected(peaks[:, None] * shape(name, TASK.steps)).argmin())
    assert 0 < place < 20


def test_one_step_by_hand():
    """The bed, with h = 0.2, e = 100 and c = 0.05, at the rate 0.1: (1 - 0.02)² 100 + 0.01 · 0.05."""
    state = TASK.step(TASK.start(torch.zeros(1)), torch.tensor([0.1], dtype=torch.float64))
    assert float(state[0, -1]) == pytest.approx(96.04 + 0.0005)
    assert float(TASK.loss(TASK.start(torch.zeros(1)))) == pytest.approx(10.0 + TASK.curvature[:-1].sum() / 40)
