"""Chaotic flows of the package dysts, in units in which all look alike: standard deviations and periods.

Source: Gilpin 2021, Chaos as an interpretable benchmark for forecasting and data-driven modelling
(https://arxiv.org/abs/2110.05266), whose package has the equations, and for each flow its period (of the dominant frequency),
its largest Lyapunov exponent, and mean and standard deviation on the attractor.
"""

import difflib
import json
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.util import find_spec
from typing import Any

import numpy as np

from pathlode.arrays import Array
from pathlode.errors import ConfigError

DIMENSION = 3
"""Dimensions of the flows that count as low-dimensional: the fewest in which an autonomous flow can be chaotic."""


@dataclass(frozen=True)
class ChaoticFlow:
    """dh/dt = f(h), with h = (state - mean) / std and t in periods.

    Attributes:
        name: as in dysts.
        exponent: largest Lyapunov exponent, per period.
        near: a point on the attractor, (dimension,).
        known: the metadata of dysts.
    """

    name: str
    exponent: float
    near: Array
    known: Mapping[str, Any]

    def velocity(self, states: Array) -> Array:
        """f(h), (..., dimension), in standard deviations per period."""
        mean, std = (np.asarray(self.known[name]) for name in ("mean", "std"))
        flat = (states * std + mean).reshape(-1, len(mean))
        rates = np.stack(_equations(self.name).rhs(flat, 0.0), axis=-1)
        return (rates * (self.known["period"] / std)).reshape(states.shape)


def flow(name: str) -> ChaoticFlow:
    """A flow by its name in dysts.

    Raises:
        ConfigError: if dysts has no such flow or is not installed, or if the flow has a delay, depends on time, or needs
            something else that a batch of orbits of an autonomous ODE does not have.
    """
    found = described_flow(name)
    if not _takes_batches(name):
        raise _unusable(name, "has stochastic parts or equations that are not evaluated at many states at once")
    return found


def described_flow(name: str) -> ChaoticFlow:
    """A flow by its name, as :func:`flow`, but for a look at its equations: their import takes more than a second.

    Raises:
        ConfigError: as :func:`flow`, if what dysts says of the flow is enough to refuse it.
    """
    known = _metadata()
    if name not in known:
        near = difflib.get_close_matches(name, known, n=3, cutoff=0.4)
        raise ConfigError(
            f"dysts has no flow {name!r}: did you mean {' or '.join(near) if near else 'one such as Lorenz'}?"
        )
    if reason := _unsuited(name):
        raise _unusable(name, reason)
    own = known[name]
    near = (np.asarray(own["initial_conditions"]) - own["mean"]) / own["std"]
    return ChaoticFlow(name, own["maximum_lyapunov_estimated"] * own["period"], near, own)


def usable_flows(least: float, most: float) -> list[str]:
    """Three-dimensional flows that :func:`flow` takes, whose exponent per period is in a range, by that exponent."""
    names = [
        name
        for name, own in _metadata().items()
        if own["embedding_dimension"] == DIMENSION and not _unsuited(name) and _takes_batches(name)
    ]
    exponents = {name: flow(name).exponent for name in names}
    return sorted((name for name in names if least <= exponents[name] <= most), key=exponents.__getitem__)


def spread_flows(count: int, least: float, most: float) -> list[str]:
    """Lorenz, and as many of :func:`usable_flows` as make ``count`` flows, at equal distances in their order."""
    others = [name for name in usable_flows(least, most) if name != "Lorenz"]
    places = np.linspace(0, len(others) - 1, count - 1).round().astype(int)
    return ["Lorenz", *(others[place] for place in places)]


def _unusable(name: str, reason: str) -> ConfigError:
    return ConfigError(f"the flow {name} {reason}: choose another one, such as Lorenz")


def _unsuited(name: str) -> str | None:
    """Why a flow cannot be used by what dysts says of it, in words; None if it can."""
    own = _metadata()[name]
    if own["delay"]:
        return "has a delay, so a point is no state"
    if own["nonautonomous"] or own["unbounded_indices"]:
        return "depends on time or has a quantity that grows for ever, so it has no attractor in its state"
    if {"mean", "std", "period", "maximum_lyapunov_estimated"} - {
        key for key, value in own.items() if value is not None
    }:
        return "lacks a period, an exponent or units in dysts"
    return None


@cache
def _takes_batches(name: str) -> bool:
    """Whether the rates at several states are those at each, and the same when asked again."""
    point = np.asarray(_metadata()[name]["initial_conditions"], dtype=float)
    states = point + 1e-3 * np.arange(4)[:, None] * (1 + np.abs(point))
    equations = _equations(name)
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            together, again = (np.stack(equations.rhs(states, 0.0), axis=-1) for _ in range(2))
            alone = np.stack([np.asarray(equations.rhs(state, 0.0)) for state in states])
    except (ValueError, TypeError, IndexError):
        return False
    return together.shape == alone.shape and np.allclose(together, alone) and np.array_equal(together, again)


@cache
def _equations(name: str) -> Any:
    """The flow as an object of dysts, whose import is slow and warns that numba is not there."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from dysts import flows

        return getattr(flows, name)()


@cache
def _metadata() -> dict[str, dict[str, Any]]:
    """What dysts knows of each flow.

    Raises:
        ConfigError: if dysts is not installed.
    """
    if find_spec("dysts") is None:
        raise ConfigError("chaotic flows need the package dysts, which is not installed: pip install 'pathlode[chaos]'")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        text = resources.files("dysts").joinpath("data/chaotic_attractors.json").read_text()
    found: dict[str, dict[str, Any]] = json.loads(text)
    return found
