"""Several posteriors of the same parameters as one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from pathlode.errors import ConfigError
from pathlode.inference.flows.given import as_seed
from pathlode.inference.flows.mixture import drawn_from_all, mean_density
from pathlode.inference.posterior import Posterior


@dataclass(frozen=True)
class PosteriorMixture:
    """The mean of the densities of k posteriors, ``q(θ | x) = Σ q_i(θ | x) / k``, such as those that several seeds give.

    A single flow may be too narrow where it errs. The mixture is wider there, because its members err differently.

    Args:
        posteriors: the members.

    Raises:
        ConfigError: if there is none, or they have other parameters or priors.

    Source: as :class:`pathlode.inference.flows.mixture.FlowMixture`.
    """

    posteriors: Sequence[Posterior]

    def __post_init__(self) -> None:
        if not isinstance(self.posteriors, Sequence):
            raise ConfigError(
                f"the posteriors are a {type(self.posteriors).__name__}, expected a list: PosteriorMixture([first, second])"
            )
        if not self.posteriors:
            raise ConfigError("a mixture has no posteriors, expected at least one")
        first = self.posteriors[0]
        for each in self.posteriors:
            if not isinstance(each, Posterior):
                raise ConfigError(f"the mixture has a {type(each).__name__}, expected what infer returns")
        for number, each in enumerate(self.posteriors[1:], start=2):
            if list(each.names) != list(first.names):
                raise ConfigError(
                    f"posterior number {number} is of {', '.join(each.names)}, expected {', '.join(first.names)}, as the first"
                )
            if not _numbers_of(each).allclose(_numbers_of(first)):
                raise ConfigError(
                    f"posterior number {number} has another prior than the first: infer all with the same prior"
                )

    def sample(self, x: Any, n: int = 1000, seed: int = 0) -> Tensor:
        """Draws of θ for each of m observations, (n, m, parameter), in random order: as many of each member, up to one.

        Raises:
            ConfigError: if n is no number of at least 1, or the seed cannot be used.
            DataError: if the observations are not like those of the simulator.
        """
        members = [
            lambda count, own_seed, posterior=posterior: posterior.sample(x, count, own_seed)
            for posterior in self.posteriors
        ]
        return drawn_from_all(members, n, as_seed(seed))

    def log_prob(self, theta: Any, x: Any) -> Tensor:
        """log q(θ | x), (..., m, parameter) and m observations -> (..., m).

        Raises:
            DataError: as :meth:`pathlode.inference.posterior.Posterior.log_prob`.
        """
        return mean_density([posterior.log_prob(theta, x) for posterior in self.posteriors])


def _numbers_of(posterior: Posterior) -> Tensor:
    """Bounds and standard deviations of a posterior's prior, (3, parameter)."""
    prior = posterior.flow.prior
    return torch.stack([prior.low, prior.high, prior.std])
