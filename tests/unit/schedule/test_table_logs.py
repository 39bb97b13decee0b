import numpy as np
import pandas as pd
import pytest

from pathlode.errors import DataError
from pathlode.schedule import read_tables

NAMES = {"lr": "rate", "train_loss": "loss", "val_metric": "acc"}


def table(rows=10):
    steps = np.arange(1, rows + 1) * 10
    return pd.DataFrame({"iteration": steps, "rate": 0.1, "loss": 2 - steps / 100, "acc": steps / 200})


def write(folder, **tables):
    for name, each in tables.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        each.to_csv(folder / f"{name}.csv", index=False)
    return folder


def test_columns_have_names_of_their_own_and_tables_lie_in_folders(tmp_path):
    write(tmp_path, **{"a/first": table(), "second": table()})
    table().to_parquet(tmp_path / "third.parquet")
    runs = read_tables(tmp_path, NAMES, "iteration")
    assert runs.ids == ["a/first", "second", "third"]
    assert runs.table["train_loss"].tolist() == pytest.approx((2 - np.arange(1, 11) / 10).tolist() * 3)


def test_a_table_may_hold_several_runs(tmp_path):
    both = pd.concat([table().assign(run_id="x"), table().assign(run_id="y")])
    assert read_tables(write(tmp_path, all=both) / "all.csv", NAMES, "iteration").ids == ["x", "y"]
    some = pd.concat([both, table().assign(run_id=None)])
    with pytest.raises(DataError, match="all.csv: a row has no run_id; give every run its own"):
        read_tables(write(tmp_path, all=some), NAMES, "iteration")


def test_metrics_on_rows_of_their_own_and_repeated_steps_are_read(tmp_path):
    """As Lightning's CSVLogger writes them, after the training was resumed from step 80."""
    steps = np.arange(5, 101, 5)
    training = pd.DataFrame({"step": steps, "lr-SGD": 0.1, "loss": 1.0})
    validation = pd.DataFrame({"step": steps[1::2], "acc": steps[1::2] / 100})
    again = pd.DataFrame(
        {"step": [85, 90, 90], "lr-SGD": [0.2, 0.2, np.nan], "loss": [3.0, 3.0, np.nan], "acc": [np.nan, np.nan, 0.1]}
    )
    log = pd.concat([training, validation, again], ignore_index=True)
    write(tmp_path, **{"version_0/metrics": log, "version_1/metrics": log})
    runs = read_tables(tmp_path, {"lr": "lr-SGD", "train_loss": "loss", "val_metric": "acc"})
    assert runs.ids == ["version_0", "version_1"]
    found = runs.table.query("run_id == 'version_0'").set_index("step")
    assert found.index.tolist() == list(range(10, 101, 10))
    assert found.loc[80:, "train_loss"].tolist() == [1.0, 3.0, 1.0]
    assert found.loc[80:, "lr"].tolist() == [0.1, 0.2, 0.1]
    assert found.loc[90, "val_metric"] == 0.1


def test_a_run_whose_metric_stands_at_no_step_is_left_out_by_name(tmp_path):
    metric = pd.DataFrame({"acc": [0.5, 0.6]})
    bare = pd.concat([table().drop(columns="acc"), metric], ignore_index=True)
    runs = read_tables(write(tmp_path, first=table(), second=table(), bare=bare), NAMES, "iteration")
    assert runs.ids == ["first", "second"]
    assert runs.left_out == {"bare": "it logged no val_metric at any step"}


def test_a_cell_that_says_nan_is_a_run_that_diverged_and_an_empty_one_is_not(tmp_path):
    write(tmp_path, first=table(), second=table())
    rows = (tmp_path / "first.csv").read_text().splitlines()
    rows[6] = "60,0.1,nan,0.3"
    (tmp_path / "third.csv").write_text("\n".join(rows))
    rows[6] = "60,0.1,,0.3"
    (tmp_path / "fourth.csv").write_text("\n".join(rows))
    runs = read_tables(tmp_path, NAMES, "iteration")
    assert runs.ids == ["first", "fourth", "second"]
    assert runs.left_out == {"third": "its train_loss at step 60 is nan"}


def test_what_is_no_table_of_runs_is_refused(tmp_path):
    for path in (tmp_path, tmp_path / "absent.csv"):
        with pytest.raises(
            DataError, match="holds no tables, expected files that end with .csv, .csv.gz, .parquet, .jsonl"
        ):
            read_tables(path, NAMES)
    write(tmp_path, first=table(), second=table())
    with pytest.raises(
        DataError, match="first.csv has no column 'step', only acc, iteration, loss, rate; name its column"
    ):
        read_tables(tmp_path, NAMES)
    with pytest.raises(
        DataError, match="run 'first' logged no 'lr', only acc, iteration, loss, rate; correct the names"
    ):
        read_tables(tmp_path, NAMES | {"lr": "lr"}, "iteration")
    (tmp_path / "empty.csv").write_text("")
    with pytest.raises(DataError, match="empty.csv cannot be read"):
        read_tables(tmp_path, NAMES, "iteration")


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        (table().iloc[:0], "it has no rows"),
        (table().assign(iteration="epoch one"), "its iteration is epoch one in row 1, expected a number"),
        (
            table().assign(iteration=[f"{30 * step:,}" for step in table()["iteration"]]),
            "its iteration is 1,200 in row 4, expected a number",
        ),
        (table().assign(loss="tensor(2.3)"), "its train_loss at step 10 is tensor(2.3)"),
        (table().assign(rate="[0.1, 0.01]"), "its lr at step 10 is [0.1, 0.01]"),
    ],
)
def test_a_run_that_holds_texts_or_nothing_is_left_out_for_that_reason(tmp_path, changed, reason):
    runs = read_tables(write(tmp_path, first=table(), second=table(), third=changed), NAMES, "iteration")
    assert runs.left_out == {"third": reason}


def test_dates_are_no_steps(tmp_path):
    for name in ("first", "second"):
        table().assign(iteration=pd.date_range("2026-01-01", periods=10)).to_parquet(tmp_path / f"{name}.parquet")
    with pytest.raises(
        DataError, match="'first' is left out, as its iteration is 2026-01-01 00:00:00 in row 1, expected"
    ):
        read_tables(tmp_path, NAMES, "iteration")


def test_a_head_that_a_resumed_training_wrote_again_is_no_row(tmp_path):
    first, second = (table().to_csv(index=False) for _ in range(2))
    (tmp_path / "one.csv").write_text(first + second.splitlines()[0] + "\n110,0.1,0.9,0.55\n")
    runs = read_tables(write(tmp_path, two=table(11)), NAMES, "iteration")
    assert runs.table.groupby("run_id")["step"].max().tolist() == [110, 110]


def test_columns_that_commas_do_not_separate_are_refused_for_that_reason(tmp_path):
    (tmp_path / "runs.csv").write_text(table().to_csv(index=False, sep=";"))
    with pytest.raises(DataError, match="runs.csv separates its columns with semicolons, expected commas"):
        read_tables(tmp_path, NAMES, "iteration")
