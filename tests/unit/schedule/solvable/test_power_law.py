import pytest
import torch

from pathlode.schedule.solvable.power_law import BATCH, LABEL_NOISE, PowerLaw
from pathlode.schedule.solvable.shapes import shape, stable_then_decay

TASK = PowerLaw()


@pytest.mark.parametrize(
    ("rates", "peak", "loss"),
    [
        (shape("constant", TASK.steps), 0.25605, 0.0038180),
        (shape("cosine", TASK.steps), 1.03821, 0.0020000),
        (stable_then_decay(TASK.steps, 0.2), 0.52018, 0.0023385),
    ],
)
def test_the_loss_of_each_schedule_at_its_best_peak(rates, peak, loss):
    """Numbers of an implementation apart from this one."""
    assert float(TASK.expected(peak * rates[None])) == pytest.approx(loss, abs=1e-6)


def test_the_recursion_is_the_mean_over_trainings():
    generator = torch.Generator().manual_seed(0)
    runs, rate, spread = 1000, 0.2, TASK.curvature.float().sqrt()
    error = -TASK.begin.float().sqrt().expand(runs, -1)
    for _ in range(10):
        inputs = spread * torch.randn(runs, BATCH, len(spread), generator=generator)
        noise = LABEL_NOISE * torch.randn(runs, BATCH, 1, generator=generator)
        gradient = (inputs * (inputs @ error[..., None] - noise)).mean(dim=1)
        error = error - rate * gradient
    losses = (error.square() @ TASK.curvature.float()) / 2
    rates = torch.full((1, 50), rate, dtype=torch.float64)
    expected = TASK.losses(rates)[0, 9]
    assert abs(float(losses.mean() - expected)) < 4 * float(losses.std()) / runs**0.5
