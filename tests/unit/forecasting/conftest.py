import pytest
from small import SMALL, table

from pathlode import Forecaster, TimeSeries


@pytest.fixture(scope="package")
def series():
    return TimeSeries.from_frame(table(), series="id", time="t", name="decays.csv")


@pytest.fixture(scope="package")
def forecaster(series):
    return Forecaster(**SMALL).fit(series)
