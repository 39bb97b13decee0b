import numpy as np
import pandas as pd
import pytest

from pathlode.errors import ConfigError, DataError
from pathlode.schedule.logs import Log, join_logs

NAMES = {"lr": "opt/lr", "train_loss": "loss", "val_loss": "val/loss", "val_metric": "val/acc"}


def history(**columns):
    steps = np.arange(1, 11) * 10
    return pd.DataFrame({"step": steps, "opt/lr": 0.1, "loss": 1.0, "val/acc": steps / 100, "val/loss": 1.0} | columns)


def joined(names=NAMES, **tables):
    """The runs of these tables, in which what was not logged at a step is missing."""

    def of(table, tag):
        return pd.DataFrame({"step": table["step"], "value": table[tag], "time": np.nan}).dropna(subset=["value"])

    logs = [Log(run, run, set(table) - {"step"}, lambda tag, t=table: of(t, tag)) for run, table in tables.items()]
    return join_logs(logs, names, "logs")


def test_what_was_logged_at_other_steps_is_interpolated_between_and_held_outside():
    sparse = pd.DataFrame({"step": [25, 45], "opt/lr": [0.1, 0.2], "loss": [4.0, 8.0], "val/loss": [1.0, 3.0]})
    first = pd.concat([history()[["step", "val/acc"]], sparse]).sort_values("step")
    table = joined(first=first, second=history()).table.query("run_id == 'first'")
    assert table["step"].tolist() == list(range(10, 101, 10))
    assert table["lr"].tolist() == pytest.approx([0.1, 0.1, 0.125, 0.175] + [0.2] * 6)
    assert table["val_loss"].tolist() == pytest.approx([1, 1, 1.5, 2.5] + [3] * 6)
    assert table["train_loss"].tolist() == pytest.approx([4, 4, 4, 6] + [8] * 6)


def test_a_resumed_run_counts_as_last_logged():
    again = pd.concat([history(loss=9.0)[:6], history()[4:]])
    table = joined(first=again, second=history()).table.query("run_id == 'first'")
    assert table["train_loss"].tolist() == [9.0] * 4 + [1.0] * 6


def test_runs_that_logged_nothing_of_it_are_left_out():
    other = pd.DataFrame({"step": [1, 2], "temperature": [20, 21]})
    assert joined(first=history(), other=other, second=history()).ids == ["first", "second"]


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ({"lr": "a", "train_loss": "b"}, "names lacks 'val_metric', expected lr, train_loss and val_metric"),
        (NAMES | {"accuracy": "val/acc"}, "names has 'accuracy', expected"),
        (NAMES | {"step": "global"}, "names has 'step', expected"),
    ],
)
def test_names_must_be_of_columns(names, message):
    with pytest.raises(ConfigError, match=message):
        joined(names, first=history())


def test_values_that_are_not_finite_are_refused():
    with pytest.raises(
        DataError, match="train_loss of run 'first' at step 40 is inf, expected a finite number; leave the run out"
    ):
        joined(first=history(loss=[1.0, 1.0, 1.0, np.inf, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]), second=history())
