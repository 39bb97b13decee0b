"""Which times of the hopper the published tasks give and ask for. Imports nothing, as every start needs it."""

SIMULATED_TIMES = 200
"""Times of a trajectory."""
INTERPOLATED_TIMES = 100
"""Times of a series in interpolation, cut out of a trajectory at random."""
FIRST = SIMULATED_TIMES // 3
"""Times that a forecast may read, of which it sees a share; it predicts all that follow."""


def data_name(observed: float) -> str:
    """Name of the data set of which this share of the times is read."""
    return f"hopper_{round(100 * observed)}"


def read_in_forecast(observed: float) -> int:
    """Number of times that a forecast reads, of a share of those in :data:`FIRST`."""
    return int(observed * FIRST)
