"""Priors of torch.distributions and of sbi, which flows and :func:`pathlode.inference.infer.infer` take as they are."""

from collections.abc import Mapping
from typing import Any, NoReturn

import torch
from torch import Tensor
from torch.distributions import Distribution, Independent, Uniform, constraints

from pathlode.errors import ConfigError
from pathlode.inference.box import Box
from pathlode.inference.support import Support

TAKEN = (
    "expected a continuous distribution of torch.distributions or sbi whose parameters are bounded one by one, such as "
    "BoxUniform, or a list of such distributions"
)
"""What a prior may be, for messages."""
_DRAWS_FOR_STD = 10_000
"""Draws that give the standard deviation of a prior which does not tell it."""


class Prior(Support):
    """A prior with its draws and its density. The map of each parameter onto the real numbers follows from its support.

    Args:
        given: a :class:`~pathlode.inference.box.Box`; a distribution of ``torch.distributions`` or sbi of one parameter or of a
            vector, whose numbers may depend on each other; or a list of these, which are independent of each other. A
            distribution with a batch of parameters, ``Normal(torch.zeros(3), 1.0)``, counts as that of a vector.

    Raises:
        ConfigError: if it is something else, discrete, or has a support that is not made of bounds.
    """

    def __init__(self, given: Any) -> None:
        parts = given if isinstance(given, (list, tuple)) else [given]
        self.parts = [_of_a_vector(part) for part in parts]
        if not self.parts:
            raise ConfigError(f"the prior is an empty list, {TAKEN}")
        bounds = [_bounds(part.support, part.event_shape[0]) for part in self.parts]
        low, high = (torch.cat(own) for own in zip(*bounds, strict=True))
        super().__init__(low, high, torch.cat([_std(part) for part in self.parts]))

    def sample(self, count: int, seed: int = 0) -> Tensor:
        """Draws, (count, parameter). The global random state is unchanged."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            return torch.cat([part.sample(torch.Size((count,))) for part in self.parts], dim=-1)

    def log_prob(self, theta: Tensor) -> Tensor:
        """log p(θ), (..., parameter) -> (...); minus infinity outside."""
        sizes = [part.event_shape[0] for part in self.parts]
        pieces = theta.flatten(0, -2).split(sizes, dim=-1)
        return sum(map(_log_prob, self.parts, pieces), torch.zeros(())).view(theta.shape[:-1])


def as_prior(given: Any) -> Support:
    """A prior from what users hold, as :class:`Prior` takes it. One that is known already stays as it is."""
    return given if isinstance(given, Support) else Prior(given)


def described(kept: Mapping[str, Tensor]) -> Support:
    """The prior of a file, from its :meth:`~pathlode.inference.support.Support.describe`."""
    return Support(**kept) if "std" in kept else Box(**kept)


def _of_a_vector(given: Any) -> Distribution:
    """A distribution of a vector from one of a single parameter, of a batch of them, or of a vector."""
    if isinstance(given, Box):
        return Independent(Uniform(given.low, given.high), 1)
    if not isinstance(given, Distribution):
        _refuse(f"a {type(given).__name__}")
    if (len(given.batch_shape), len(given.event_shape)) == (0, 1):
        return given
    if given.event_shape or len(given.batch_shape) > 1:
        _refuse(
            f"a {type(given).__name__} of batches {tuple(given.batch_shape)} of events {tuple(given.event_shape)}, which are "
            "no vector"
        )
    return Independent(given if given.batch_shape else given.expand(torch.Size((1,))), 1)


def _bounds(support: Any, size: int) -> tuple[Tensor, Tensor]:
    """Lower and upper bounds, (parameter,), infinite where there is none, of a constraint on ``size`` parameters."""
    if isinstance(support, constraints.cat):
        own = [_bounds(part, length) for part, length in zip(support.cseq, support.lengths, strict=True)]
        low, high = (torch.cat(ends) for ends in zip(*own, strict=True))
        return low, high
    if hasattr(support, "base_constraint"):
        return _bounds(support.base_constraint, size)
    bounded = hasattr(support, "lower_bound") or hasattr(support, "upper_bound")
    if support.is_discrete or not (bounded or isinstance(support, type(constraints.real))):
        _refuse(f"one with the support {support}")
    low, high = (
        torch.as_tensor(getattr(support, name, none)).expand(size)
        for name, none in (("lower_bound", -torch.inf), ("upper_bound", torch.inf))
    )
    return low, high


def _std(part: Distribution) -> Tensor:
    """Standard deviations, (parameter,): of a number of draws where the distribution does not tell finite ones."""
    try:
        told = part.stddev
    except (NotImplementedError, AttributeError):
        told = torch.full(part.event_shape, torch.nan)
    if told.isfinite().all():
        return told
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return part.sample(torch.Size((_DRAWS_FOR_STD,))).std(dim=0)


def _log_prob(part: Distribution, theta: Tensor) -> Tensor:
    """Log-density, (n, parameter) -> (n,). Some distributions refuse what lies outside; here it has none."""
    support: Any = part.support
    inside = support.check(theta)
    within = part.sample().to(theta.dtype)
    return torch.where(inside, part.log_prob(theta.where(inside[..., None], within)), -torch.inf)


def _refuse(found: str) -> NoReturn:
    raise ConfigError(f"the prior is {found}, {TAKEN}")
