import numpy as np
import pytest

from pathlode.real.measured import MeasuredSeries


@pytest.fixture
def measured():
    """Forty series of 4 to 8 times and two features, the second of which is missing at every other time."""
    rng = np.random.default_rng(0)
    counts = rng.integers(4, 9, 40)
    times = np.concatenate([np.arange(count, dtype=float) for count in counts])
    levels = np.repeat(np.arange(40) % 2, counts)
    values = np.stack([levels + 0.1 * np.sin(times), times], axis=-1).astype(np.float32)
    values[times % 2 == 1, 1] = np.nan
    return MeasuredSeries(
        data="toy", source="invented", time_unit="h", features=["level", "time"], units=["1", "h"], target="kind",
        classes=["low", "high"], described=[], names=np.array([f"s{n}" for n in range(40)]), counts=counts, times=times,
        values=values, labels=np.arange(40) % 2, descriptors=np.zeros((40, 0), np.float32),
        given_test=np.zeros(40, bool),
    )  # fmt: skip
