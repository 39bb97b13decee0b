"""Priors of torch.distributions and of sbi, which flows and :func:`pathlode.inference.infer.infer` take as they are."""

import math
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import torch
from torch import Tensor
from torch.distributions import (
    AffineTransform,
    Distribution,
    Independent,
    Transform,
    TransformedDistribution,
    Uniform,
    constraints,
)
from torch.distributions.transforms import ComposeTransform, IndependentTransform

from pathlode.errors import ConfigError
from pathlode.inference.box import Box
from pathlode.inference.support import MARGIN, Support

TAKEN = (
    "expected a continuous distribution of torch.distributions or sbi whose parameters are bounded one by one, such as "
    "BoxUniform, or a list of such distributions"
)
"""What a prior may be, for messages."""
_DRAWS_FOR_STD = 10_000
"""Draws that give the standard deviation of a prior which does not state it."""
_LARGEST_SHARE = 1e-3
"""Largest share of a prior's draws that may lie closer to two bounds than its map onto the real numbers distinguishes."""


class Prior(Support):
    """A prior with its draws and its density. The map of each parameter onto the real numbers follows from its support.

    Args:
        given: a :class:`~pathlode.inference.box.Box`; a distribution of ``torch.distributions`` or sbi of one parameter or of a
            vector, whose numbers may depend on each other; or a list of these, which are independent of each other. A
            distribution with a batch of parameters, ``Normal(torch.zeros(3), 1.0)``, counts as that of a vector.

    Raises:
        ConfigError: if it is something else, discrete, or has a support that is not made of bounds; or if too many of its draws
            lie so close to a bound that single precision does not distinguish them from it.
    """

    def __init__(self, given: Any) -> None:
        parts = given if isinstance(given, (list, tuple)) else [given]
        self.parts = [_of_a_vector(part) for part in parts]
        if not self.parts:
            raise ConfigError(f"the prior is an empty list, {TAKEN}")
        self._ends = [_range(part, part.event_shape[0]) for part in self.parts]
        low, high = (torch.cat(own) for own in zip(*self._ends, strict=True))
        super().__init__(low, high, torch.cat([_std(part) for part in self.parts]))
        self._check_ends()

    def sample(self, count: int, seed: int = 0) -> Tensor:
        """Draws, (count, parameter). The global random state is unchanged."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            return torch.cat([part.sample(torch.Size((count,))) for part in self.parts], dim=-1)

    def log_prob(self, theta: Tensor) -> Tensor:
        """log p(θ), (..., parameter) -> (...); minus infinity outside."""
        sizes = [part.event_shape[0] for part in self.parts]
        pieces = theta.flatten(0, -2).split(sizes, dim=-1)
        return sum(map(_log_prob, self.parts, self._ends, pieces), torch.zeros(())).view(theta.shape[:-1])

    def _check_ends(self) -> None:
        """Refuses a prior of several orders of magnitude, whose small numbers all lie within the margin of its map."""
        least, largest = self.low + MARGIN * (self.high - self.low), self.high - MARGIN * (self.high - self.low)
        draws = self.sample(_DRAWS_FOR_STD)
        share = (self._boxed & ((draws < least) | (draws > largest))).float().mean(dim=0)
        if (share > _LARGEST_SHARE).any():
            number = int(share.argmax())
            raise ConfigError(
                f"the prior of parameter {number + 1} has {100 * float(share[number]):.0f} % of its draws closer to a bound "
                f"than {MARGIN:g} of the distance between both: take the logarithm as the parameter, and its exponential "
                "in the simulator"
            )


def as_prior(given: Any) -> Support:
    """A prior from what users hold, as :class:`Prior` takes it. One that is known already stays as it is."""
    return given if isinstance(given, Support) else Prior(given)


def described(kept: Mapping[str, Tensor]) -> Support:
    """The prior of a file, from its :meth:`~pathlode.inference.support.Support.describe`."""
    return Support(**kept) if "std" in kept else Box(**kept)


def same_prior(given: Prior, kept: Support, path: Path | str) -> Prior:
    """The prior that is given for a file, if its bounds and standard deviations are those of the file's.

    Raises:
        ConfigError: if they are not.
    """
    one, other = ([*prior.low.tolist(), *prior.high.tolist(), *prior.std.tolist()] for prior in (given, kept))
    if len(one) != len(other) or not all(map(partial(math.isclose, rel_tol=1e-4, abs_tol=1e-12), one, other)):
        raise ConfigError(
            f"the prior lies between {given.low.tolist()} and {given.high.tolist()} with standard deviations "
            f"{given.std.tolist()}, but that of {path} between {kept.low.tolist()} and {kept.high.tolist()} with "
            f"{kept.std.tolist()}: give the prior of the inference"
        )
    return given


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


def _range(part: Distribution, size: int) -> tuple[Tensor, Tensor]:
    """Lower and upper bounds, (parameter,), of a distribution. What a transform makes of a base lies between the images of the
    base's bounds; torch states only what the transform makes of all numbers.
    """
    if isinstance(part, Independent):
        return _range(part.base_dist, size)
    if several := getattr(part, "dists", None):  # sbi's MultipleIndependent
        low, high = (
            torch.cat(ends) for ends in zip(*[_range(own, own.event_shape.numel()) for own in several], strict=True)
        )
        return low, high
    if isinstance(part, TransformedDistribution) and type(part).support is TransformedDistribution.support:
        return _image(_range(part.base_dist, size), part.transforms)
    return _bounds(part.support, size)


def _image(ends: tuple[Tensor, Tensor], transforms: list[Transform]) -> tuple[Tensor, Tensor]:
    """Bounds after transforms of each number alone, which are monotone."""
    for transform in transforms:
        if isinstance(transform, ComposeTransform):
            ends = _image(ends, transform.parts)
            continue
        while isinstance(transform, IndependentTransform):
            transform = transform.base_transform
        alone = transform.domain.event_dim == transform.codomain.event_dim == 0 or isinstance(
            transform, AffineTransform
        )
        if not (alone and transform.bijective):
            _refuse(f"one with the transform {type(transform).__name__}")
        # in both precisions, because single precision rounds inwards: torch keeps its sigmoid off 0 and 1
        images = torch.stack(
            [transform(end.to(kind)).to(end.dtype) for end in ends for kind in (end.dtype, torch.float64)]
        )
        ends = images.amin(dim=0), images.amax(dim=0)
    return ends


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
        torch.as_tensor(getattr(support, name, none))
        for name, none in (("lower_bound", -torch.inf), ("upper_bound", torch.inf))
    )
    if not {low.shape, high.shape} <= {torch.Size(()), torch.Size((1,)), torch.Size((size,))}:
        _refuse(f"one with {low.numel()} lower and {high.numel()} upper bounds of {size} parameters")
    return low.expand(size), high.expand(size)


def _std(part: Distribution) -> Tensor:
    """Standard deviations, (parameter,): of a number of draws where the distribution states no finite ones."""
    try:
        told = part.stddev
    except (NotImplementedError, AttributeError):
        told = torch.full(part.event_shape, torch.nan)
    if told.isfinite().all():
        return told
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return part.sample(torch.Size((_DRAWS_FOR_STD,))).std(dim=0)


def _log_prob(part: Distribution, ends: tuple[Tensor, Tensor], theta: Tensor) -> Tensor:
    """Log-density, (n, parameter) -> (n,). Some distributions refuse what lies outside; here it has none."""
    support: Any = part.support
    inside = support.check(theta) & ((theta >= ends[0]) & (theta <= ends[1])).all(dim=-1)
    with torch.random.fork_rng(devices=[]):
        within = part.sample().to(theta.dtype)
    try:
        densities = part.log_prob(theta.where(inside[..., None], within))
    except ValueError as error:
        raise ConfigError(
            f"the prior's {type(part).__name__} refuses parameters between its bounds {ends[0].tolist()} and "
            f"{ends[1].tolist()}: leave out those at a bound, or give a prior whose density is defined between them"
        ) from error
    # at a bound a transform may make infinity minus infinity of what is no density there
    return torch.where(inside & ~densities.isnan(), densities, -torch.inf)


def _refuse(found: str) -> NoReturn:
    raise ConfigError(f"the prior is {found}, {TAKEN}")
