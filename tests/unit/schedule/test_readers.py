import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pathlode.errors import DataError
from pathlode.schedule import read_mlflow, read_runs, read_tensorboard, read_wandb

NAMES = {"lr": "opt/lr", "train_loss": "loss", "val_loss": "val/loss", "val_metric": "val/acc", "epoch": "epoch"}
EVERY, ROWS, START = 5, 9, 1.7e9
RATES = {"cosine": 0.1, "constant": 0.02}


def scalars(peak):
    """What a training loop logs: step, then everything known at it; the metric every few steps."""
    for step in range(1, EVERY * ROWS + 1):
        known = {"loss": 2 / (step + 10 * peak), "opt/lr": peak / step, "other": 3.0}
        if step % EVERY == 0:
            known |= {"val/loss": 1 / step, "val/acc": 1 - peak / step, "epoch": step / 20}
        yield step, known


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    folder = tmp_path_factory.mktemp("csv")
    for run, peak in RATES.items():
        steps = np.arange(1, EVERY * ROWS + 1)
        moments = steps[EVERY - 1 :: EVERY]
        table = {
            "step": moments,
            "epoch": moments / 20,
            "lr": peak / moments,
            "train_loss": (2 / (steps + 10 * peak)).reshape(ROWS, EVERY).mean(axis=1),
            "val_loss": 1 / moments,
            "val_metric": 1 - peak / moments,
            "seconds": (moments - 1) / 2,
        }
        pd.DataFrame(table).to_csv(folder / f"{run}.csv", index=False)
    return read_runs(folder).table


def check(runs, expected):
    tables = [table.sort_values(["run_id", "step"], ignore_index=True) for table in (runs.table, expected)]
    pd.testing.assert_frame_equal(*tables, check_dtype=False, check_like=True, rtol=1e-6, atol=1e-6)


@pytest.fixture(scope="module", params=[False, True], ids=["scalars", "tensors"])
def event_files(tmp_path_factory, request):
    from torch.utils.tensorboard import SummaryWriter

    folder = tmp_path_factory.mktemp("events")
    for run, peak in RATES.items():
        with SummaryWriter(folder / run) as writer:
            writer.add_text("notes", "no scalar")
            for step, known in scalars(peak):
                for tag, value in known.items():
                    writer.add_scalar(tag, value, step, START + step / 2, new_style=request.param)
    return folder


def test_event_files_of_tensorboard_are_read(event_files, expected):
    check(read_tensorboard(event_files, NAMES), expected)


def test_what_tensorboard_did_not_log_is_named(event_files, tmp_path):
    with pytest.raises(
        DataError, match="run 'constant' logged no 'lr', only epoch, loss, opt/lr, other, val/acc, val/loss; correct"
    ):
        read_tensorboard(event_files, NAMES | {"lr": "lr"})
    with pytest.raises(DataError, match="holds no run that logged a, b, c, only epoch, loss, opt/lr"):
        read_tensorboard(event_files, {"lr": "a", "train_loss": "b", "val_metric": "c"})
    with pytest.raises(DataError, match="holds no event files of TensorBoard"):
        read_tensorboard(tmp_path, NAMES)


def test_folders_and_files_with_names_of_event_files_that_are_none(tmp_path):
    folder = tmp_path / "my_tfevents"
    (folder / "empty_tfevents").mkdir(parents=True)
    with pytest.raises(DataError, match="holds no event files of TensorBoard"):
        read_tensorboard(tmp_path, NAMES)
    (folder / "empty_tfevents" / "events.out.tfevents.1").write_bytes(b"no event" * 10)
    reason = "'my_tfevents/empty_tfevents' is left out, as its event files hold nothing that can be read"
    with pytest.raises(DataError, match=reason):
        read_tensorboard(tmp_path, NAMES)


def interrupted():
    yield from list(scalars(0.1))[:40]
    raise KeyboardInterrupt


@pytest.fixture(scope="module")
def wandb_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wandb")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WANDB_CACHE_DIR", str(folder / "cache"))
        patch.setenv("WANDB_ERROR_REPORTING", "false")
        import wandb

        quiet = wandb.Settings(mode="offline", root_dir=str(folder), silent=True, console="off", x_disable_stats=True)

        def log(run, part):
            with wandb.init(project="test", name=run, id=f"id-{run}", settings=quiet, reinit="create_new") as entry:
                for step, known in part:
                    entry.log(known | {"_timestamp": START + step / 2}, step=step)

        cosine = list(scalars(RATES["cosine"]))
        log("cosine", cosine[:12])
        (folder / "wandb").rename(folder / "another machine")
        log("cosine", cosine[12:])
        log("constant", scalars(RATES["constant"]))
        with pytest.raises(KeyboardInterrupt):
            log("stopped", interrupted())
        wandb.teardown()
    return folder


def test_files_of_wandb_are_read_and_the_parts_of_a_resumed_run_joined(wandb_folder, expected):
    runs = read_wandb(wandb_folder, NAMES)
    check(runs, expected)
    assert list(runs.left_out) == ["stopped"]
    assert runs.left_out["stopped"].startswith("its exit code is ")


