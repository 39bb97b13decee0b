from collections import namedtuple
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
import torch

from pathlode.core.plain import from_plain, to_plain
from pathlode.core.tensor_files import load_tensors, save_tensors
from pathlode.errors import CheckpointError

GIVEN = {
    "number": np.sqrt(0.25),
    "count": np.int32(3),
    "flag": np.bool_(True),
    "text": np.str_("ab"),
    "moment": np.datetime64("2020-01-01T00:00:00.000000001"),
    "array": np.arange(6, dtype=np.float32).reshape(2, 3),
    "other end": np.arange(3, dtype=">i4"),
    "strided": np.arange(10.0)[::3],
    "empty": np.zeros((0, 2)),
    "zero axes": np.array(1.5),
    "complex": np.array([1j]),
    "words": np.array([["a", "bc"]]),
    "dates": np.array(["2020-01-01", "NaT"], dtype="datetime64[D]"),
    "spans": np.array([1, 2], dtype="timedelta64[s]"),
    "path": Path("a/b.csv"),
    "date": date(2020, 2, 3),
    "datetime": datetime(2020, 2, 3, 4, 5, 6, 7),
    "zone": datetime(2020, 7, 1, tzinfo=ZoneInfo("Europe/Berlin")),
    "utc": datetime(2020, 7, 1, tzinfo=UTC),
    "span": timedelta(days=-1, microseconds=3),
    "nested": {"a": [np.float64(1.0), (Path("x"), {2, 3})], 4: {Path("y")}, "b": frozenset({1})},
    "plain": [None, True, 1, 2.5, "a", b"b", 1j],
}


@pytest.mark.parametrize("name", GIVEN)
def test_a_file_gives_back_what_it_was_given(name, tmp_path):
    save_tensors(tmp_path / "file.pt", {name: GIVEN[name]})
    found = load_tensors(tmp_path / "file.pt")[name]
    assert type(found) is type(GIVEN[name])
    assert getattr(found, "dtype", None) == getattr(GIVEN[name], "dtype", None)
    np.testing.assert_equal(found, GIVEN[name])
    assert repr(found) == repr(GIVEN[name])  # types within, and zones


def test_what_needs_no_change_is_the_same_object():
    weights = torch.nn.Linear(2, 2).state_dict()
    assert to_plain(weights) is weights
    assert from_plain(to_plain({"a": {"b": weights}}))["a"]["b"]["weight"] is weights["weight"]


def test_named_tuples_pandas_timestamps_and_keys_become_plain():
    assert to_plain(namedtuple("Pair", "a b")(1, 2)) == (1, 2)
    assert from_plain(to_plain(pd.Timestamp("2020-01-01T00:00:01"))) == datetime(2020, 1, 1, 0, 0, 1)
    (key,) = to_plain({np.int64(3): 1})
    assert type(key) is int


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (pd.DataFrame({"a": [1]}), r"'extra' is a DataFrame, expected .*: give its to_dict\('list'\)"),
        ({"deep": [0, Decimal(1)]}, r"'extra'\['deep'\]\[1\] is a Decimal, expected .*: convert it"),
        (lambda: 0, "'extra' is a function"),
        (pd.NaT, "'extra' is a NaTType"),
        (np.array([object()]), "'extra' is an array of type object, expected numbers, text or dates"),
        (np.zeros(2, dtype=[("a", "f4")]), "'extra' is an array of type .*expected numbers"),
        ({Path("a"): 1}, "'extra' has a key of type PosixPath, expected text or a number"),
        ({"kind of value": 1}, "'extra' has the key 'kind of value', which files keep"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_a_file_cannot_hold_is_refused_before_it_is_written(value, message, tmp_path):
    path = tmp_path / "file.pt"
    save_tensors(path, {"good": 1})
    with pytest.raises(CheckpointError, match=message):
        save_tensors(path, {"extra": value})
    assert load_tensors(path) == {"good": 1}
