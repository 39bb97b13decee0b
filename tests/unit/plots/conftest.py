from collections.abc import Iterator

import matplotlib.pyplot as plt
import pytest

from pathlode.dynamics.data import SimulatedData
from pathlode.dynamics.shown import ShownData


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Closes all figures after a test: pyplot keeps them."""
    yield
    plt.close("all")


@pytest.fixture
def shown(data: SimulatedData) -> ShownData:
    """What figures show of the data set."""
    return ShownData.of(data, 3)
