"""The files that the chapter's scripts share."""

import numpy as np
import pandas as pd
import pytest

from pathlode.dynamics.artefacts import (
    SETTING,
    Chosen,
    Evaluations,
    Probes,
    Scores,
    Sizes,
    SizesNeeded,
    TimesToTarget,
    Tuning,
)
from pathlode.dynamics.step_costs import TimedToTarget
from pathlode.errors import DataError


def evaluations(**changes):
    arrays = {
        "nmse": {"path": np.zeros((2, 9)), "constant": np.ones((2, 9))},
        "predicted": {"path": np.zeros((2, 3, 9, 1)), "constant": np.ones((2, 3, 9, 1))},
        "path": {"path": np.zeros((2, 3, 9, 4))},
        "train_z0": {"path": np.zeros((2, 20, 4))},
        "test_z0": {"path": np.zeros((2, 7, 4))},
    }
    return Evaluations(**arrays | changes)


def test_evaluations_keep_what_each_row_has(tmp_path):
    evaluations().save(tmp_path / "evaluation.npz")
    loaded = Evaluations.load(tmp_path / "evaluation.npz")
    assert list(loaded.nmse) == list(loaded.predicted) == ["path", "constant"]
    assert list(loaded.path) == list(loaded.test_z0) == ["path"]
    assert (loaded.nmse["constant"] == 1).all()


def test_evaluations_whose_axes_do_not_fit_are_refused():
    with pytest.raises(DataError, match="predicted/path has 8 along 'time', but nmse/path has 9"):
        evaluations(predicted={"path": np.zeros((2, 3, 8, 1))})


def test_what_was_chosen_is_read_as_it_was_written(tmp_path):
    chosen = Chosen([4, 5], [0.03, 0.01], [0.1, 1.0])
    chosen.save(tmp_path / "chosen.json")
    assert Chosen.load(tmp_path / "chosen.json") == chosen
    assert chosen.of([5, 4]) == {"learning_rate": [0.01, 0.03], "weight": [1.0, 0.1]}


@pytest.mark.parametrize("kind", [Tuning, Scores, Sizes, Probes, TimesToTarget, TimedToTarget, SizesNeeded])
def test_every_table_says_what_a_line_is_about_and_describes_its_columns(kind, tmp_path):
    assert list(kind.columns)[: len(SETTING)] == list(SETTING)
    assert all(len(description) > 5 for description in kind.columns.values())
    table = pd.DataFrame([dict.fromkeys(kind.columns)])
    kind(table).save(tmp_path / "table.csv")
    assert list(kind.load(tmp_path / "table.csv").table.columns) == list(kind.columns)
    with pytest.raises(DataError, match="lacks the column 'row'"):
        kind(table.drop(columns="row"))
