import json

import pandas as pd
import pytest

from pathlode.errors import ConfigError, DataError
from pathlode.schedule import any_logs, read_logs

ROWS = pd.DataFrame({"step": range(1, 11), "lr": 0.1, "train_loss": 1.0, "val_metric": 0.5})


def test_tables_and_trainer_states_are_told_apart_by_their_files(tmp_path):
    (tmp_path / "tables").mkdir()
    for run in ("a", "b"):
        ROWS.rename(columns={"train_loss": "loss"}).to_csv(tmp_path / f"tables/{run}.csv", index=False)
        (tmp_path / "states" / run).mkdir(parents=True)
        history = [{"step": step, "loss": 1.0, "learning_rate": 0.1, "eval_f1": 0.5} for step in range(1, 11)]
        (tmp_path / "states" / run / "trainer_state.json").write_text(json.dumps({"log_history": history}))
    assert read_logs(str(tmp_path / "tables"), {"train_loss": "loss"}).ids == ["a", "b"]
    assert read_logs(str(tmp_path / "states"), {"val_metric": "eval_f1"}).ids == ["a", "b"]


@pytest.mark.parametrize(
    ("file", "reader", "more"),
    [
        ("x/events.out.tfevents.1", "read_tensorboard", []),
        ("x/run-1.wandb", "read_wandb", ["_step"]),
    ],
)
def test_event_files_and_those_of_wandb_go_to_their_readers(tmp_path, monkeypatch, file, reader, more):
    (tmp_path / "x").mkdir()
    (tmp_path / file).write_text("")
    monkeypatch.setattr(any_logs, reader, lambda *given: given)
    names = {"lr": "opt/lr", "train_loss": "train_loss", "val_metric": "val_metric"}
    assert read_logs(str(tmp_path), {"lr": "opt/lr"}) == (tmp_path, names, *more)


def test_databases_need_their_source_and_the_name_of_an_experiment(monkeypatch):
    with pytest.raises(ConfigError, match="source is missing: say whether sqlite:///runs.db is of mlflow or optuna"):
        read_logs("sqlite:///runs.db", {})
    with pytest.raises(ConfigError, match="experiment is missing, expected the name of a study of Optuna"):
        read_logs("sqlite:///runs.db", {}, "optuna")
    for source in ("mlflow", "optuna"):
        monkeypatch.setattr(any_logs, f"read_{source}", lambda *given: given)
        assert read_logs("sqlite:///runs.db", {}, source, experiment="rates")[:2] == ("sqlite:///runs.db", "rates")


def test_unknown_sources_and_places_are_refused(tmp_path):
    with pytest.raises(ConfigError, match="source is aim, expected one of tables, tensorboard"):
        read_logs(str(tmp_path), {}, "aim")
    with pytest.raises(DataError, match="absent does not exist, expected a folder or file of logs"):
        read_logs(str(tmp_path / "absent"), {})
    with pytest.raises(ConfigError, match="the place of the logs is empty, expected a folder, a file or an address"):
        read_logs("", {})


def test_what_a_source_does_not_use_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="experiment is rates, but logs of tables have none to name; remove it"):
        read_logs(str(tmp_path), {}, experiment="rates")
    with pytest.raises(ConfigError, match="step is iteration, but logs of trainer have none to name; remove it"):
        read_logs(str(tmp_path), {}, "trainer", "iteration")


def test_the_metric_of_a_trainer_has_no_name_of_its_own(tmp_path):
    (tmp_path / "trainer_state.json").write_text("{}")
    with pytest.raises(ConfigError, match="metric is missing: give its name in the Trainer's history"):
        read_logs(str(tmp_path), {"lr": "learning_rate"})


def test_names_of_folders_say_nothing_and_tables_may_be_compressed(tmp_path):
    (tmp_path / "x_tfevents").mkdir()
    (tmp_path / "a.csv").mkdir()
    for run in ("first", "second"):
        ROWS.to_csv(tmp_path / "a.csv" / f"{run}.csv.gz", index=False)
    assert read_logs(str(tmp_path), {}).ids == ["a.csv/first", "a.csv/second"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\0" * 2000, "run.csv is binary, expected a table as text"),
        (b"Step,run - lr,run - lr__MIN,run - lr__MAX\n1,1,1,1\n", "run.csv is a chart of W&B with .* 'run - lr__MIN'"),
    ],
)
def test_what_looks_like_a_table_is_refused_for_the_true_reason(tmp_path, content, reason):
    (tmp_path / "run.csv").write_bytes(content)
    for source in ("tables", "wandb"):
        with pytest.raises(DataError, match=reason):
            read_logs(str(tmp_path), {}, source)
    with pytest.raises(DataError, match="run.csv is a file, expected the folder that it is in, or one above"):
        read_logs(str(tmp_path / "run.csv"), {}, "tensorboard")
