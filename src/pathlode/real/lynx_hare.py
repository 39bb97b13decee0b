"""The model of lynx and hare in Stan's case study: prior, simulator and likelihood of yearly numbers of pelts.

Source: Carpenter 2018, Predator-prey population dynamics: the Lotka-Volterra model in Stan
(https://mc-stan.org/users/documentation/case-studies/lotka-volterra-predator-prey.html).
"""

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from scipy.special import ndtr, ndtri

from pathlode.arrays import Array
from pathlode.dynamics.simulation import observe
from pathlode.dynamics.systems.contract import System
from pathlode.dynamics.systems.taylor import ORDER, integrate, product

MEAN = np.array([1.0, 0.05, 1.0, 0.05, np.log(10.0), np.log(10.0), -1.0, -1.0])
SPREAD = np.array([0.5, 0.05, 0.5, 0.05, 1.0, 1.0, 1.0, 1.0])
"""Mean and standard deviation of the four rates before they are cut at 0, and of the logarithm of the other parameters."""
IS_RATE = np.arange(8) < 4
BELOW = np.where(IS_RATE, ndtr(-MEAN / SPREAD), 0.0)
"""Share of the normal distributions that is cut off."""
TABLES_AT_ONCE, PER_TABLE = 20_000, 20
"""Number of tables that are simulated at once: so many for each one that is asked for, but not more than these."""


class LynxHare(System):
    """u̇ = (α - βv) u, v̇ = (-γ + δu) v: hares u and lynxes v in thousand pelts, time in years.

    The parameters are the rates, the populations in the first year, and the standard deviations of the noise on the logarithms.
    Under the prior the rates are normal above 0, and the others log-normal (:data:`MEAN`, :data:`SPREAD`). Logarithms of the
    populations are integrated, so a population that nearly dies out keeps its relative accuracy.
    """

    features: ClassVar[tuple[str, ...]] = ("hare", "lynx")
    parameters: ClassVar[tuple[str, ...]] = (
        *("alpha", "beta", "gamma", "delta", "hare_start", "lynx_start", "hare_noise", "lynx_noise"),
    )
    time: ClassVar[str] = "year"

    def draw(self, n: int, rng: np.random.Generator) -> Array:
        return from_quantiles(rng.random((n, len(self.parameters))))

    def solution(self, parameters: Array, times: Array) -> Array:
        return np.exp(log_populations(parameters, times))


def from_quantiles(share: Array) -> Array:
    """Parameters (..., parameter) at these quantiles of the prior, each a number between 0 and 1.

    Numbers that are uniform give parameters with the prior.
    """
    z = MEAN + SPREAD * ndtri(BELOW + (1 - BELOW) * share)
    return np.where(IS_RATE, z, np.exp(np.where(IS_RATE, 0.0, z)))


def log_populations(parameters: Array, times: Array) -> Array:
    """ln u and ln v at each trajectory's own times, (n, parameter), (n, time) -> (n, time, 2)."""
    return integrate(_series, np.log(parameters[:, 4:6]), parameters[:, :4], times)


def log_likelihood_of_pelts(theta: Array, pelts: Array) -> Array:
    """log p(pelts | θ) up to a constant, (n,): ``-Σ (ln pelts - ln x(t; θ))² / 2σ² - years · Σ ln σ``.

    Args:
        theta: (n, parameter).
        pelts: thousand pelts of consecutive years from the first on, (year, 2).
    """
    years = np.broadcast_to(np.arange(len(pelts), dtype=float), (len(theta), len(pelts)))
    noise = theta[:, None, 6:]
    squares = ((np.log(pelts) - log_populations(theta, years)) / noise) ** 2
    return -0.5 * squares.sum(axis=(1, 2)) - len(pelts) * np.log(noise).sum(axis=(1, 2))


def simulate_pelts(count: int, measured: Array, within: float, seed: int | Sequence[int]) -> tuple[Array, Array]:
    """Simulated tables under the prior, with log-normal noise, of which only those are kept that are like the measured one:
    every number is within a factor of the measured number.

    Given the measured table, the posterior is the same whether or not the others are kept.

    Args:
        count: number of tables.
        measured: thousand pelts of consecutive years, (year, 2).
        within: the factor, above 1.
        seed: seed of all draws.

    Returns:
        Quantiles of the parameters in the prior, (table, parameter), and thousand pelts, (table, year, 2).
    """
    rng, shares, tables, found = np.random.default_rng(seed), [], [], 0
    at_once = min(TABLES_AT_ONCE, PER_TABLE * count)
    times = np.tile(np.arange(len(measured), dtype=float), (at_once, 1))
    while found < count:
        share = rng.random((at_once, len(MEAN)))
        theta = from_quantiles(share)
        pelts = observe(LynxHare(), theta, times, theta[:, None, 6:], rng, "simulated pelts", "log").values.numpy()
        like = ((pelts < within * measured) & (pelts > measured / within)).all(axis=(1, 2))
        shares.append(share[like])
        tables.append(pelts[like])
        found += int(like.sum())
    return np.concatenate(shares)[:count], np.concatenate(tables)[:count]


def _series(_: Array, state: Array, parameters: Array) -> Array:
    """Taylor coefficients of x = ln u and y = ln v, from (eˣ)' = eˣ x' and (eʸ)' = eʸ y'."""
    alpha, beta, gamma, delta = parameters
    c = np.empty((ORDER + 1, *state.shape))
    exponential = np.empty_like(c)
    c[0], exponential[0] = state, np.exp(state)
    x, y, u, v = c[:, 0], c[:, 1], exponential[:, 0], exponential[:, 1]
    for k in range(ORDER):
        first, eaten = float(k == 0), product(u, v, k)
        x[k + 1] = (alpha * first - beta * v[k]) / (k + 1)
        y[k + 1] = (delta * u[k] - gamma * first) / (k + 1)
        u[k + 1] = (alpha * u[k] - beta * eaten) / (k + 1)
        v[k + 1] = (delta * eaten - gamma * v[k]) / (k + 1)
    return c
