from datetime import UTC, date, datetime, timedelta, timezone
from datetime import time as clock
from decimal import Decimal
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import torch

from pathlode.core.series import TimeSeries
from pathlode.errors import DataError

NAN = float("nan")


def table(**columns):
    given = {
        "id": ["b", "b", "b", "a", "a"],
        "t": [0.0, 1.0, 2.5, 0.0, 4.0],
        "x": [1.0, NAN, 3.0, 4.0, 5.0],
        "n": [1, 2, 3, 4, 5],
        "age": [30.0, 30.0, 30.0, NAN, NAN],
    }
    return pd.DataFrame(given | columns)


def read(given, **names):
    names = {"series": "id", "time": "t", "values": ["x", "n"], "static": ["age"]} | names
    return TimeSeries.from_frame(given, **names, name="my.csv")


def test_a_table_becomes_padded_series_in_order_of_appearance():
    series = read(table())
    assert series.times.nan_to_num(nan=-1).tolist() == [[0, 1, 2.5], [0, 4, -1]]
    assert series.values[..., 0].nan_to_num(nan=-1).tolist() == [[1, -1, 3], [4, 5, -1]]
    assert series.values[..., 1].nan_to_num(nan=-1).tolist() == [[1, 2, 3], [4, 5, -1]]
    assert series.static.nan_to_num(nan=-1).tolist() == [[30.0], [-1.0]]
    assert (series.dtype, series.name, series.dates) == (torch.float64, "my.csv", False)


ZONED = pd.to_datetime(
    ["2024-03-31 00:30", "2024-03-31 01:30", "2024-03-31 01:30:00.000001", "2020-01-01", "2021-01-01"],
    utc=True,
    format="ISO8601",
).tz_convert("Europe/Berlin")
"""Across a change of the clocks."""


@pytest.mark.parametrize(
    "columns",
    [
        {},
        {"id": np.array([7, 7, 7, 3, 3], dtype=np.int16)},
        {"id": pd.Categorical(["b", "b", "b", "a", "a"], categories=["a", "c", "b"])},
        {"id": pd.array([1, 1, 1, 2, 2], dtype="Int64")},
        {"t": np.arange(5)},
        {"t": np.arange(5, dtype=np.float32)},
        {
            "t": pd.to_datetime(
                ["2020-01-01T00:00:00.1", "2020-01-02", "2020-02-01", "1999", "2020-01-01"], format="ISO8601"
            )
        },
        {"t": ZONED},
        {"t": ZONED.as_unit("ns")},
        {"t": pd.to_datetime(["2020", "2021", "2022", "2020", "2021"]).as_unit("s")},
        {"x": np.array([1, NAN, 3, 4, 5], dtype=np.float32)},
        {"x": pd.array([1, None, 3, 4, 5], dtype="Float64")},
        {"x": pd.array([1, None, 3, 4, 5], dtype="Int64")},
        {"x": pd.array([1, None, 3, 4, 5], dtype="double[pyarrow]"), "n": pd.array([1, 2, 3, 4, 5], "int8[pyarrow]")},
        {"n": np.array([1, 0, 0, 1, 1], dtype=bool)},
        {"n": np.array([1, 0, 0, 1, 2**32], dtype=np.uint64)},
        {"x": [5412345.1, NAN, 5412345.3, 5412345.4, 5412345.123456789]},
        {"age": np.array([1, 1, 1, 2, 2], dtype=np.int8)},
        {"x": np.array([1, NAN, 3, 4, 5], dtype=np.float16), "n": np.arange(5, dtype=np.float32)},
    ],
    ids=lambda columns: " ".join(f"{name} {table(**columns)[name].dtype}" for name in columns) or "plain",
)
def test_a_table_comes_back_exactly(columns):
    given = table(**columns)
    pd.testing.assert_frame_equal(read(given).to_frame(), given[["id", "t", "x", "n", "age"]])


def test_single_precision_stays_single():
    single = table(x=np.ones(5, np.float32), n=np.ones(5, np.float16), t=np.arange(5, dtype=np.float32))
    assert read(single).dtype == torch.float32


def test_rows_of_a_series_may_stand_apart():
    given = table().sort_values("t", kind="stable", ignore_index=True)
    back = read(given).to_frame()
    assert back["id"].tolist() == ["b", "b", "b", "a", "a"]
    pd.testing.assert_frame_equal(back, table()[list(back)])


def test_chosen_series_keep_their_labels_and_columns():
    some = read(table())[[1]]
    assert some.to_frame()["id"].tolist() == ["a", "a"]
    assert read(table())[1:].to_frame()["n"].tolist() == [4, 5]
    assert read(table())[torch.tensor([False, True])].trimmed().to_frame().columns.tolist() == list(table())


def test_all_other_columns_are_values_by_default_and_one_series_needs_no_label():
    alone = table().iloc[:3].drop(columns="id")
    series = TimeSeries.from_frame(alone, time="t")
    assert (len(series), series.features, series.layout.values) == (1, 3, ("x", "n", "age"))
    pd.testing.assert_frame_equal(series.to_frame(), alone)


