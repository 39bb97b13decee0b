"""Orbits of chaotic flows, solved in one batch."""

from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from pathlode.chaos.flows import ChaoticFlow
from pathlode.core.shapes import State, States, Times
from pathlode.core.solve import Adaptive, solve
from pathlode.errors import DataError, SolverError

FLOW_SOLVER = Adaptive("tsit5", rtol=1e-6, atol=1e-6, max_steps=100_000)
"""Solver of the flows. Its errors stay far below the noise of observations for as long as forecasts are compared."""

ATTRACTOR_SOLVER = replace(FLOW_SOLVER, rtol=1e-4, atol=1e-4)
"""Solver of orbits of which only the attractor matters and not where on it they are: it takes less than half of the steps."""

ESCAPED = 30.0
"""Standard deviations from the mean at which an orbit has left the attractor for good. Some attract only what is near."""


def flow_orbits(of: ChaoticFlow, start: State, times: Times, solver: Adaptive = FLOW_SOLVER) -> States:
    """Orbits of a flow from their states at time 0: (..., n, dimension), (..., n, time) -> (..., n, time, dimension).

    Each takes its own steps, all in one batch of :func:`pathlode.core.solve.solve`. An orbit that has escaped slows down, and
    comes to a halt at twice :data:`ESCAPED`, so its values stay finite.

    Raises:
        DataError: if an orbit blows up within :data:`ESCAPED`.
    """

    def field(state: Tensor) -> Tensor:
        where = state.numpy()
        slowed = (2 - np.abs(where).max(axis=-1, keepdims=True) / ESCAPED).clip(0, 1)
        inside = np.where(slowed > 0, where, 0.0)  # so far out, rates may not be finite
        return torch.from_numpy(of.velocity(inside) * slowed)

    try:
        with np.errstate(all="ignore"):
            y0, when = start.flatten(0, -2)[None], times.flatten(0, -2)[None]
            found = solve(field, y0, when, start=torch.zeros(y0.shape[:2], dtype=y0.dtype), solver=solver).states
    except SolverError as error:
        raise DataError(
            f"the flow {of.name} blows up from the drawn states ({error}): leave it out, or draw nearer to its attractor"
        ) from error
    return found.view(*times.shape, found.shape[-1])


def escaped(states: State) -> Tensor:
    """Which states are :data:`ESCAPED`: (..., dimension) -> (...), booleans."""
    return states.abs().amax(-1) >= ESCAPED


def drawn_states(of: ChaoticFlow, n: int, rng: np.random.Generator) -> State:
    """n states from which an orbit of a flow soon reaches the attractor, (n, dimension): a tenth of a standard deviation from a
    point on it."""
    return torch.from_numpy(of.near + 0.1 * rng.standard_normal((n, len(of.near))))
