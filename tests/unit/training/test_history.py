import pandas as pd
import pytest
import torch

from pathlode.errors import DataError
from pathlode.training.history import History
from pathlode.training.validation import Validation


def test_a_history_has_a_line_a_validation_and_seed_and_keeps_its_digits(tmp_path):
    third = torch.tensor([1 / 3, 2 / 3], dtype=torch.float64)
    rows = [Validation(step, 2.0 * step, third, third, third, 6) for step in (10, 20)]
    History.of(rows, [4, 7], row="path").save(tmp_path / "history.csv")
    table = History.load(tmp_path / "history.csv").table
    assert list(table.columns) == ["row", *History.columns]
    assert table[["seed", "step"]].to_numpy().tolist() == [[4, 10], [7, 10], [4, 20], [7, 20]]
    assert table["validation_mse"].tolist() == [*third.tolist()] * 2
    assert table["seconds"].tolist() == [10.0, 10.0, 20.0, 20.0]  # of one of two


def test_a_model_that_is_not_trained_has_a_history_without_lines(tmp_path):
    History.of([], [0, 1], row="constant").save(tmp_path / "history.csv")
    assert History.load(tmp_path / "history.csv").table.empty


def test_a_table_that_is_no_history_is_refused(tmp_path):
    pd.DataFrame({"seed": [0]}).to_csv(tmp_path / "history.csv")
    with pytest.raises(DataError, match="lacks the column 'step'"):
        History.load(tmp_path / "history.csv")
