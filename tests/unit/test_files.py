import json
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pathlode.errors import CheckpointError
from pathlode.files import as_json, writing


def test_a_file_is_replaced_whole(tmp_path):
    path = tmp_path / "sub" / "table.csv"
    with writing(path) as temporary:
        temporary.write_text("new")
        assert not path.exists()
        assert temporary.suffix == ".csv"
    assert path.read_text() == "new"
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.fault("a write fails half-way", "the old file is as it was")
def test_a_failed_write_leaves_the_old_file(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("old")
    with pytest.raises(RuntimeError), writing(path) as temporary:  # noqa: PT012
        temporary.write_text("half")
        raise RuntimeError
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_json_takes_numbers_of_numpy_paths_and_dates():
    given = {"a": np.float32(0.5), "b": np.arange(2), "c": Path("x/y"), "d": date(2020, 1, 2), "e": (1, None)}
    assert json.loads(as_json(given, "facts")) == {"a": 0.5, "b": [0, 1], "c": "x/y", "d": "2020-01-02", "e": [1, None]}


@pytest.mark.parametrize("value", [{1, 2}, pd.DataFrame({"a": [1]}), 1j], ids=repr)
def test_json_refuses_the_rest_in_a_sentence(value):
    with pytest.raises(CheckpointError, match=f"facts holds a {type(value).__name__}, expected numbers"):
        as_json({"deep": [value]}, "facts")
