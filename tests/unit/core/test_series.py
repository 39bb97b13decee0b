import pytest
import torch

from pathlode.core.series import TimeSeries
from pathlode.errors import DataError


def observations(batch=3, time=4):
    return torch.arange(float(time)).repeat(batch, 1), torch.randn(batch, time, 2)


def test_a_value_that_is_not_finite_is_named_by_place():
    times, values = observations()
    values[1, 2, 1] = float("nan")
    with pytest.raises(DataError, match="my.csv: values: feature 2 at time number 3 of trajectory 1 is nan"):
        TimeSeries(times, values, "my.csv")


def test_repeated_times_are_named_by_place():
    times, values = observations()
    times[2, 3] = times[2, 2]
    with pytest.raises(DataError, match="my.csv: times: trajectory 2, time number 4 is not greater"):
        TimeSeries(times, values, "my.csv")


def test_shapes_that_do_not_fit_are_named():
    times, values = observations()
    with pytest.raises(DataError, match=r"\(3, 4\) and values of shape \(3, 3, 2\) do not fit"):
        TimeSeries(times, values[:, :3])


def test_times_that_collide_in_single_precision_are_refused_on_conversion():
    times, values = observations()
    times = times.double() * 1e-9 + 1.0
    series = TimeSeries(times, values.double())
    with pytest.raises(DataError, match="is not greater"):
        series.to(torch.float32)
