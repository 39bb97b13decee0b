"""Series that people bring: what cannot be used is refused in one sentence that names the place; the rest means what it says."""

import datetime as dt
import math
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
import torch

from pathlode.core.series import TimeSeries
from pathlode.errors import PathlodeError

NAN, INF = math.nan, math.inf
TIMES, VALUES = [0.0, 1.0, 2.0, 3.0], [[1.0], [2.0], [3.0], [5.0]]
DAYS = ("2020-01-01", "2020-01-02", "2020-01-03", "2020-01-04")


def one(times=TIMES, values=VALUES, **more):
    return TimeSeries([times], [values], "my.csv", **more)


def of(*pairs):
    return TimeSeries.of(pairs, "my.csv")


def zoned(*zones):
    return [pd.Timestamp(day, tz=zone) for day, zone in zip(DAYS, zones, strict=True)]


REFUSED = {
    "no series": (lambda: TimeSeries([], []), "times of shape (0,) and values of shape (0,) do not fit"),
    "no trajectory": (
        lambda: TimeSeries(torch.zeros(0, 4), torch.zeros(0, 4, 1)),
        "expected (batch, time) with at least one traj",
    ),
    "no trajectory in a list": (lambda: of(), "my.csv: there is no trajectory"),
    "no time": (
        lambda: TimeSeries(torch.zeros(2, 0), torch.zeros(2, 0, 1)),
        "with at least one trajectory and at least one time",
    ),
    "an empty trajectory": (lambda: of((TIMES, VALUES), ([], [])), "my.csv: trajectory 1 has times of shape (0,)"),
    "no feature": (lambda: one(values=np.zeros((4, 0))), "with at least one feature"),
    "one series without its axis": (
        lambda: TimeSeries(TIMES, VALUES),
        "for single trajectories, and for one feature without",
    ),
    "one feature without its axis": (lambda: one(values=[1, 2, 3, 4]), "use TimeSeries.of([(times, values), ...])"),
    "all values missing": (
        lambda: of((TIMES, VALUES), (TIMES, [[NAN]] * 4)),
        "my.csv: values: trajectory 1 has no observed value",
    ),
    "other features": (
        lambda: of((TIMES, VALUES), (TIMES, [[1, 2]] * 4)),
        "trajectory 1 has 2 features, but trajectory 0 has 1",
    ),
    "unsorted times": (
        lambda: one([0, 2, 1, 3]),
        "trajectory 0, time number 3 is not greater than the time before it: 1 follows 2; sort",
    ),
    "falling times": (
        lambda: one([3, 2, 1, 0]),
        "time number 2 is not greater than the time before it: 2 follows 3; sort the times",
    ),
    "repeated times": (
        lambda: of((TIMES, VALUES), ([0, 1, 1, 2], [1, 2, 3, 4])),
        "trajectory 1, time number 3 is not greater than the time before it: 1 follows 1; merge repeated times into one",
    ),
    "times beyond single precision": (
        lambda: one(np.array(TIMES, np.float32) + np.float32(1.7e9)),
        "give them in double precision if they differ before they are rounded to float32",
    ),
    "nanoseconds as integers": (
        lambda: one(np.arange(4) + 1_700_000_000_000_000_000),
        "times are integers beyond 2^53, which double precision cannot distinguish: subtract a common origin from them first, or give",
    ),
    "large integers": (lambda: one(values=np.full((4, 1), 2**60 + 1)), "values are integers beyond 2^53"),
    "dates a nanosecond apart": (
        lambda: one(np.array(["2020-01-01T00:00:00"] * 4, "M8[ns]") + np.arange(4)),
        "times are dates less than a quarter of a microsecond apart",
    ),
    "an infinite value": (
        lambda: one(values=[[1], [INF], [1], [1]]),
        "feature 1 at time number 2 of trajectory 0 is inf; remove or",
    ),
    "an infinite time": (lambda: one([0, 1, 2, INF]), "times: trajectory 0, time number 4 is not finite; remove it"),
    "a missing time": (
        lambda: one([0, NAN, 2, 3], [[1], [NAN], [1], [1]]),
        "times: trajectory 0, time number 2 is not finite",
    ),
    "NaT between dates": (
        lambda: one(pd.to_datetime([DAYS[0], None, *DAYS[2:]]), [[1], [NAN], [1], [1]]),
        "times: trajectory 0, time number 2 is not finite",
    ),
    "a value at NaT": (
        lambda: one(pd.to_datetime([*DAYS[:3], None])),
        "times: trajectory 0, time number 4 is not finite",
    ),
    "text": (
        lambda: one(values=[["a"]] * 4),
        "values are no numbers: feature 1 at time number 1 of trajectory 0 is the text 'a'; conv",
    ),
    "a column of text": (
        lambda: of((TIMES, pd.DataFrame({"x": TIMES, "y": list("abcd")}))),
        "trajectory 0: values are no numbers: feature 2 at time number 1 is the text 'a'; convert it with pandas.to_numeric",
    ),
    "a column of categories": (
        lambda: of((TIMES, VALUES), (TIMES, pd.DataFrame({"x": pd.Categorical(list("abcd"))}))),
        "trajectory 1: values are no numbers: feature 1 at time number 1 is the text 'a'",
    ),
    "numbers as text": (
        lambda: one(values=np.array([["1"], ["2"]] * 2, object)),
        "time number 1 of trajectory 0 is the text '1'",
    ),
    "dates as text": (
        lambda: one(DAYS),
        "time number 1 of trajectory 0 is the text '2020-01-01'; convert dates with pandas.to_datetime",
    ),
    "something else": (
        lambda: one(values=[[{}]] * 4),
        "feature 1 at time number 1 of trajectory 0 is a dict; give a tensor",
    ),
    "periods": (lambda: one(pd.period_range("2020", periods=4, freq="D")), "time number 1 of trajectory 0 is a Period"),
    "nothing": (lambda: TimeSeries(None, None, "my.csv"), "my.csv: times are None"),
    "complex numbers": (lambda: one(values=[[1j]] * 4), "values are complex numbers, expected real numbers"),
    "a sparse tensor": (
        lambda: TimeSeries(torch.tensor([TIMES]), torch.tensor([VALUES]).to_sparse()),
        "values are a sparse tensor, expected a dense one",
    ),
    "lists of unequal lengths": (
        lambda: TimeSeries([[0, 1, 2], [0, 1]], [[[1], [2], [3]], [[1], [2]]]),
        "times are no numbers but lists of unequal lengths: give series of different lengths as TimeSeries.of(",
    ),
    "arrays of unequal lengths": (
        lambda: TimeSeries(np.array([np.zeros(3), np.zeros(2)], object), VALUES),
        "lists of unequal lengths: give series of different lengths as TimeSeries.of(",
    ),
    "tensors of unequal lengths": (
        lambda: TimeSeries([torch.zeros(3), torch.zeros(2)], VALUES),
        "lists of unequal lengths: give series of different lengths as TimeSeries.of(",
    ),
    "dates and numbers in one": (
        lambda: one([pd.Timestamp(DAYS[0]), 1, 2, 3]),
        "times mix dates and numbers: give all as one of",
    ),
    "dates and numbers": (
        lambda: of((pd.to_datetime(DAYS), VALUES), (TIMES, VALUES)),
        "trajectory 1 and trajectory 0 mix dates and numb",
    ),
    "mixed time zones": (
        lambda: one(zoned("UTC", None, "UTC", "UTC")),
        "times mix dates with and without a time zone: give all in one",
    ),
    "time zones that some lack": (
        lambda: of((zoned(*["UTC"] * 4), VALUES), (pd.to_datetime(DAYS), VALUES)),
        "trajectory 1 and trajectory 0 mix dates with and without a time zone",
    ),
    "no pair": (
        lambda: of(1.0),
        "trajectory 0 is no pair of times and values: give a list of pairs, [(times, values), ...]",
    ),
    "a dictionary": (lambda: TimeSeries.of({"a": (TIMES, VALUES)}), "trajectory 0 is no pair of times and values"),
    "a mask of another shape": (
        lambda: one(mask=[[1, 0]]),
        "a mask of shape (1, 2) does not fit values of shape (1, 4, 1)",
    ),
    "a mask of text": (lambda: one(mask=[[["a"]]]), "mask are no numbers"),
    "a mask with NaN": (
        lambda: one(mask=[[[1], [NAN], [1], [1]]]),
        "mask has NaN, expected true where a value was observed",
    ),
    "conversion to integers": (
        lambda: one().to(torch.int32),
        "the type is torch.int32, expected torch.float32 or torch.float64",
    ),
    "conversion to half precision": (lambda: one().to(torch.float16), "the type is torch.float16, expected"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_series_that_cannot_be_used_are_refused_in_a_sentence(name):
    make, message = REFUSED[name]
    with pytest.raises(PathlodeError) as caught:
        make()
    text = str(caught.value)
    assert message in text
    assert "\n" not in text
    assert len(text) < 400


PLAIN = (TIMES, VALUES)
SECONDS = (np.array([18262, 18263, 18264, 18265]) * 86400.0).tolist()
"""DAYS, in seconds since 1970 in UTC."""
GAP = [[1.0], [NAN], [3.0], [5.0]]
NUMBERS = [1, None, 3, 5]

TAKEN = {
    "lists": (lambda: one(), PLAIN),
    "tuples": (lambda: one(tuple(TIMES), tuple(map(tuple, VALUES))), PLAIN),
    "one feature of one series": (lambda: of((TIMES, [1, 2, 3, 5])), PLAIN),
    "a generator": (lambda: TimeSeries.of(pair for pair in [(TIMES, VALUES)]), PLAIN),
    "tensors in lists": (lambda: one(torch.tensor(TIMES), torch.tensor(VALUES, requires_grad=True)), PLAIN),
    "integers": (lambda: one(np.array([0, 1, 2, 3]), np.array([[1], [2], [3], [5]], np.uint8)), PLAIN),
    "half precision": (lambda: one(np.array(TIMES, np.float16), np.array(VALUES, np.float16)), PLAIN),
    "bfloat16": (lambda: TimeSeries(torch.tensor([TIMES]).bfloat16(), torch.tensor([VALUES]).bfloat16()), PLAIN),
    "quadruple precision": (lambda: of((np.array(TIMES, np.longdouble), np.array(VALUES, np.longdouble))), PLAIN),
    "another order of bytes": (lambda: of((np.array(TIMES, ">f8"), np.array(VALUES, ">f4"))), PLAIN),
    "reversed arrays": (lambda: of((np.array(TIMES[::-1])[::-1], np.array(VALUES[::-1])[::-1])), PLAIN),
    "single and double precision": (lambda: of((TIMES, np.array(VALUES, np.float32))), PLAIN),
    "dates, the last of them missing": (
        lambda: one(np.array([*map(pd.Timestamp, DAYS[:3]), pd.NA], object), [*VALUES[:3], [NAN]]).trimmed(),
        (SECONDS[:3], VALUES[:3]),
    ),
    "decimals": (lambda: one(values=[[Decimal(1)], [Decimal(2)], [Decimal(3)], [Decimal(5)]]), PLAIN),
    "truth values": (lambda: one(values=[[True], [False], [True], [True]]), (TIMES, [[1.0], [0.0], [1.0], [1.0]])),
    "a column of a table": (lambda: of((pd.Series(TIMES), pd.Series([1.0, 2.0, 3.0, 5.0]))), PLAIN),
    "a table": (lambda: of((pd.Series(TIMES), pd.DataFrame({"x": [1.0, 2.0, 3.0, 5.0]}))), PLAIN),
    "an index in another order": (lambda: of((pd.Series(TIMES, index=[3, 2, 1, 0]), VALUES)), PLAIN),
    "None": (lambda: one(values=[[1.0], [None], [3.0], [5.0]]), (TIMES, GAP)),
    "pandas.NA": (lambda: one(values=[[1.0], [pd.NA], [3.0], [5.0]]), (TIMES, GAP)),
    "integers that may be missing": (lambda: of((TIMES, pd.Series(NUMBERS, dtype="Int64"))), (TIMES, GAP)),
    "numbers of Arrow": (
        lambda: of((pd.Series(TIMES, dtype="float64[pyarrow]"), pd.Series(NUMBERS, dtype="int64[pyarrow]"))),
        (TIMES, GAP),
    ),
    "a masked array": (
        lambda: of((TIMES, np.ma.masked_array([[1], [2], [3], [5]], [[0], [1], [0], [0]]))),
        (TIMES, GAP),
    ),
    "masked arrays in a list": (lambda: one(values=np.ma.masked_array(VALUES, [[0], [1], [0], [0]])), (TIMES, GAP)),
    "a mask of numbers": (lambda: one(mask=[[[1], [0], [1], [1]]]), (TIMES, GAP)),
    "times before zero": (lambda: one([-3, -2, -1, 0]), ([-3.0, -2.0, -1.0, 0.0], VALUES)),
    "dates": (lambda: one([dt.date.fromisoformat(day) for day in DAYS]), (SECONDS, VALUES)),
    "dates of NumPy": (lambda: one(np.array(DAYS, "M8[D]")), (SECONDS, VALUES)),
    "dates of Arrow": (
        lambda: of((pd.Series(pd.to_datetime(DAYS)).astype("timestamp[ns][pyarrow]"), VALUES)),
        (SECONDS, VALUES),
    ),
    "several time zones": (
        lambda: one(
            [stamp.tz_convert(zone) for stamp, zone in zip(zoned(*["UTC"] * 4), ["UTC", "Asia/Tokyo"] * 2, strict=True)]
        ),
        (SECONDS, VALUES),
    ),
    "durations": (lambda: one(pd.to_timedelta(TIMES, unit="min")), ([0.0, 60.0, 120.0, 180.0], VALUES)),
    "durations of Python": (lambda: one([dt.timedelta(minutes=m) for m in TIMES]), ([0.0, 60.0, 120.0, 180.0], VALUES)),
    "a large origin": (lambda: one([1.7e9 + t for t in TIMES]), ([1.7e9 + t for t in TIMES], VALUES)),
}


@pytest.mark.parametrize("name", TAKEN)
def test_what_people_hold_is_taken_as_it_is_meant(name):
    make, (times, values) = TAKEN[name]
    series = make()
    assert series.times.tolist() == [times]
    assert series.values.nan_to_num(nan=-1).tolist() == [torch.tensor(values).double().nan_to_num(nan=-1).tolist()]
    assert {series.times.dtype, series.values.dtype} <= {torch.float32, torch.float64}
    assert (series.mask is None) == (values is not GAP)
    assert series.dates == ("dates" in name or "zones" in name)


def test_the_users_arrays_are_left_as_they_are():
    values = np.array(VALUES)
    values.setflags(write=False)
    series = of((TIMES, values))
    series.values[0, 0, 0] = 9.0
    assert values[0, 0] == 1.0
