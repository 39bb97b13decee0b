import numpy as np
import pandas as pd
import pytest

from pathlode.schedule import FitConfig, LookAheadConfig, Runs, fit
from pathlode.schedule.policies.look_ahead import Learnt
from pathlode.schedule.policy_runs import PolicyPlan, tune_and_train
from pathlode.schedule.real_logs.contract import LoggedRun
from pathlode.schedule.tasks.settings import TaskSettings
from pathlode.schedule.training import RunConfig

STEPS = 200


def simulated(name, rates, seed=0):
    """A training whose loss falls with the rate and is held up by it: dL = -5 lr (L - lr) + noise."""
    rng, loss, rows = np.random.default_rng(seed), 2.0, []
    for step, rate in enumerate(rates, start=1):
        loss += -0.5 * rate * (loss - rate) + 0.002 * rng.standard_normal()
        rows.append((name, step, rate, loss, 1 - loss / 2))
    return pd.DataFrame(rows, columns=["run_id", "step", "lr", "train_loss", "val_metric"])


@pytest.fixture(scope="session")
def runs():
    clock = np.linspace(0, 1, STEPS)
    shapes = {
        "constant": np.ones(STEPS),
        "cosine": 0.505 + 0.495 * np.cos(np.pi * clock),
        "step": 0.5 ** np.floor(3 * clock).clip(0, 2),
    }
    return Runs(
        pd.concat(
            simulated(f"{shape} {peak:g}", peak * factors, seed)
            for shape, factors in shapes.items()
            for seed, peak in enumerate((0.01, 0.03, 0.1, 0.2))
        )
    )


@pytest.fixture(scope="session")
def model(runs):
    return fit(runs, FitConfig(points=40, window=8, starts=8, hidden=8, width=16, steps=300, held_out=0.25))


@pytest.fixture(scope="session")
def task(tmp_path_factory):
    """A small network and made-up images."""
    examples, sizes = {"train": 64, "validation": 30, "test": 30}, {"channels": [4], "strides": [2], "hidden": 8}
    return TaskSettings("invented_images", examples, {"cnn": sizes}).read(tmp_path_factory.mktemp("none"))


@pytest.fixture(scope="session")
def sweep(task):
    """Logs of two schedules in replicate 5: of the tuning, with two runs of each setting, and of the compared run."""
    settings, config = {"0.02": 0.02, "1e-07": 1e-7}, RunConfig(epochs=4, batch=8, log_every=3)
    plans = ([PolicyPlan("images", name, name, settings, 5, 2, config)] for name in ("constant", "cosine"))
    return pd.concat([tune_and_train(task, plan).logs.table for plan in plans], ignore_index=True)


@pytest.fixture(scope="session")
def setting(runs, model):
    """What a policy of a name is made with."""

    def of(name):
        if name in ("lode", "nearest"):
            return Learnt(model, runs, LookAheadConfig(every=5, futures=6))
        return (
            np.log(np.linspace(0.1, 0.01, 30))
            if name in ("replay", "mix", "plan")
            else 1.0
            if name == "prodigy"
            else 0.05
        )

    return of


@pytest.fixture
def logged():
    """Makes a run of 200 steps, from its losses as a function of steps, rates and sums of the rates."""

    def make(losses, rate=lambda steps: np.full(len(steps), 0.1), name="run", rows=20):
        moments = np.linspace(0.0, 200.0, 401)
        steps = np.linspace(10.0, 200.0, rows)
        run = LoggedRun("task", name, name, steps, np.ones(rows), moments, rate(moments))
        return LoggedRun("task", name, name, steps, losses(run), moments, rate(moments))

    return make
