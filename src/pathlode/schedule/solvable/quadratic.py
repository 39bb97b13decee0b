"""Quadratics under stochastic gradients, of which the mean squares of the weights are known exactly."""

from abc import abstractmethod

from torch import Tensor

from pathlode.schedule.solvable.contract import SolvableTask


class Quadratic(SolvableTask[Tensor]):
    """e_k ← (1 - η h_k)² e_k + η² v_k with the loss Σ h_k e_k / 2, for the rate η.

    e_k is the expected square of weight k's distance from the minimum, and the state. h_k is the curvature, and v_k the
    variance of the gradient's noise.

    Attributes:
        curvature: h, (weight,).
        begin: e at the start, (weight,).
    """

    curvature: Tensor
    begin: Tensor

    @abstractmethod
    def noise_of_gradient(self, squares: Tensor) -> Tensor:
        """v at weights with these mean squares, (run, weight)."""

    def start(self, seeds: Tensor) -> Tensor:
        return self.begin.expand(len(seeds), -1)

    def step(self, state: Tensor, rates: Tensor) -> Tensor:
        rate = rates[:, None]
        return (1 - rate * self.curvature).square() * state + rate.square() * self.noise_of_gradient(state)

    def loss(self, state: Tensor) -> Tensor:
        return state @ self.curvature / 2
