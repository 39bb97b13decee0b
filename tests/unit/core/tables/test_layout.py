import pandas as pd
import pytest

from pathlode.core.tables.layout import Layout, default_layout, layout_of
from pathlode.errors import DataError

TABLE = pd.DataFrame({"id": ["a"], "t": [0.0], "x": [1.0], "age": [30]})


def test_columns_have_one_part_each_and_the_rest_are_values():
    found = layout_of(TABLE, "id", "t", None, ["age"])
    assert (found.series, found.time, found.values, found.static) == ("id", "t", ("x",), ("age",))
    assert found.dtypes["x"] == "float64"
    assert found.dtypes["age"] == "int64"
    assert found.labels is None


def test_a_lacking_column_is_named():
    with pytest.raises(DataError, match="the table lacks the column 'y': it has id, t, x, age"):
        layout_of(TABLE, "id", "t", ["y"], [])


def test_series_without_a_table_have_numbered_columns():
    assert default_layout(2, 1) == Layout("series", "time", ("value_1", "value_2"), ("static_1",))


def test_series_are_named_by_label_or_else_by_number():
    labelled = Layout("id", "t", ("x",), labels=pd.Index([7, 9, 11]))
    assert labelled.name_of(1) == "series 9"
    assert labelled.chosen([2, 0]).name_of(0) == "series 11"
    assert labelled.chosen(slice(1, None)).label(0) == 9
    assert default_layout(1, 0).name_of(1) == "trajectory 1"


def test_messages_name_series_and_columns_of_a_table():
    message = "feature 2 at time number 1 of trajectory 1, static covariate 1 of trajectory 0"
    own = Layout("id", "t", ("x", "y"), ("age",), {"x": "float64"}, pd.Index(["a", "b"]))
    named = own.naming(message)
    assert named == "column 'y' at time number 1 of series 'b', column 'age' of series 'a'"
    assert default_layout(2, 1).naming(message, 5).startswith("feature 2 at time number 1 of trajectory 6")
