import numpy as np
import pandas as pd
import pytest
import torch

from pathlode.core.series import TimeSeries
from pathlode.core.tables.input_columns import given_at
from pathlode.errors import DataError

NAN = float("nan")


def table(**columns):
    """Two series; at the last time of each only the dose is known, and at one time only the value."""
    given = {
        "id": ["b", "b", "b", "a", "a", "a"],
        "t": [0.0, 1.0, 2.5, 0.0, 4.0, 5.0],
        "x": [1.0, 2.0, NAN, 4.0, 5.0, NAN],
        "dose": [10.0, NAN, 30.0, 40.0, 50.0, 60.0],
        "on": [1.0, NAN, 0.0, 1.0, 1.0, 0.0],
    }
    return pd.DataFrame(given | columns)


def doses(**columns):
    """Inputs at other times, of more series and in another order."""
    given = {"id": ["c", "a", "a", "a", "b", "b"], "t": [0, -1, 2, 6, 0, 9], "dose": [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]}
    return pd.DataFrame(given | columns)


def read(given=None, inputs=("dose", "on"), **names):
    given = table() if given is None else given
    return TimeSeries.from_frame(given, **{"series": "id", "time": "t", "name": "my.csv", "inputs": inputs} | names)


def test_inputs_of_the_table_are_known_where_their_cells_are_filled():
    series = read()
    assert series.layout.values == ("x",)
    assert series.times[0].tolist() == [0, 1, 2.5]
    assert series.inputs.times.nan_to_num(nan=-1).tolist() == [[0, 2.5, -1], [0, 4, 5]]
    assert series.inputs.values[0, :2].tolist() == [[10, 1], [30, 0]]
    assert series.inputs.values[1].tolist() == [[40, 1], [50, 1], [60, 0]]
    assert series.context.inputs is series.inputs.values


@pytest.mark.parametrize(
    "columns",
    [
        {},
        {"t": pd.to_datetime(["2020", "2021", "2022", "2020", "2021", "2022"])},
        {"dose": pd.array([1, None, 3, 4, 5, 6], dtype="Int64")},
        {"t": np.array([0.1, 0.2, 0.3, 0.1, 0.2, 0.3], dtype=np.float32)},
        {"dose": range(6), "on": [True, False] * 3},
    ],
    ids=["plain", "dates", "whole", "single", "always known"],
)
def test_a_table_with_inputs_comes_back_exactly(columns):
    given = table(**columns)
    pd.testing.assert_frame_equal(read(given).to_frame(), given)
    pd.testing.assert_frame_equal(read(given)[[1]].to_frame(), given.iloc[3:].reset_index(drop=True))


def test_inputs_come_back_from_single_precision_too():
    given = table(t=[0.1, 0.2, 0.3, 0.1, 0.2, 0.3])
    assert read(given).to(torch.float32).to_frame()["dose"].fillna(-1).tolist() == [10, -1, 30, 40, 50, 60]


def test_a_table_of_inputs_is_matched_by_labels():
    series = read(table().drop(columns=["dose", "on"]), doses())
    assert series.inputs.times.nan_to_num(nan=9e9).tolist() == [[0, 9, 9e9], [-1, 2, 6]]
    assert series.inputs.values[1, :, 0].tolist() == [1, 2, 3]
    assert series.to_frame().columns.tolist() == ["id", "t", "x"]
    back = series.inputs.to_frame()
    assert back["id"].tolist() == ["b", "b", "a", "a", "a"]
    again = read(series.to_frame(), back)
    assert torch.equal(again.inputs.values.nan_to_num(), series.inputs.values.nan_to_num())
    assert series[[1]].inputs.to_frame()["dose"].tolist() == [1, 2, 3]
    categories = read(table()[["id", "t", "x"]].astype({"id": "category"}), doses().astype({"id": "category"}))
    assert torch.equal(categories.inputs.values.nan_to_num(), series.inputs.values.nan_to_num())


def test_one_series_needs_no_label():
    alone = TimeSeries.from_frame(table().iloc[:3, 1:], time="t", inputs=["dose", "on"])
    assert alone.inputs.values.shape == (1, 2, 2)
    other = TimeSeries.from_frame(table().iloc[:3, 1:3], time="t", inputs=doses().iloc[4:, 1:])
    assert other.inputs.times.tolist() == [[0, 9]]


def test_values_are_found_at_equal_times_only():
    times, values = torch.tensor([[0.0, 2.0, NAN]]), torch.tensor([[[5.0], [6.0], [NAN]]])
    found = given_at(times, values, torch.tensor([[-1.0, 0.0, 1.0, 2.0, 3.0, NAN]]))
    assert found[0, :, 0].nan_to_num(nan=-1).tolist() == [-1, 5, -1, 6, -1, -1]


@pytest.mark.parametrize(
    ("columns", "inputs", "message"),
    [
        ({}, "dose", r"inputs is the text 'dose', expected a list of columns: \['dose'\]"),
        ({}, ["dosis"], "the table lacks the column 'dosis': it has id, t, x, dose, on"),
        ({}, ["dose", "x"], "the column 'x' is named twice"),
        (
            {"on": NAN},
            ["dose", "on"],
            "column 'on', row number 1: the input is missing, though another one is given there",
        ),
        ({"dose": NAN}, ["dose"], "column 'dose' has no value, expected the known input at its times"),
        (
            {"dose": [1, 2, 3, NAN, NAN, NAN]},
            ["dose"],
            "series 'a' has no input, unlike series 'b'; give its inputs, or",
        ),
        ({"dose": [1, 2, 3, NAN, 5, NAN]}, ["dose"], "inputs of series 'a' have one time, expected at least 2"),
        ({"dose": ["1", None, "much", "4", "5", "6"]}, ["dose"], "column 'dose', row number 3: 'much' is text"),
        ({"dose": [1, NAN, np.inf, 4, 5, 6]}, ["dose"], "column 'dose', row number 3: the value is inf"),
        ({}, doses(dose=[0, 1, NAN, 3, 4, 5]), "inputs: column 'dose', row number 3: the input is missing; impute it"),
        ({}, doses().rename(columns={"id": "who"}), "inputs: the table lacks the column 'id': it has who, t, dose"),
        ({}, doses(t=[0, 5, 2, 6, 0, 9]), "inputs: column 't', series 'a', row number 3: the time 2.0 is before 5.0"),
        (
            {},
            doses(id=[1, 2, 2, 2, 3, 3]),
            "inputs: series 'b' has no input, unlike series 1; give its inputs, or leave",
        ),
        ({}, doses()[["id", "t"]], "inputs: there is no column of values"),
        ({}, doses().iloc[:0], "inputs: the table has no row"),
        (
            {},
            doses(t=pd.to_datetime(["2020", "2020", "2021", "2022", "2020", "2021"])),
            "times of series and of their inputs mix dates and numbers",
        ),
    ],
)
def test_a_fault_of_inputs_is_named_by_column_and_row(columns, inputs, message):
    with pytest.raises(DataError, match=f"my.csv: {message}") as told:
        read(table(**columns), inputs, values=["x"])
    assert "\n" not in str(told.value)
