import datetime

import numpy as np
import pandas as pd
import pytest
import torch

from pathlode.core.tables.convert import as_numbers, as_times
from pathlode.errors import DataError

NOON = 1_764_417_600
"""2025-11-29 12:00 in UTC, in seconds since 1970."""


@pytest.mark.parametrize(
    "given", [[1, 2], np.array([1, 2]), torch.tensor([1, 2]), np.array([1, 2], dtype=object), (1.0, 2.0)]
)
def test_numbers_of_any_kind_are_double_precision(given):
    assert torch.equal(as_numbers(given), torch.tensor([1.0, 2.0]).double())


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_floating_point_types_stay(dtype):
    assert as_numbers(np.zeros(2, dtype)).numpy().dtype == dtype
    given = torch.zeros(2, dtype=torch.float32)
    assert as_numbers(given) is given


def test_none_is_missing():
    assert as_numbers([1.0, None]).isnan().tolist() == [False, True]


@pytest.mark.parametrize(
    "given", [["a", "b"], [[1.0], [1.0, 2.0]], np.array([1 + 2j]), torch.tensor([1 + 2j]), object()]
)
def test_what_is_no_number_is_refused(given):
    with pytest.raises(DataError, match="times are (no|complex) numbers"):
        as_numbers(given, "times")


@pytest.mark.parametrize(
    "given",
    [
        np.array(["2025-11-29T12:00:00.25", "NaT"], dtype="datetime64[ns]"),
        np.array(["2025-11-29T12:00:00.25", "NaT"], dtype="datetime64[ms]"),
        pd.to_datetime(["2025-11-29 12:00:00.25", None]),
        pd.to_datetime(["2025-11-29 14:00:00.25+02:00", None]),
        pd.Series(pd.to_datetime(["2025-11-29 12:00:00.25", None])),
        [pd.Timestamp("2025-11-29 07:00:00.25", tz="America/New_York"), pd.NaT],
        [datetime.datetime(2025, 11, 29, 12, 0, 0, 250_000), None],
    ],
    ids=str,
)
def test_dates_are_seconds_since_1970(given):
    times, dates = as_times(given)
    assert dates
    assert times[0].item() == NOON + 0.25
    assert times.isnan().tolist() == [False, True]


def test_days_are_seconds_too():
    assert as_times(np.array(["1970-01-03"], dtype="datetime64[D]"))[0].item() == 2 * 86_400


def test_numbers_are_no_dates():
    assert as_times([NOON]) == (torch.tensor([NOON]).double(), False)


def test_dates_with_and_without_a_time_zone_do_not_mix():
    with pytest.raises(DataError, match="times mix dates with and without a time zone"):
        as_times([pd.Timestamp("2025-11-29"), pd.Timestamp("2025-11-29", tz="UTC")])


def test_an_array_that_must_not_be_written_to_is_copied():
    array = np.arange(3.0)
    array.flags.writeable = False
    numbers = as_numbers(array)
    numbers[0] = 7.0
    assert array.tolist() == [0.0, 1.0, 2.0]
    shared = np.arange(3.0)
    assert as_numbers(shared).data_ptr() == shared.ctypes.data


@pytest.mark.parametrize("zone", [None, datetime.UTC])
def test_dates_and_durations_that_nanoseconds_cannot_hold_are_not_others(zone):
    """2^63 nanoseconds are 292 years; NumPy would go on at the other end."""
    given = [pd.NaT, datetime.datetime(1500, 1, 1, tzinfo=zone), pd.Timestamp(9999, 1, 1, tz=zone)]
    found, dates = as_times(given)
    origin, ends = datetime.datetime(1970, 1, 1), (datetime.datetime(1500, 1, 1), datetime.datetime(9999, 1, 1))
    expected = [(end - origin).total_seconds() for end in ends]
    assert (dates, found[1:].tolist()) == (True, expected)
    assert as_times([datetime.timedelta(days=10**6), None])[0][0] == 86400e6
    assert as_times([pd.Timedelta(1, "ns"), pd.Timedelta(2, "ns")])[0].tolist() == pytest.approx([1e-9, 2e-9])
    assert (
        as_times(pd.Timestamp(2020, 1, 1))[0].item() == datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC).timestamp()
    )
