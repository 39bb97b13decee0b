import sys

import numpy as np
import pandas as pd
import pytest

from pathlode.errors import DataError
from pathlode.schedule.runs import COLUMNS, Runs, ended_early, read_runs, trajectory


def run(name="a", rows=20, **columns):
    step = np.arange(1, rows + 1) * 10
    table = {
        "run_id": name,
        "step": step,
        "epoch": step / 100,
        "lr": np.geomspace(0.1, 0.001, rows),
        "train_loss": np.linspace(2, 1, rows),
        "val_loss": 1.0,
        "val_metric": np.linspace(0, 0.9, rows),
        "seconds": step * 0.1,
    }
    return pd.DataFrame(table | columns)


def test_runs_of_any_length_are_resampled_to_one_clock():
    runs = Runs(pd.concat([run("a", 20, step=np.arange(20)), run("b", 50, step=np.arange(50) * 7)]))
    assert len(runs) == 2
    assert runs.ids == ["a", "b"]
    values = runs.on_clock(11)
    assert values.shape == (2, 11, 3)
    assert values[0] == pytest.approx(values[1])
    assert values[0, :, 0] == pytest.approx(np.linspace(2, 1, 11))
    assert np.exp(values[0, 5, 1]) == pytest.approx(0.01)
    assert values[0, :, 2] == pytest.approx(np.linspace(0, 0.9, 11))


def test_the_clock_begins_with_the_first_optimiser_step():
    values = trajectory(run(rows=10)).at(np.linspace(0, 1, 21))  # first logged at a tenth of the training
    assert values[:3, 0] == pytest.approx(2)
    assert values[3, 0] < 2
    assert values[-1, 0] == pytest.approx(1)


def test_what_is_known_at_a_moment_says_nothing_of_later_rows():
    whole = trajectory(run(rows=10))
    moments = np.array([0.05, 0.25, 0.3, 0.34])
    known = whole.until(0.34)
    assert known.clock.tolist() == pytest.approx([0.1, 0.2, 0.3])
    assert known.at(moments)[:3] == pytest.approx(whole.at(moments)[:3])
    assert known.at(moments)[3] == pytest.approx(whole.values[2])
    assert whole.until(0.0).at(moments) == pytest.approx(np.tile(whole.values[0], (4, 1)))


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (pd.concat([run("a"), run("b")]).drop(columns="lr"), "the column 'lr' is missing"),
        (pd.concat([run("a"), run("b", lr=0.0)]), "lr of run 'b' is 0 throughout"),
        (
            pd.concat([run("a"), run("b", lr=-0.1)]),
            "lr of run 'b' at step 10 is -0.1, expected a finite number of at least 0",
        ),
        (pd.concat([run("a"), run("b", train_loss=np.nan)]), "train_loss of run 'b' at step 10 is nan"),
        (pd.concat([run("a"), run("b", val_loss=np.inf)]), "val_loss of run 'b' at step 10 is inf"),
        (pd.concat([run("a"), run("b", val_metric="none")]), "val_metric of run 'b' at step 10 is none"),
        (pd.concat([run("a"), run("a")]), "step 10 of run 'a' follows step 200, expected increasing steps"),
        (pd.concat([run("a"), run("b", rows=3)]), "run 'b' has 3 rows, expected at least 8"),
        (run("a"), "there is 1 run, expected at least two"),
        (pd.concat([run("a"), run(None)]), "a row has no run_id"),
        (pd.concat([run("a"), run("b").assign(step=np.arange(20) - 19)]), "run 'b' begins at step -19"),
    ],
)
def test_bad_logs_are_refused_with_a_sentence(table, message):
    with pytest.raises(DataError, match=message):
        Runs(table, "log")


def test_numbers_that_are_written_as_text_are_numbers():
    table = pd.concat([run("a"), run("b")])
    assert Runs(table.astype({"lr": str, "step": str})).on_clock(5) == pytest.approx(Runs(table).on_clock(5))


def test_columns_that_are_not_needed_may_be_absent():
    assert len(Runs(pd.concat([run("a"), run("b")]).drop(columns=["epoch", "val_loss", "seconds"]))) == 2


def test_a_folder_of_logs_is_read(tmp_path):
    for name in ("first", "second"):
        run().drop(columns="run_id").to_csv(tmp_path / f"{name}.csv", index=False)
    (tmp_path / "notes.txt").write_text("no run")
    runs = read_runs(tmp_path)
    assert runs.ids == ["first", "second"]
    assert set(runs.table) == set(COLUMNS)
    runs.table.to_csv(tmp_path / "all.table", index=False)
    assert read_runs(tmp_path / "all.table").table.equals(pd.read_csv(tmp_path / "all.table"))