def test_series_from_elsewhere_get_plain_names():
    series = TimeSeries.of(
        [([0.0, 1.0], [[1.0, 2.0], [3.0, NAN]], [7.0]), ([np.datetime64("2020")], [[1.0, 2.0]], [8.0])][:1]
    )
    frame = series.to_frame()
    assert frame.columns.tolist() == ["series", "time", "value_1", "value_2", "static_1"]
    assert frame.iloc[1].fillna(-1).tolist() == [0, 1, 3, -1, 7]
    dated = TimeSeries.of([(np.array(["2020-01-01T00:00:01"], dtype="datetime64[s]"), [1.0])]).to_frame()
    assert dated["time"].tolist() == [pd.Timestamp("2020-01-01T00:00:01")]


def test_values_that_are_no_longer_whole_come_back_in_double_precision():
    series = read(table())
    series.values[0, 0, 1] = 1.5
    assert series.to_frame()["n"].tolist() == [1.5, 2, 3, 4, 5]


def test_python_dates_are_dates():
    series = read(table(t=[date(2020, 1, day) for day in (1, 2, 3, 1, 2)]))
    assert series.dates
    assert series.times[0].diff().tolist() == [86400.0, 86400.0]
    aware = read(table(t=[datetime(2020, 1, day, tzinfo=timezone(timedelta(hours=2))) for day in (1, 2, 3, 1, 2)]))
    assert float(aware.times[0, 0]) == datetime(2019, 12, 31, 22, tzinfo=UTC).timestamp()


def test_dates_that_are_held_as_objects_come_back_with_their_time_zone():
    days = [datetime(2020, 1, day, tzinfo=UTC) for day in (1, 2, 3, 1, 2)]
    back = read(table(t=pd.Series(days, dtype=object))).to_frame()
    assert back["t"].tolist() == days
    naive = pd.Series([day.replace(tzinfo=None) for day in days], dtype=object)
    assert read(table(t=naive)).to_frame()["t"].tolist() == naive.tolist()


MIXED = [datetime(2020, 1, day, tzinfo=timezone(timedelta(hours=day))) for day in (1, 2, 3, 1, 2)]


@pytest.mark.parametrize(
    ("columns", "names", "message"),
    [
        ({}, {"time": "time"}, "the table lacks the column 'time': it has id, t, x, n, age"),
        ({}, {"values": "x"}, r"values is the text 'x', expected a list of columns: \['x'\]"),
        ({}, {"values": ["x", "t"]}, "the column 't' is named twice"),
        ({}, {"values": []}, "there is no column of values"),
        ({}, {"time": "when", "values": []}, "the table lacks the column 'when'"),
        ({"x": ["1", "2", "lost", None, "5"]}, {}, "column 'x', row number 3: 'lost' is text, expected a number"),
        ({"x": ["1", "2", "3", "4", "5"]}, {}, "column 'x' is text, expected numbers: convert it"),
        (
            {"x": ["1", "2", "3", "4,200", "5"]},
            {},
            "column 'x', row number 4: '4,200' is text, .*read_csv takes .*thousands",
        ),
        (
            {"t": [clock(hour) for hour in (1, 2, 3, 1, 2)]},
            {},
            "column 't', row number 1: .* type time, .*to_timedelta",
        ),
        ({"x": np.ones(5) * 1j}, {}, "column 'x' is of type complex128, .* real and its imaginary part"),
        ({"x": [1.0, {}, 2.0, 3.0, 4.0]}, {}, "column 'x', row number 2: the entry is of type dict, expected numbers"),
        ({"x": [1.0, pd.NA, 1j, 3.0, 4.0]}, {}, "column 'x', row number 3: the entry is of type complex, expected num"),
        (
            {"x": pd.Series([1, None, 2**60 + 1, 3, 4], dtype=object)},
            {},
            "column 'x', row number 3: 1152921504606846977 is",
        ),
        ({"x": pd.Categorical([1, 2, 3, 4, 5])}, {}, "column 'x' is of type category, .* with pandas.get_dummies"),
        ({"x": pd.to_timedelta([1, 2, 3, 4, 5], "s")}, {}, "column 'x' is of type timedelta64.*dt.total_seconds"),
        ({"x": pd.to_datetime(["2020"] * 5)}, {}, "column 'x' is of type datetime64.*- origin.*total_seconds"),
        ({"t": pd.period_range("2020", periods=5, freq="D")}, {}, "column 't' is of type period.*to_timestamp"),
        ({"x": [1.0, 2.0, 3.0, -np.inf, 5.0]}, {}, "column 'x', row number 4: the value is -inf; remove or impute it"),
        (
            {"n": [1, 2, 3, 4, 2**53 + 1]},
            {},
            "column 'n', row number 5: 9007199254740993 is a whole number that double",
        ),
        ({"t": [0.0, 1.0, NAN, 0.0, 1.0]}, {}, "column 't', row number 3: the time is nan"),
        (
            {"t": [0.0, 2.0, 1.0, 0.0, 1.0]},
            {},
            r"column 't', series 'b', row number 3: the time 1.0 is before 2.0 .* sort",
        ),
        (
            {"t": [0.0, 1.0, 2.0, 1.0, 1.0]},
            {},
            "column 't', series 'a', row number 5: the time 1.0 is that of row number 4 too; merge the two$",
        ),
        (
            {"t": np.array([0, 60, 180, 0, 9000], dtype=np.float32) + np.float32(1.7e9)},
            {},
            "column 't', series 'b', row number 2: the time 1700000000.0 is that of row number 1 too; merge .* in double precision",
        ),
        (
            {"t": ["2020", "2021", "2022", "2020", "2021"]},
            {},
            "column 't' is text, expected numbers or dates: .*to_datetime",
        ),
        ({"t": MIXED}, {}, "column 't' mixes time zones: give all times in one"),
        ({"t": [*MIXED[:4], datetime(2020, 1, 2)]}, {}, "column 't' mixes time zones"),
        (
            {"t": [datetime(2020, 1, 1), 1.0, 2.0, 3.0, 4.0]},
            {},
            "column 't', row number 2: 1.0 is no date as others are",
        ),
        (
            {"t": pd.to_datetime("2020") + pd.to_timedelta([0, 1, 2, 0, 1], unit="ns")},
            {},
            "series 'b', rows number 1 and 2: the dates are less than a microsecond apart",
        ),
        ({"id": ["a", None, "a", "b", "b"]}, {}, "column 'id', row number 2: the label of the series is missing"),
        ({"x": NAN, "n": [NAN, NAN, NAN, 1, 2]}, {}, "series 'b' has no observed value; remove it"),
        (
            {"age": [1.0, 1.0, 2.0, 3.0, 3.0]},
            {},
            "column 'age', row number 3: 2 differs from 1 before it in series 'b'",
        ),
        ({"age": ["f", "f", "f", "m", "m"]}, {}, "column 'age', row number 1: 'f' is text, expected a number"),
    ],
)
def test_a_fault_of_a_table_is_named_by_column_and_row(columns, names, message):
    with pytest.raises(DataError, match=f"my.csv: {message}") as told:
        read(table(**columns), **names)
    assert "\n" not in str(told.value)


