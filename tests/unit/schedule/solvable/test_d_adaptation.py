import pytest
import torch

from pathlode.schedule.solvable.d_adaptation import FIRST_ESTIMATE, DAdaptedSgd
from pathlode.schedule.solvable.policies import tuned_d_adaptation
from pathlode.schedule.solvable.power_law import PowerLaw
from pathlode.schedule.solvable.quadratic import Quadratic
from pathlode.schedule.solvable.river import River


def test_the_estimate_grows_as_worked_out_by_hand():
    """Far from the minimum, gradients are equal. In units of d0, s is 1, 2, 3, 5 and Σ λ² |g|² / |g|² is 1, 2, 3, 7."""
    one = torch.ones(1, dtype=torch.float64)
    trains = DAdaptedSgd.__new__(DAdaptedSgd)
    trains.task = Quadratic(one, 1e6 * one, 0 * one)
    state, found = trains.start(torch.zeros(1)), []
    for _ in range(4):
        state = trains.step(state, one)
        found.append(float(state.estimate) / FIRST_ESTIMATE)
    assert found == pytest.approx([1.0, 1.0, 2.0, 18 / 5])
    assert float(1e3 - state.weights) == pytest.approx(5 * FIRST_ESTIMATE, rel=1e-3)


@pytest.mark.parametrize("task", [River(), PowerLaw()])
def test_gradients_have_the_mean_and_noise_of_the_recursion(task):
    generator, weights = torch.Generator().manual_seed(0), task.begin.sqrt()
    drawn = torch.stack([task.draw(generator) for _ in range(4000)])
    gradients = task.gradient(weights.expand(len(drawn), -1), drawn)
    variance = task.noise_of_gradient(weights.square()[None])[0]
    assert torch.allclose(gradients.var(dim=0), variance, rtol=0.2)
    assert ((gradients.mean(dim=0) - task.curvature * weights).abs() < 5 * (variance / len(drawn)).sqrt()).all()


def test_the_best_coefficient_lies_inside_the_range_that_is_tried():
    chosen = tuned_d_adaptation(River(), [1], 9)
    assert 0.11 < float(chosen.rates[0, 0]) < 9
    assert isinstance(chosen.trains, DAdaptedSgd)
