"""Simulations of a system for flows that are trained on fresh ones."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from pathlode.dynamics.simulation import irregular_times
from pathlode.dynamics.systems.contract import System
from pathlode.inference.random_designs import RandomDesigns
from pathlode.inference.scattered import Scattered


@dataclass(frozen=True)
class SystemSimulations:
    """Systems with parameters from their prior, observed under random designs.

    A trajectory is simulated once, without noise, at as many uniform times of its window as a design has at most. A design
    takes a random subset of these, which is a sample of uniform times too, and adds its noise. No value is interpolated.

    Args:
        system: the simulated system.
        window: range (low, high) of the window's end, uniform; one is drawn for each trajectory.
        designs: the distribution of designs.
        summarise: what a flow is given, (n, ...), of n observed trajectories with noise of known standard deviation (n,).
    """

    system: System
    window: tuple[float, float]
    designs: RandomDesigns
    summarise: Callable[[Scattered, Tensor], Tensor]

    def pool(self, count: int, seed: tuple[int, ...]) -> "SystemPool":
        """Simulates ``count`` systems; the seed decides which."""
        rng = np.random.default_rng(seed)
        theta = self.system.draw(count, rng)
        times = irregular_times(count, self.designs.points[1], rng.uniform(*self.window, size=count), rng)
        values = self.system.solution(theta, times)
        order = rng.permuted(np.broadcast_to(np.arange(times.shape[1]), times.shape), axis=1)
        return SystemPool(
            self,
            theta=torch.from_numpy(theta).float(),
            times=torch.from_numpy(times).float(),
            values=torch.from_numpy(values).float(),
            order=torch.from_numpy(order).int(),
        )


@dataclass(frozen=True)
class SystemPool:
    """Trajectories without noise.

    Attributes:
        simulations: their distribution.
        theta: their parameters, (n, parameter).
        times: candidate times of observations, (n, time).
        values: values at these, (n, time, feature).
        order: a random order of each trajectory's times, (n, time).
    """

    simulations: SystemSimulations
    theta: Tensor
    times: Tensor
    values: Tensor
    order: Tensor

    def observe(self, chosen: Tensor, generator: torch.Generator) -> Tensor:
        """What a flow is given of the chosen trajectories (count,), each under a design that is drawn now.

        A design's times are neighbours in the trajectory's random order, from a random place on.
        """
        design = self.simulations.designs.draw(len(chosen), generator)
        points = self.times.shape[1]
        shift = torch.randint(points, (len(chosen), 1), generator=generator, dtype=torch.int32)
        shifted = self.order[chosen] + shift
        owner, column = design.mask(shifted.where(shifted < points, shifted - points)).nonzero(as_tuple=True)
        system = chosen[owner]
        values = self.values[system, column]
        noise = design.noise[owner, None] * torch.randn(values.shape, generator=generator)
        observed = Scattered(len(chosen), owner, self.times[system, column], values + noise)
        return self.simulations.summarise(observed, design.noise)
