import pytest
import torch
from schedulefree import SGDScheduleFree
from torch import nn

from pathlode.schedule.solvable.power_law import PowerLaw
from pathlode.schedule.solvable.river import River
from pathlode.schedule.solvable.schedule_free import ScheduleFreeSgd

RATES = torch.cat([torch.linspace(0.02, 0.1, 10), torch.full((40,), 0.1)]).double()[None]


def test_without_noise_it_is_the_authors_optimiser():
    """Schedule-free SGD of its authors on the same parabola, with a warm-up, from the square root of e."""
    task = River()
    task.noises = torch.zeros_like(task.noises)
    weights = nn.Parameter(task.begin.sqrt())
    optimizer = SGDScheduleFree([weights], lr=0.1, momentum=0.9)
    optimizer.train()
    for rate in RATES[0]:
        optimizer.param_groups[0]["lr"] = float(rate)
        weights.grad = task.curvature * weights.detach()
        optimizer.step()
    optimizer.eval()
    assert float(ScheduleFreeSgd(task).expected(RATES)) == pytest.approx(float(task.loss(weights.detach().square())))


def test_the_recursion_is_the_mean_over_trainings():
    task, generator, runs = River(), torch.Generator().manual_seed(0), 4000
    last = mean = task.begin.sqrt().expand(runs, -1)
    total = torch.zeros(())
    for rate in RATES[0]:
        noise = task.noises.sqrt() * torch.randn(runs, len(task.begin), generator=generator, dtype=torch.float64)
        last = last - rate * (task.curvature * (0.1 * last + 0.9 * mean) + noise)
        total = total + rate**2
        mean = mean + rate**2 / total * (last - mean)
    losses = task.loss(mean.square())
    assert abs(float(losses.mean() - ScheduleFreeSgd(task).expected(RATES))) < 4 * float(losses.std()) / runs**0.5


@pytest.mark.parametrize("task", [River(), PowerLaw()])
def test_the_best_constant_rate_lies_inside_the_range_that_is_tried(task):
    rates = 4 * task.largest * torch.logspace(0, -1.2, 9, dtype=torch.float64)
    place = int(ScheduleFreeSgd(task).expected(rates[:, None].expand(-1, task.steps)).nan_to_num(torch.inf).argmin())
    assert 0 < place < 8
