"""Pairs of parameters and simulated observations, from any simulator and prior."""

from collections.abc import Callable
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np
import torch
from scipy.stats import binom
from torch import Tensor

from pathlode.core.series import TimeSeries
from pathlode.core.tables.convert import as_numbers
from pathlode.errors import ConfigError, DataError, PathlodeError
from pathlode.inference.functions import takes
from pathlode.inference.priors import Prior

_BY_CHANCE = 1e-4
"""Probability below which chance does not explain that so many simulations failed, were their share the largest one."""


@dataclass(frozen=True)
class SimulatedPairs:
    """Parameters, and what the simulator made of them.

    Attributes:
        theta: (n, parameter).
        x: observations, numbers (n, ...) or series.
        designs: their designs, (n, ...); None without.
        failed: number of simulations that were left out, because a number in them was not finite.
    """

    theta: Tensor
    x: Tensor | TimeSeries
    designs: Tensor | None
    failed: int


@dataclass(frozen=True)
class PriorSimulations:
    """A simulator with a prior of its parameters and of its designs.

    Args:
        simulator: makes an observation, with noise, of each of n parameter vectors, (n, parameter), a tensor. It returns
            numbers, (n, ...), or a :class:`~pathlode.core.series.TimeSeries` of n trajectories. Its draws are repeated with the
            seed if they are PyTorch's. A simulation with a number that is not finite has failed and is replaced by another. So
            the prior becomes that of parameters whose simulation succeeds. NaN in a series is a missing value instead.
        prior: the prior.
        design: draws what differs between observations besides parameters and noise, such as the times: a function of the
            number n and a ``torch.Generator`` that returns numbers, (n, ...). The simulator gets them as its second argument.
            What the posterior should know of the design belongs into the observation, as the times are part of a series.
        largest_failed: largest share of the simulations that may fail. More of them may by chance, among few simulations above
            all.
    """

    simulator: Callable[..., Any]
    prior: Prior
    design: Callable[[int, torch.Generator], Any] | None = None
    largest_failed: float = 0.1

    def __post_init__(self) -> None:
        for name, given in (("simulator", self.simulator), ("design", self.design or len)):
            if not callable(given):
                raise ConfigError(f"the {name} is a {type(given).__name__}, expected a function")
        arguments = ("theta",) if self.design is None else ("theta", "designs")
        if not takes(self.simulator, len(arguments)):
            raise ConfigError(f"the simulator takes other arguments, expected a function of {' and '.join(arguments)}")
        if self.design is not None and not takes(self.design, 2):
            raise ConfigError("the design takes other arguments, expected a function of a number and a torch.Generator")
        if not isinstance(self.largest_failed, Real) or not 0 <= float(self.largest_failed) < 1:
            raise ConfigError(f"largest_failed is {self.largest_failed}, expected a share from 0 to below 1")

    def draw(self, count: int, *seed: int) -> SimulatedPairs:
        """Pairs whose simulation succeeded, ``count`` of them; the seed, of one or more numbers, decides which.

        Raises:
            ConfigError: if the prior's draws are not finite.
            DataError: if the simulator returns something else, or too many simulations failed.
        """
        parts: list[SimulatedPairs] = []
        drawn = kept = 0
        while kept < count:
            numbers = np.random.SeedSequence([*seed, len(parts)]).generate_state(3).tolist()
            found = self._simulated(count - kept, *numbers)
            drawn, kept = drawn + count - kept, kept + len(found.theta)
            parts.append(found)
            if binom.sf(drawn - kept - 1, drawn, self.largest_failed) < _BY_CHANCE:
                raise DataError(
                    f"{drawn - kept} of {drawn} simulations are not finite, which is more than the share "
                    f"{self.largest_failed}: choose a prior in which the simulator succeeds, or a larger largest_failed"
                )
        return _together(parts)

    def again(self, theta: Tensor, designs: Tensor | None, seed: int) -> Tensor | TimeSeries:
        """Observations of given parameters, (n, parameter), and designs. Those that failed stay, with numbers not finite.

        Raises:
            DataError: if the simulator returns something else.
        """
        with torch.random.fork_rng(devices=[]), torch.no_grad():
            torch.manual_seed(seed)
            try:
                x = self.simulator(theta) if self.design is None else self.simulator(theta, designs)
            except PathlodeError:
                raise
            except Exception as error:
                raise DataError(
                    f"the simulator failed on {len(theta)} parameter vectors, {tuple(theta.shape)} ({type(error).__name__}: "
                    f"{error}): mend it, or give one that takes a single vector as one_by_one(simulator)"
                ) from error
        if not isinstance(x, TimeSeries):
            x = as_numbers(x, "what the simulator returned")
            if x.ndim < 2 or len(x) != len(theta) or not x[0].numel():
                raise DataError(
                    f"the simulator returned numbers of shape {tuple(x.shape)} for {len(theta)} parameter vectors, expected "
                    f"({len(theta)}, number): one row for each, also of a single number; give one that takes one vector as "
                    "one_by_one(simulator)"
                )
        elif len(x) != len(theta):
            raise DataError(
                f"the simulator returned {len(x)} series for {len(theta)} parameter vectors, expected one for each"
            )
        return x

    def _simulated(self, count: int, for_theta: int, for_designs: int, for_noise: int) -> SimulatedPairs:
        theta, designs = self.prior.sample(count, for_theta), None
        wrong = (~theta.isfinite()).nonzero()
        if len(wrong):
            raise ConfigError(
                f"the prior of parameter {int(wrong[0, 1]) + 1} draws {theta[*wrong[0]].item()}: give one with finite draws"
            )
        if self.design is not None:
            designs = as_numbers(self.design(count, torch.Generator().manual_seed(for_designs)), "designs")
            if not designs.ndim or len(designs) != count:
                raise DataError(
                    f"the design returned numbers of shape {tuple(designs.shape)} for {count} observations, expected ({count}, "
                    "...): one row for each"
                )
        x = self.again(theta, designs, for_noise)
        if isinstance(x, TimeSeries):
            return SimulatedPairs(theta, x, designs, 0)
        good = x.isfinite().flatten(1).all(dim=1)
        return SimulatedPairs(theta[good], x[good], None if designs is None else designs[good], int((~good).sum()))


