"""A density close to that of a posterior, from which Markov chains propose."""

import logging
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import logsumexp
from scipy.stats import multivariate_t, norm
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture

from pathlode.arrays import Array

logger = logging.getLogger(__name__)

TEMPERED = 0.1
"""Effective share of the draws after their importance weights are tempered, when a density is fitted to them."""
COMPLETE = 3
"""Rounds without tempering, each of which draws from a better density."""
COMPONENTS = 4
"""Components of the proposal density."""
ADDED = 0.02
"""Added to the variance of each component; all draws together have unit variance."""
DEGREES = 8
"""Degrees of freedom of each component."""
STRAIGHTENED = 3.0
"""Distance from the mean, in standard deviations, to which a curve is followed."""
TINY = 1e-12
"""Added to the variance of all draws, which may be few."""


def tempered(log_weights: Array, share: float) -> float:
    """The largest power β of at most 1 of the weights w, (n,), at which the effective share of the draws,
    ``(Σ wᵝ)² / (n Σ w²ᵝ)``, is at least ``share``.
    """
    log_weights = log_weights - log_weights.max()

    def surplus(beta: float) -> float:
        weights = np.exp(beta * log_weights)
        return float(weights.sum() ** 2 / (weights**2).sum() - share * len(weights))

    return 1.0 if surplus(1.0) >= 0 else float(brentq(surplus, 0.0, 1.0))


def resampled(u: NDArray[Any], log_weights: Array, count: int, rng: np.random.Generator) -> NDArray[Any]:
    """Draws chosen by their weights, with replacement: (n, ...), (n,) -> (count, ...)."""
    weights = np.exp(log_weights - log_weights.max())
    return rng.choice(u, count, p=weights / weights.sum())


def proposal(
    log_target: Callable[[Array], Array], parameters: int, draws: int, rounds: int, rng: np.random.Generator
) -> "Mixture":
    """A density close to the target. Each round weights draws by wᵝ, with w their importance weights, and takes the next draws
    from the density that is fitted to these. β is the largest that keeps a share :data:`TEMPERED` of the draws effective; the
    rounds end when β has been 1 :data:`COMPLETE` times. Logs a warning if that does not happen.

    Args:
        log_target: logarithm of the target's density up to a constant, (n, parameter) -> (n,). The first draws are standard
            normal, so the target should be a standard normal prior times a likelihood.
        parameters: number of parameters.
        draws: number of draws in each round.
        rounds: largest number of rounds.
        rng: random numbers.
    """
    u = rng.standard_normal((draws, parameters))
    log_density = norm.logpdf(u).sum(axis=1)
    complete = 0
    for _ in range(rounds):
        log_weights = log_target(u) - log_density
        beta = tempered(log_weights, TEMPERED)
        density = Mixture.fitted(resampled(u, beta * log_weights, draws, rng), rng)
        complete += beta == 1.0
        if complete == COMPLETE:
            return density
        u = density.sample(draws, rng)
        log_density = density.log_density(u)
    logger.warning("the posterior was not reached in %d rounds: raise mcmc.rounds or mcmc.draws", rounds)
    return density


