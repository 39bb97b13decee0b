import numpy as np
import torch
from scipy.linalg import expm

from pathlode.core.kalman import Belief
from pathlode.core.linear_sde import transition


def covariance(belief):
    """The whole matrix, (2 m, 2 m)."""
    u, s = belief.variance, belief.slope * belief.variance
    lower = belief.rest + belief.slope * s
    return torch.cat([torch.cat([u.diag(), s.diag()], 1), torch.cat([s.diag(), lower.diag()], 1)], 0)


def random_belief(half):
    numbers = [torch.randn(2 * half), torch.rand(half) + 0.1, torch.randn(half), torch.rand(half) + 0.1]
    return Belief.of(torch.cat(numbers).double())


def noise_of_gap(drift, diffusion, gap, points=4001):
    """∫ exp(A u) diag(q) exp(A u)ᵀ du by Simpson's rule."""
    grid = np.linspace(0, gap, points)
    parts = [expm(drift * u) @ np.diag(diffusion) @ expm(drift * u).T for u in grid]
    weights = np.ones(points)
    weights[1:-1:2], weights[2:-1:2] = 4, 2
    return np.tensordot(weights, parts, 1) * gap / (points - 1) / 3


def test_with_one_measured_component_it_is_the_exact_kalman_filter():
    """Written out with whole matrices: predict, then m ← m + K (y - H m) and P ← (I - K H) P."""
    rng = np.random.default_rng(0)
    drift, diffusion, measures = np.array([[-0.1, 1.0], [-1.5, -0.3]]), np.array([0.05, 0.2]), np.array([[1.0, 0.0]])
    mean, cov, belief = np.zeros(2), np.eye(2), Belief.standard((2,), torch.zeros(1).double())
    for number, gap in enumerate((0.0, 0.3, 1.1, 0.01, 0.7)):
        if number:
            matrix = expm(drift * gap)
            mean, cov = matrix @ mean, matrix @ cov @ matrix.T + noise_of_gap(drift, diffusion, gap, 201)
            belief = belief.moved(
                transition(torch.tensor(drift), torch.tensor(diffusion), torch.tensor(gap, dtype=torch.float64))
            )
            assert np.allclose(covariance(belief), cov, atol=1e-9)
        y, noise = rng.normal(), rng.uniform(0.01, 0.5)
        gain = cov @ measures.T / (measures @ cov @ measures.T + noise)
        mean, cov = mean + (gain * (y - measures @ mean)).ravel(), (np.eye(2) - gain @ measures) @ cov
        belief = belief.updated(torch.tensor([y]), torch.tensor([noise]))
        assert np.allclose(belief.mean, mean, atol=1e-9)
        assert np.allclose(covariance(belief), cov, atol=1e-9)


def test_a_move_keeps_the_three_diagonals_of_the_whole_covariance():
    belief, drift = random_belief(3), torch.randn(6, 6).double()
    step = transition(drift, torch.rand(6).double(), torch.tensor(0.4).double())
    whole = step.matrix @ covariance(belief) @ step.matrix.T + step.noise
    moved = belief.moved(step)
    assert torch.allclose(moved.mean, step.matrix @ belief.mean)
    for row, column in ((slice(0, 3), slice(0, 3)), (slice(0, 3), slice(3, 6)), (slice(3, 6), slice(3, 6))):
        assert torch.allclose(covariance(moved)[row, column].diag(), whole[row, column].diag(), rtol=1e-12)


def test_a_measurement_is_exact_for_such_a_covariance():
    belief, y, noise = random_belief(3), torch.randn(3).double(), torch.rand(3).double()
    prior, measures = covariance(belief), torch.eye(6).double()[:3]
    gain = prior @ measures.T @ torch.linalg.inv(measures @ prior @ measures.T + noise.diag())
    after = belief.updated(y, noise)
    assert torch.allclose(after.mean, belief.mean + gain @ (y - measures @ belief.mean), rtol=1e-12)
    assert torch.allclose(covariance(after), prior - gain @ measures @ prior, rtol=1e-10, atol=1e-14)


def test_without_a_measurement_the_start_propagates():
    """Two moves in turn are one, and a standing start keeps its variance where diffusion and decay balance."""
    drift, diffusion, belief = -0.2 * torch.eye(2).double(), torch.full((2,), 0.4).double(), random_belief(1)
    one, two, both = (transition(drift, diffusion, torch.tensor(gap).double()) for gap in (0.5, 1.5, 2.0))
    assert torch.allclose(belief.moved(one).moved(two).numbers, belief.moved(both).numbers, rtol=1e-12)
    standing = Belief.standard((2,), torch.zeros(1).double())
    assert torch.allclose(standing.moved(both).numbers, standing.numbers, atol=1e-14)


def test_the_covariance_stays_positive_definite_in_single_precision():
    """Through precise measurements of a state that is known almost completely."""
    drift = torch.randn(8, 8, 8) / 2
    belief = Belief.standard((8, 8), torch.zeros(1))
    for _ in range(200):
        belief = belief.moved(transition(drift, torch.full((8, 8), 1e-7), torch.rand(8) / 10))
        belief = belief.updated(torch.randn(8, 4), torch.full((8, 4), 1e-4))
        assert belief.numbers.isfinite().all()
        assert (belief.variance > 0).all()
        assert (belief.rest > 0).all()


def test_a_belief_is_chosen_for_each_trajectory():
    one, other = Belief.standard((2, 4), torch.zeros(1)), Belief.of(torch.arange(20.0).view(2, 10))
    assert torch.equal(one.where(torch.tensor([True, False]), other).numbers[0], one.numbers[0])
    assert torch.equal(one.where(torch.tensor([True, False]), other).numbers[1], other.numbers[1])
