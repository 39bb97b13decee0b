import pytest

from pathlode.dynamics.data import SimulatedData
from pathlode.dynamics.shown import ShownData


@pytest.fixture
def shown(data: SimulatedData) -> ShownData:
    """What figures show of the data set."""
    return ShownData.of(data, 3)