@dataclass(frozen=True)
class _Straightened:
    """Coordinates in which draws with curved dependences are nearly normal, and densities the same but for a constant:

        ``y_k = (w_k - q_k(w_1, ..., w_{k-1})) / s_k``,

    with w the principal components, the widest first and each of unit variance, quadratic polynomials q_k by least squares, and
    the standard deviations s_k of what they leave over. A thin curved sheet becomes a plane one.

    Attributes:
        centre: mean of the draws, (parameter,).
        axes: columns to which unit w belong, (parameter, parameter).
        coefficients: of q_k, one array for each k.
        scales: s_k, (parameter,).

    Source: the triangular maps of Parno & Marzouk 2018, Transport map accelerated MCMC (https://arxiv.org/abs/1412.5492).
    """

    centre: Array
    axes: Array
    coefficients: Sequence[Array]
    scales: Array

    @classmethod
    def of(cls, draws: Array) -> "_Straightened":
        """Fitted to draws, (n, parameter)."""
        centre = draws.mean(axis=0)
        variances, directions = np.linalg.eigh(np.cov(draws.T) + TINY * np.eye(draws.shape[1]))
        axes = np.asarray((directions * np.sqrt(variances))[:, ::-1])
        w = _along(axes, draws - centre)
        coefficients, scales = [], []
        for k in range(w.shape[1]):
            terms = _quadratic(w[:, :k])
            found = np.asarray(np.linalg.lstsq(terms, w[:, k])[0], np.float64)
            coefficients.append(found)
            scales.append(np.sqrt((w[:, k] - terms @ found).var() + TINY))
        return cls(centre, axes, coefficients, np.array(scales))

    def __call__(self, u: Array) -> Array:
        """y of u, both (n, parameter)."""
        w = _along(self.axes, u - self.centre)
        bent = [_quadratic(w[:, :k]) @ found for k, found in enumerate(self.coefficients)]
        return (w - np.stack(bent, axis=1)) / self.scales

    def back(self, y: Array) -> Array:
        """u of y, both (n, parameter)."""
        w = y * self.scales
        for k, found in enumerate(self.coefficients):
            w[:, k] += _quadratic(w[:, :k]) @ found
        return self.centre + w @ self.axes.T

    @property
    def log_slope(self) -> float:
        """log |dy/du|, the same everywhere."""
        return -float(np.linalg.slogdet(self.axes)[1] + np.log(self.scales).sum())


def _along(axes: Array, differences: Array) -> Array:
    """w of differences from the mean, both (n, parameter)."""
    return np.asarray(np.linalg.solve(axes, differences.T).T, np.float64)


def _quadratic(w: Array) -> Array:
    """1, all numbers and all their products, (n, k) -> (n, 1 + k + k (k + 1) / 2). Numbers beyond :data:`STRAIGHTENED` count as
    :data:`STRAIGHTENED`, so no draw of the tails is thrown far away.
    """
    w = w.clip(-STRAIGHTENED, STRAIGHTENED)
    one, other = np.triu_indices(w.shape[1])
    return np.concatenate([np.ones((len(w), 1)), w, w[:, one] * w[:, other]], axis=1)


@dataclass(frozen=True)
class Mixture:
    """A mixture of multivariate t-distributions of :class:`_Straightened` coordinates. Its tails are heavier than those of any
    target that is a likelihood times a standard normal prior, so no weight is without bound.

    Attributes:
        straightened: the coordinates.
        shares: of the components, (component,).
        components: the distributions.
    """

    straightened: _Straightened
    shares: Array
    components: Sequence[Any]

    @classmethod
    def fitted(cls, draws: Array, rng: np.random.Generator) -> "Mixture":
        """Fitted to draws (n, parameter): a mixture of normal distributions by expectation maximisation, and t-distributions of
        the same centres and scales.
        """
        straightened = _Straightened.of(draws)
        found = GaussianMixture(
            COMPONENTS, reg_covar=ADDED, init_params="k-means++", random_state=int(rng.integers(2**31))
        )
        with warnings.catch_warnings(action="ignore", category=ConvergenceWarning):
            found.fit(straightened(draws))
        pairs = zip(found.means_, found.covariances_, strict=True)
        components = [multivariate_t(mean, covariance, df=DEGREES) for mean, covariance in pairs]
        return cls(straightened, found.weights_, components)

    def sample(self, count: int, rng: np.random.Generator) -> Array:
        """Draws in random order, (count, parameter)."""
        counts = rng.multinomial(count, self.shares)
        drawn = [
            one.rvs(n, random_state=rng).reshape(n, one.dim) for one, n in zip(self.components, counts, strict=True)
        ]
        return self.straightened.back(rng.permutation(np.concatenate(drawn)))

    def log_density(self, u: Array) -> Array:
        """Of (n, parameter), (n,)."""
        y = self.straightened(u)
        each = [np.log(share) + one.logpdf(y) for share, one in zip(self.shares, self.components, strict=True)]
        return logsumexp(each, axis=0) + self.straightened.log_slope
