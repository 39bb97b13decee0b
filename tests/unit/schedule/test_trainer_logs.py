import json
import math

import pytest

from pathlode.errors import DataError
from pathlode.schedule import read_trainer_states


def state(path, steps, peak=0.1):
    """What the trainer writes: losses every 5 steps, evaluations every 10, and a summary at the end."""
    history = []
    for step in range(5, steps + 1, 5):
        history.append(
            {"step": step, "epoch": step / 50, "loss": 2 - step / 100, "learning_rate": peak * (1 - step / 100)}
        )
        if step % 10 == 0:
            history.append({"step": step, "epoch": step / 50, "eval_loss": 1.0, "eval_accuracy": step / 200})
    history.append({"step": steps, "train_runtime": 1.0, "train_loss": 0.7})
    path.mkdir(parents=True)
    known = {"global_step": steps, "max_steps": 100, "log_history": history}
    (path / "trainer_state.json").write_text(json.dumps(known))


def test_the_last_checkpoint_of_each_run_is_read(tmp_path):
    for run in ("first", "second"):
        state(tmp_path / run / "checkpoint-50", 50)
        state(tmp_path / run / "checkpoint-100", 100)
    runs = read_trainer_states(tmp_path, {"val_metric": "eval_accuracy", "val_loss": "eval_loss"})
    assert runs.ids == ["first", "second"]
    rows = runs.table.query("run_id == 'second'")
    assert rows["step"].tolist() == list(range(10, 101, 10))
    assert rows["train_loss"].iloc[1] == pytest.approx(2 - (0.15 + 0.2) / 2)
    assert rows["lr"].iloc[-1] == 0  # which the clock raises to the floor
    assert rows["val_metric"].iloc[-1] == 0.5


def test_runs_that_ended_before_their_planned_steps_are_left_out_by_name(tmp_path):
    for run, steps in (("first", 100), ("killed", 80), ("nearly", 95)):
        state(tmp_path / run / f"checkpoint-{steps}", steps)
    runs = read_trainer_states(tmp_path, {"val_metric": "eval_accuracy"})
    assert runs.ids == ["first", "nearly"]
    assert runs.left_out == {"killed": "it ended at step 80 of 100"}


def test_a_loss_can_be_all_that_was_logged(tmp_path):
    state(tmp_path / "first", 100)
    state(tmp_path / "second", 100)
    assert read_trainer_states(tmp_path, {"val_metric": "loss"}).metric_is_loss


def test_what_is_no_state_is_refused(tmp_path):
    with pytest.raises(
        DataError, match="holds no history of Hugging Face's Trainer, expected files trainer_state.json"
    ):
        read_trainer_states(tmp_path, {"val_metric": "loss"})
    (tmp_path / "trainer_state.json").write_text("{}")
    with pytest.raises(
        DataError, match="trainer_state.json cannot be read .KeyError: 'log_history'.*, expected a state"
    ):
        read_trainer_states(tmp_path, {"val_metric": "loss"})


@pytest.mark.parametrize(
    "history", [[], [{"loss": 1.0}], [{"step": None, "loss": 1.0}], [{"step": math.nan, "loss": 1.0}]]
)
def test_a_history_without_steps_is_left_out_by_name(tmp_path, history):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "trainer_state.json").write_text(json.dumps({"log_history": history, "max_steps": None}))
    with pytest.raises(DataError, match="'run' is left out, as its history has no step"):
        read_trainer_states(tmp_path, {"val_metric": "eval_accuracy"})