def test_dates_that_are_written_as_numbers_are_told(caplog):
    read(table(t=[20240130, 20240131, 20240201, 20231231, 20240229]))
    assert "column 't' has numbers such as 20240130, which are read as numbers: if they are dates, give" in caplog.text
    caplog.clear()
    read(table(t=[20240130, 20240131, 20240201, 20231231, 20240299]))
    read(table(t=[20240130.5, 20240131, 20240201, 20231231, 20240229]))
    assert caplog.text == ""


def test_durations_are_times_in_seconds_and_come_back():
    given = table(t=pd.to_timedelta([0.0, 1.0, 2.5, 0.0, 4.0], "min"))
    series = read(given)
    assert (series.times[0].tolist(), series.dates) == ([0.0, 60.0, 150.0], False)
    pd.testing.assert_frame_equal(series.to_frame()[["id", "t", "x"]], given[["id", "t", "x"]])
    with pytest.raises(DataError, match="my.csv: column 't', row number 2: the time is n"):
        read(given.assign(t=given["t"].where(given.index != 1)))


def test_what_is_no_table_is_refused():
    with pytest.raises(
        DataError, match=r"my.csv: 't' is an index of the table, expected a column: give table.reset_index"
    ):
        read(table().set_index("t"))
    polars = SimpleNamespace(columns=["t"], dtypes=[float], to_pandas=table)
    with pytest.raises(
        DataError, match=r"the table is a types SimpleNamespace, expected a pandas DataFrame: give table.to_pandas"
    ):
        read(polars)
    above = (
        table()
        .rename(columns={"x": "x m"})
        .T.set_index(pd.MultiIndex.from_tuples([("id", ""), ("t", ""), *[("x", "m")] * 3]))
        .T
    )
    with pytest.raises(
        DataError, match=r"the table's columns have names of 2 levels, expected one: give it table.columns ="
    ):
        read(above)
    with pytest.raises(DataError, match="my.csv: the table is a list, expected a pandas DataFrame"):
        read([1, 2])
    with pytest.raises(DataError, match="my.csv: the table has no row"):
        read(table().iloc[:0])
    with pytest.raises(DataError, match="my.csv: the table has two columns 'x'"):
        read(pd.concat([table(), table()[["x"]]], axis=1))
    with pytest.raises(DataError, match="data: these are 2 sets"):
        TimeSeries(torch.arange(3.0).expand(2, 1, 3), torch.ones(2, 1, 3, 1), "data").to_frame()


def test_missing_objects_are_missing_values():
    series = read(table(x=[1.0, pd.NA, None, 3, Decimal("0.5")]))
    assert series.values[:, :, 0].nan_to_num(nan=-1).flatten().tolist() == [1.0, -1.0, -1.0, 3.0, 0.5, -1.0]