def test_diverged_and_short_runs_of_a_folder_are_left_out_by_name(tmp_path, caplog):
    for name in ("first", "second"):
        run().drop(columns="run_id").to_csv(tmp_path / f"{name}.csv", index=False)
    run(train_loss=[1.0] * 10 + [np.nan] * 10).drop(columns="run_id").to_csv(tmp_path / "diverged.csv", index=False)
    run(rows=3).drop(columns="run_id").to_csv(tmp_path / "short.csv", index=False)
    runs = read_runs(tmp_path)
    assert runs.ids == ["first", "second"]
    assert runs.left_out == {"diverged": "its train_loss at step 110 is nan", "short": "it has 3 rows, fewer than 8"}
    assert "run 'diverged' is left out, as its train_loss at step 110 is nan" in caplog.text


def test_a_run_that_ends_before_most_others_is_left_out_by_name(tmp_path):
    tables = {"first": run(), "killed": run()[:18], "nearly": run()[:19], "second": run(), "third": run()}
    for name, table in tables.items():
        table.drop(columns="run_id").to_csv(tmp_path / f"{name}.csv", index=False)
    runs = read_runs(tmp_path)
    assert runs.ids == ["first", "nearly", "second", "third"]
    assert runs.left_out == {"killed": "it ends at step 180, and most runs at step 200"}


@pytest.mark.parametrize(
    ("last", "early"),
    [
        ({"a": 100, "b": 100, "c": 94, "d": 300, "e": 104}, ["c"]),
        ({"a": 100, "b": 50}, []),  # either may be the length that was meant
        ({"a": 100, "b": 100, "c": 50, "d": 50}, []),
        ({"a": 100, "b": 200, "c": 300, "d": 400, "e": 500}, []),
        ({}, []),
    ],
)
def test_runs_ended_early_if_most_others_have_one_greater_length(last, early):
    assert list(ended_early(pd.Series(last, dtype=float))) == early


def test_a_missing_column_is_named_whatever_others_there_are(tmp_path):
    for name in ("first", "second"):
        run().drop(columns=["run_id", "lr"]).assign(notes=1).to_csv(tmp_path / f"{name}.csv", index=False)
    with pytest.raises(
        DataError, match="the column 'lr' is missing, expected run_id, step, lr, train_loss, val_metric"
    ):
        read_runs(tmp_path)


def test_rates_of_zero_are_raised_to_the_floor():
    cosine = run("a", lr=0.05 * (1 + np.cos(np.linspace(0, np.pi, 20))))
    runs = Runs(pd.concat([cosine, run("b")]))
    assert runs.trajectories[0].values[-1, 1] == pytest.approx(np.log(1e-3 * 0.1))


def test_parquet_is_read_as_csv_is(tmp_path):
    table = pd.concat([run("a"), run("b")], ignore_index=True)
    table.to_csv(tmp_path / "all.csv", index=False)
    table.to_parquet(tmp_path / "all.parquet")
    runs = read_runs(tmp_path / "all.parquet")
    pd.testing.assert_frame_equal(runs.table, read_runs(tmp_path / "all.csv").table)


def test_a_folder_may_hold_tables_of_several_kinds(tmp_path):
    table = run().drop(columns="run_id")
    table.to_csv(tmp_path / "first.csv", index=False)
    table.to_parquet(tmp_path / "second.parquet")
    table.to_json(tmp_path / "third.jsonl", orient="records", lines=True)
    assert read_runs(tmp_path).ids == ["first", "second", "third"]


def test_parquet_without_its_package_says_what_to_do(tmp_path, monkeypatch):
    (tmp_path / "run.parquet").write_bytes(b"")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(DataError, match=r"cannot be read without pyarrow: pip install 'pathlode\[parquet\]'"):
        read_runs(tmp_path / "run.parquet")


def test_what_is_no_log_is_refused(tmp_path):
    for path in (tmp_path, tmp_path / "absent.csv"):
        with pytest.raises(DataError, match="holds no training runs"):
            read_runs(path)
    for name in ("log.csv", "log.parquet"):
        (tmp_path / name).write_bytes(b"")
        with pytest.raises(DataError, match="cannot be read"):
            read_runs(tmp_path / name)
