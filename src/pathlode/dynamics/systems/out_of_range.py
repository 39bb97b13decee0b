"""Systems outside the range of parameters that models are trained on."""

import numpy as np

from pathlode.arrays import Array
from pathlode.dynamics.systems.contract import System
from pathlode.errors import ConfigError


def out_of_range(system: System, share: float) -> System:
    """The same system with parameters outside the box of its own draws, uniform in a wider box without the inner one.

    The wider box reaches beyond each side by a share of the inner one's width. So at least one parameter of each trajectory is
    out of range. A data set that is simulated from it has the same splits and is scored by the same functions, for any model
    that was trained on data of the system itself::

        evaluate(model, simulate(out_of_range(system, 0.25), config)["test"], solver)

    Args:
        system: a system whose parameters are uniform in a box.
        share: above 0.

    Raises:
        ConfigError: if the system has no box, the share is not above 0, or it would give a positive parameter other signs.
    """
    low, high = np.array(system.low), np.array(system.high)
    if not low.size:
        raise ConfigError(
            f"{type(system).__name__} has no range of parameters to leave: choose a system with low and high"
        )
    reach = share * (high - low)
    if not share > 0 or ((low > 0) & (low - reach <= 0)).any():
        raise ConfigError(
            f"share is {share}, expected above 0, and so small that parameters of {type(system).__name__}, which are positive "
            "from the start, stay so"
        )

    def draw(_: System, n: int, rng: np.random.Generator) -> Array:
        found = np.empty((0, len(low)))
        while len(found) < n:
            drawn = rng.uniform(low - reach, high + reach, size=(n, len(low)))
            found = np.concatenate([found, drawn[((drawn < low) | (drawn > high)).any(axis=1)]])
        return found[:n]

    kind = type(f"{type(system).__name__}OutOfRange", (type(system),), {"draw": draw, "low": (), "high": ()})
    made: System = kind()
    return made
