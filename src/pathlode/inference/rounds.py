"""The posterior of one observation, from simulations that come closer to it round by round."""

import logging
import math
from collections.abc import Callable
from numbers import Real
from typing import Any

import torch
from torch import Tensor

from pathlode.core.series import TimeSeries
from pathlode.core.tables.convert import as_numbers
from pathlode.errors import ConfigError, DataError, is_count
from pathlode.inference.infer import infer
from pathlode.inference.posterior import Posterior
from pathlode.inference.priors import Prior
from pathlode.inference.support import Support

logger = logging.getLogger(__name__)

_DRAWS = 10_000
"""Draws of the posterior that estimate its region of highest density."""
_AT_ONCE = 100_000
"""Proposals at once."""
_LARGEST = 10_000_000
"""Proposals after which a region counts as too small for them."""


class TruncatedPrior(Prior):
    """A prior where a posterior of one observation has its highest density.

    The region R has a density q of at least the quantile ``left_out`` of that of :data:`_DRAWS` draws, and lies between their
    smallest and largest values. It is drawn from by rejection. Either draws of the prior are kept inside R, or draws of the
    posterior, inside R with the probability ``p(θ) / (q(θ) M)``, M = max p / min q, whichever keeps more. M takes the largest
    p among those draws; where p is not constant, parameters with a larger one are a little too rare.

    Args:
        prior: the prior.
        posterior: the posterior.
        x: the observation, with its axis, (1, ...).
        left_out: share of the posterior outside.
        seed: seed of the draws.

    Attributes:
        whole: the prior without truncation.
        share: share of the prior inside, from the draws that the first 1,000 or more inside took.

    Raises:
        DataError: if there are several observations, or almost nothing of the prior is inside.

    Source: Deistler et al. 2022, truncated sequential neural posterior estimation (https://arxiv.org/abs/2210.04815).
    """

    def __init__(self, prior: Prior, posterior: Posterior, x: Any, left_out: float = 1e-3, seed: int = 0) -> None:
        Support.__init__(self, prior.low, prior.high, prior.std)
        self.whole = prior
        draws, log_prob = posterior.sample_and_log_prob(x, _DRAWS, seed)
        if draws.shape[1] != 1:
            raise DataError(f"there are {draws.shape[1]} observations, expected one: x[:1]")
        self._inside_of, self._x = posterior, x
        self._least = log_prob[:, 0].quantile(left_out)
        self._ends_of_draws = draws[:, 0].amin(dim=0), draws[:, 0].amax(dim=0)
        inside = log_prob[:, 0] >= self._least
        self._log_bound = float(prior.log_prob(draws[:, 0][inside]).max() - self._least)
        self.share = 1.0
        _, self.share = self._inside(1000, seed)

    def sample(self, count: int, seed: int = 0) -> Tensor:
        return self._inside(count, seed)[0]

    def log_prob(self, theta: Tensor) -> Tensor:
        """log p(θ) of the prior, divided by its share inside; minus infinity outside."""
        flat = theta.flatten(0, -2)
        density = self.whole.log_prob(flat) - torch.tensor(self.share).log()
        return density.where(self.holds(flat), -torch.inf).view(theta.shape[:-1])

    def holds(self, theta: Tensor) -> Tensor:
        """Whether parameters are inside the region, (n, parameter) -> (n,)."""
        low, high = self._ends_of_draws
        inside = ((theta >= low) & (theta <= high)).all(dim=1)  # cheap, and false for most draws of the prior
        if inside.any():
            inside[inside.clone()] = self._inside_of.log_prob(theta[inside][:, None], self._x)[:, 0] >= self._least
        return inside

    def _inside(self, count: int, seed: int) -> tuple[Tensor, float]:
        """Draws inside, (count, parameter), and their share of all draws."""
        found: list[Tensor] = []
        drawn = kept = 0
        generator = torch.Generator().manual_seed(seed)
        while kept < count:
            if drawn >= _LARGEST:
                raise DataError(
                    f"of {drawn} draws {kept} could be kept where the posterior of the observation lies: take fewer rounds"
                )
            found.append(self._kept(generator))
            drawn, kept = drawn + _AT_ONCE, kept + len(found[-1])
        return torch.cat(found)[:count], kept / drawn * math.exp(min(self._log_bound, 0.0))

    def _kept(self, generator: torch.Generator) -> Tensor:
        """The draws inside of :data:`_AT_ONCE` proposals, (n, parameter)."""
        seed = int(torch.randint(2**31, (1,), generator=generator))
        if self._log_bound >= 0:
            some = self.whole.sample(_AT_ONCE, seed)
            return some[self.holds(some)]
        draws, log_prob = self._inside_of.sample_and_log_prob(self._x, _AT_ONCE, seed)
        theta, log_q = draws[:, 0], log_prob[:, 0]
        low, high = self._ends_of_draws
        inside = (log_q >= self._least) & ((theta >= low) & (theta <= high)).all(dim=1)
        theta, log_q = theta[inside], log_q[inside]
        chance = (self.whole.log_prob(theta) - log_q - self._log_bound).exp()
        return theta[torch.rand(len(theta), generator=generator) < chance]


def infer_in_rounds(
    simulator: Callable[..., Any],
    prior: Any,
    x: Any,
    rounds: int = 3,
    *,
    left_out: float = 1e-3,
    seed: int = 0,
    **settings: Any,
) -> Posterior:
    """Learns the posterior of one observation. The simulations of a round are from the part of the prior where the posterior of
    the round before has its highest density, so none is wasted on what cannot have made the observation.

    The result holds for this observation and others near it. Its simulator has the last round's prior.

    Args:
        simulator: as in :func:`pathlode.inference.infer.infer`.
        prior: as there.
        x: the observation, with its axis, (1, ...).
        rounds: number of rounds.
        left_out: share of a round's posterior that the next round leaves out.
        seed: as there; each round adds one.
        **settings: the further arguments of :func:`~pathlode.inference.infer.infer`, the same for each round.

    Raises:
        ConfigError: if a setting cannot be used.
        DataError: if x is not one observation like those of the simulator, or almost nothing of the prior is left.

    Source: Deistler et al. 2022 (https://arxiv.org/abs/2210.04815), without the simulations of earlier rounds.
    """
    if not is_count(rounds):
        raise ConfigError(f"rounds is {rounds}, expected a number of at least 1")
    if not isinstance(left_out, Real) or not 0 < float(left_out) < 0.5:
        raise ConfigError(f"left_out is {left_out}, expected a share between 0 and a half")
    known = prior if isinstance(prior, Prior) else Prior(prior)
    _check_single(x)
    posterior = infer(simulator, known, seed=seed, **settings)
    for number in range(1, rounds):
        narrowed = TruncatedPrior(known, posterior, x, left_out, seed + number)
        logger.info("round %d: %.2g of the prior is left", number + 1, narrowed.share)
        posterior = infer(simulator, narrowed, seed=seed + number, **settings)
    return posterior


def _check_single(x: Any) -> None:
    """Refuses what is no single observation, before any training. The first round looks at its further axes."""
    if isinstance(x, TimeSeries):
        if len(x) != 1:
            raise DataError(f"there are {len(x)} observations, expected one: x[:1]")
        return
    numbers = as_numbers(x, "x")
    if numbers.ndim < 2 or len(numbers) != 1:
        raise DataError(
            f"x has shape {tuple(numbers.shape)}, expected (1, ...): one observation with its axis, x[None] or x[:1]"
        )
    if not numbers.isfinite().all():
        raise DataError("x has a number that is not finite: give another observation")