def test_a_run_of_wandb_without_an_end_is_left_out_unless_it_was_resumed(tmp_path, monkeypatch):
    known = [{"type": "history", "history": {"item": {"_step": step, **each}}} for step, each in scalars(0.1)]
    end = {"type": "exit", "exit": {"exit_code": 0}}
    parts = {
        "run-1": ("first", [*known, end]),
        "run-2": ("second", known[:30]),
        "run-3": ("second", [*known[30:], end]),
        "run-4": ("killed", known),
        "run-5": ("silent", []),
    }

    def inspected(command, **settings):
        run, records = parts[Path(command[-1]).stem]
        lines = [json.dumps(each) for each in [{"type": "run", "run": {"run_id": run}}, *records]]
        return subprocess.CompletedProcess(command, 0, "\n".join(lines), "")

    for name in parts:
        (tmp_path / f"{name}.wandb").write_text("")
    monkeypatch.setattr(subprocess, "run", inspected)
    runs = read_wandb(tmp_path, NAMES)
    assert runs.ids == ["first", "second"]
    assert runs.left_out == {"killed": "it did not come to its end", "silent": "it logged nothing"}


def test_what_wandb_cannot_read_is_refused(tmp_path):
    (tmp_path / "run-broken.wandb").write_text("no run of W&B")
    with pytest.raises(DataError, match="run-broken.wandb cannot be read .*, expected a run of W&B"):
        read_wandb(tmp_path, NAMES)


def test_exported_histories_of_wandb_are_read(tmp_path, expected):
    rows = {run: [{"_step": step, **known} for step, known in scalars(peak)] for run, peak in RATES.items()}
    pd.DataFrame(rows["cosine"]).to_csv(tmp_path / "cosine.csv")
    pd.DataFrame(rows["constant"]).to_json(tmp_path / "constant.jsonl", orient="records", lines=True)
    check(read_wandb(tmp_path, NAMES), expected.drop(columns="seconds"))


def history(**columns):
    steps = np.arange(1, 11) * 10
    return pd.DataFrame({"_step": steps, "opt/lr": 0.1, "loss": 1.0, "val/acc": steps / 100, "val/loss": 1.0} | columns)


def exported(folder, **histories):
    for run, table in histories.items():
        table.to_csv(folder / f"{run}.csv", index=False)
    return folder


FEW = {column: name for column, name in NAMES.items() if column != "epoch"}


def test_steps_may_have_another_name(tmp_path):
    tables = {run: history(**{"trainer/global_step": np.arange(10) * 7}) for run in ("first", "second")}
    assert read_wandb(exported(tmp_path, **tables), FEW, "trainer/global_step").table["step"].max() == 63
    with pytest.raises(DataError, match="run 'first' logged no 'count', only _step, loss, .*; name its step"):
        read_wandb(tmp_path, FEW, "count")


def test_a_folder_without_runs_of_wandb_is_refused(tmp_path):
    for source in (tmp_path, tmp_path / "absent"):
        with pytest.raises(DataError, match="holds no runs of W&B"):
            read_wandb(source, NAMES)


@pytest.fixture(scope="module", params=["file://{}/mlruns", "sqlite:///{}/mlflow.db"])
def mlflow_uri(tmp_path_factory, request):
    folder = tmp_path_factory.mktemp("mlflow")
    uri = request.param.format(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
        patch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
        from mlflow import MlflowClient
        from mlflow.entities import Metric

        client = MlflowClient(uri)
        for name in ("rates", "same title"):
            experiment = client.create_experiment(name, str(folder))
            for run, peak in RATES.items():
                entry = client.create_run(experiment, run_name=run if name == "rates" else "run")
                metrics = [
                    Metric(tag, value, round(1000 * (START + step / 2)), step)
                    for step, known in scalars(peak)
                    for tag, value in known.items()
                ]
                client.log_batch(entry.info.run_id, metrics)
                client.set_terminated(entry.info.run_id)
            failed = client.create_run(experiment, run_name="failed at once")
            client.set_terminated(failed.info.run_id, "FAILED")
            client.create_run(experiment, run_name="under way")
        yield uri


def test_runs_of_mlflow_are_read(mlflow_uri, expected):
    runs = read_mlflow(mlflow_uri, "rates", NAMES)
    check(runs, expected)
    assert runs.left_out == {"failed at once": "its status is failed", "under way": "its status is running"}


def test_runs_of_one_title_are_told_apart(mlflow_uri):
    names = read_mlflow(mlflow_uri, "same title", NAMES).ids
    assert len(names) == 2
    assert all(name.startswith("run (") for name in names)


def test_what_mlflow_does_not_hold_is_named(mlflow_uri, tmp_path, monkeypatch):
    with pytest.raises(DataError, match="holds no experiment 'rate', expected one of Default, rates, same title"):
        read_mlflow(mlflow_uri, "rate", NAMES)
    with pytest.raises(DataError, match="logged no 'lr', only epoch, loss, opt/lr"):
        read_mlflow(mlflow_uri, "rates", NAMES | {"lr": "lr"})
    monkeypatch.delenv("MLFLOW_ALLOW_FILE_STORE")
    with pytest.raises(DataError, match="cannot be read by MLflow: .*MLFLOW_ALLOW_FILE_STORE"):
        read_mlflow(f"file://{tmp_path}", "rates", NAMES)


@pytest.mark.parametrize("package", ["tensorboard", "wandb", "mlflow"])
def test_a_missing_package_is_named(tmp_path, monkeypatch, package):
    monkeypatch.setitem(sys.modules, package, None)
    (tmp_path / "run-a.wandb").write_text("")
    read = {
        "tensorboard": read_tensorboard,
        "wandb": read_wandb,
        "mlflow": lambda path, names: read_mlflow("", "", names),
    }
    with pytest.raises(DataError, match=rf"{package} is not installed, .* pip install 'pathlode\[{package}\]'"):
        read[package](tmp_path, NAMES)


def test_no_logger_is_imported_before_it_is_needed():
    code = "import sys, pathlode.schedule; print({'tensorboard', 'wandb', 'mlflow'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=os.environ)
    assert done.stdout == "set()\n"
