import sys

import pytest

from pathlode.errors import DataError
from pathlode.schedule import read_optuna

NAMES = {"lr": "lr", "train_loss": "losses", "val_metric": "value"}
STEPS = range(10, 101, 10)


@pytest.fixture(scope="module")
def storage(tmp_path_factory):
    optuna = pytest.importorskip("optuna")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    place = f"sqlite:///{tmp_path_factory.mktemp('optuna')}/study.db"

    def objective(trial):
        rate = trial.suggest_float("lr", 0.01, 0.1)
        trial.set_user_attr("losses", [2 - rate * step / 100 for step in STEPS])
        trial.set_user_attr("rates", {step: rate / step for step in STEPS})
        for step in STEPS:
            trial.report(rate * step, step)
            if trial.number == 1 and step == 50:
                raise optuna.TrialPruned
        return 1.0

    study = optuna.create_study(storage=place, study_name="rates", sampler=optuna.samplers.RandomSampler(0))
    study.optimize(objective, n_trials=3)
    return place


def test_complete_trials_are_runs_and_pruned_ones_are_left_out(storage):
    runs = read_optuna(storage, "rates", NAMES)
    assert runs.ids == ["trial 0", "trial 2"]
    assert runs.left_out == {"trial 1": "its state is pruned"}
    rows = runs.table.query("run_id == 'trial 2'")
    rate = rows["lr"].iloc[0]
    assert rows["step"].tolist() == list(STEPS)
    assert rows["val_metric"].tolist() == pytest.approx([rate * step for step in STEPS])
    assert rows["train_loss"].tolist() == pytest.approx([2 - rate * step / 100 for step in STEPS])
    changing = read_optuna(storage, "rates", NAMES | {"lr": "rates"}).table.query("run_id == 'trial 2'")
    assert changing["lr"].tolist() == pytest.approx([rate / step for step in STEPS])


def test_trials_that_reported_nothing_are_left_out_by_name(tmp_path):
    optuna = pytest.importorskip("optuna")
    place = f"sqlite:///{tmp_path}/study.db"

    def objective(trial):
        trial.set_user_attr("losses", [1.0] * len(STEPS))
        return trial.suggest_float("lr", 0.01, 0.1)

    optuna.create_study(storage=place, study_name="rates").optimize(objective, n_trials=1)
    with pytest.raises(DataError, match="'trial 0' is left out, as it logged no val_metric at any step"):
        read_optuna(place, "rates", NAMES)


def test_what_optuna_does_not_hold_is_named(storage, tmp_path, monkeypatch):
    with pytest.raises(DataError, match="holds no study 'rate', expected one of rates"):
        read_optuna(storage, "rate", NAMES)
    with pytest.raises(
        DataError, match="run 'trial 0' logged no 'loss', only losses, lr, rates, value; correct the names"
    ):
        read_optuna(storage, "rates", NAMES | {"train_loss": "loss"})
    with pytest.raises(DataError, match="study.db does not exist, expected a database of Optuna"):
        read_optuna(f"sqlite:///{tmp_path}/study.db", "rates", NAMES)
    (tmp_path / "notes.db").write_text("no database, but a file with some text in it")
    with pytest.raises(
        DataError, match="notes.db cannot be read .file is not a database., expected a database of Optuna"
    ):
        read_optuna(f"sqlite:///{tmp_path}/notes.db", "rates", NAMES)
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(DataError, match=r"optuna is not installed, .* pip install 'pathlode\[optuna\]'"):
        read_optuna(storage, "rates", NAMES)
