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
    sparse = pd.DataFrame(
        {"step": [25, 45, 75], "opt/lr": [0.1, 0.2, 0.2], "loss": [4.0, 8.0, 8.0], "val/loss": [1, 3, 3]}
    )
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


INFINITE = [1.0, 1.0, 1.0, np.inf, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]


def test_runs_that_diverged_or_stopped_are_left_out_by_name(caplog):
    tables = {"inf": history(loss=INFINITE), "stopped": history()[:5]}
    silent = history()
    silent.loc[5:, "loss"] = np.nan  # as pandas writes a loss that is not a number
    no_metric = history()
    no_metric.loc[8:, "val/acc"] = np.nan
    runs = joined(first=history(), **tables, silent=silent, no_metric=no_metric, second=history())
    assert runs.ids == ["first", "second"]
    assert runs.left_out == {
        "inf": "its train_loss at step 40 is inf",
        "stopped": "it has 5 rows, fewer than 8",
        "silent": "it logged no train_loss after step 50 of 100",
        "no_metric": "it logged no val_metric after step 80 of 100",
    }
    assert "logs: run 'inf' is left out, as its train_loss at step 40 is inf" in caplog.messages


def test_if_too_few_runs_are_left_the_reasons_are_given():
    with pytest.raises(
        DataError,
        match="logs: there is 1 run, expected at least two, .*; 'first' is left out, as its train_loss at step 40",
    ):
        joined(first=history(loss=INFINITE), second=history())
    with pytest.raises(DataError, match="logs: there are 0 runs, .*; 'a' is left out, as it has 5 rows, fewer than 8"):
        joined(a=history()[:5])


def test_a_tool_may_call_a_run_unfinished():
    def of(tag):
        return history()[["step", tag]].set_axis(["step", "value"], axis=1).assign(time=np.nan)

    runs = join_logs(
        [Log(name, name, set(NAMES.values()), of, "it was pruned" if name == "c" else None) for name in "abc"],
        NAMES,
        "logs",
    )
    assert runs.ids == ["a", "b"]
    assert runs.left_out == {"c": "it was pruned"}


def test_rates_may_end_at_zero_and_are_floored():
    rates = np.linspace(0.1, 0, 10)
    runs = joined(first=history(**{"opt/lr": rates}), second=history())
    assert runs.table["lr"].min() == 0
    assert np.exp(runs.trajectories[0].values[-1, 1]) == pytest.approx(1e-3 * 0.1)


def test_the_loss_can_be_all_that_was_logged():
    table = history()[["step", "opt/lr", "loss"]].assign(loss=np.linspace(2, 1, 10))
    runs = joined({"lr": "opt/lr", "train_loss": "loss", "val_metric": "loss"}, first=table, second=table)
    assert runs.metric_is_loss
    assert runs.table["val_metric"].tolist() == table["loss"].tolist() * 2