def one_by_one(simulator: Callable[..., Any]) -> Callable[..., Tensor]:
    """A simulator of n parameter vectors from one that takes a single vector, (parameter,), and its design, if there is one.

    Raises:
        ConfigError: if it is no function.
        DataError: when it returns numbers of several shapes.
    """
    if not callable(simulator):
        raise ConfigError(f"the simulator is a {type(simulator).__name__}, expected a function")

    def simulate(*given: Tensor) -> Tensor:
        rows = [as_numbers(simulator(*row), "what the simulator returned") for row in zip(*given, strict=True)]
        for row in rows:
            if row.shape != rows[0].shape:
                raise DataError(
                    f"the simulator returned numbers of shapes {tuple(rows[0].shape)} and {tuple(row.shape)}, expected the "
                    "same: for series of different lengths return a TimeSeries of all vectors"
                )
        return torch.stack([row.reshape(1) if row.ndim == 0 else row for row in rows])

    return simulate


def _together(parts: list[SimulatedPairs]) -> SimulatedPairs:
    """Several sets as one. Series are complete at once."""
    first = parts[0]
    if isinstance(first.x, TimeSeries) or len(parts) == 1:
        return first
    numbers = torch.cat([part.x for part in parts if isinstance(part.x, Tensor)])
    designs = None if first.designs is None else torch.cat([part.designs for part in parts if part.designs is not None])
    return SimulatedPairs(
        torch.cat([part.theta for part in parts]), numbers, designs, sum(part.failed for part in parts)
    )
