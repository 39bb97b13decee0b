from typing import ClassVar

import pytest
import torch

from pathlode.schedule.solvable.contract import SolvableTask
from pathlode.schedule.solvable.optimum import _refined, optimum
from pathlode.schedule.solvable.power_law import PowerLaw
from pathlode.schedule.solvable.shapes import stable_then_decay

CURVATURE, NOISE, BEGIN = 0.5, 0.2, 3.0


class OneDirection(SolvableTask[torch.Tensor]):
    """A noisy parabola, on which the greedy rate h e / (h² e + c) is the best."""

    steps: ClassVar[int] = 50
    largest: ClassVar[float] = 1.9

    def start(self, seeds):
        return torch.full((len(seeds),), BEGIN, dtype=torch.float64)

    def step(self, state, rates):
        return (1 - rates * CURVATURE).square() * state + rates.square() * NOISE

    def loss(self, state):
        return CURVATURE * state / 2


def test_the_best_schedule_of_a_noisy_parabola_is_the_greedy_one():
    error, greedy = BEGIN, []
    for _ in range(OneDirection.steps):
        greedy.append(CURVATURE * error / (CURVATURE**2 * error + NOISE))
        error = (1 - greedy[-1] * CURVATURE) ** 2 * error + greedy[-1] ** 2 * NOISE
    found = optimum(OneDirection(), iterations=20)
    assert max(greedy) < OneDirection.largest
    assert found.loss == pytest.approx(CURVATURE * error / 2, rel=1e-6)
    assert found.rates.tolist() == pytest.approx(greedy, rel=0.05)
    assert found.others == pytest.approx([found.loss] * 2, rel=1e-4)


def test_the_best_schedule_of_the_river(narrow_river):
    """The number is of an implementation apart from this one."""
    loss, _ = _refined(narrow_river, narrow_river.largest * stable_then_decay(200, 0.1), 20)
    assert loss == pytest.approx(0.270685, rel=1e-4)


def test_the_best_schedule_of_the_power_law():
    """The number is of an implementation apart from this one. One start, which is near the end, takes little time."""
    task = PowerLaw()
    loss, _ = _refined(task, task.largest * stable_then_decay(task.steps, 1.0), 30)
    assert loss == pytest.approx(0.0018964, rel=1e-4)


def test_the_search_has_other_seeds_than_the_score():
    """The searched loss is least at the rate 1, the expected one 1 % above its least there."""

    class Estimated(OneDirection):
        noise: ClassVar[float] = 0.0

        def expected(self, rates):
            return 2.0 + (rates.log().mean(dim=1) - 0.1).square()

        def searched(self, rates):
            return 2.0 + rates.log().mean(dim=1).square()

    found = optimum(Estimated(), iterations=200)
    assert float(found.rates.log().mean()) == pytest.approx(0.0, abs=0.01)
    assert found.loss == pytest.approx(2.01, abs=0.002)
