import numpy as np
import torch

from pathlode.schedule.solvable.deep_linear import DeepLinear
from pathlode.schedule.solvable.policies import TrialConfig, sweep
from pathlode.schedule.solvable.shapes import shape
from pathlode.schedule.solvable.steered import run_models, steered, tidy


def test_runs_as_a_table():
    runs = tidy(torch.arange(1.0, 17.0).expand(2, -1), torch.arange(1.0, 9.0).expand(2, -1))
    table = runs.table[runs.table["run_id"] == "run 1"]
    assert table["step"].tolist() == list(range(2, 17, 2))
    assert table["lr"].tolist() == table["step"].tolist()  # the rate of the step that the row follows
    assert table["train_loss"].tolist() == table["val_metric"].tolist() == list(range(1, 9))


def test_a_latent_ode_steers_a_training_in_each_replicate():
    task, numbers = DeepLinear(), [1, 2]
    runs = sweep(task, numbers, TrialConfig(("constant", "cosine"), peaks=3))
    fit = {"points": 20, "window": 6, "starts": 4, "steps": 3, "hidden": 4, "width": 4}
    rates = steered(task, run_models(runs, numbers, fit), numbers, {"every": 5, "futures": 4}).numpy()
    assert rates.shape == (2, task.steps)
    assert np.isfinite(rates).all()
    assert rates.max() <= task.largest * (1 + 1e-6)
    cosine = task.largest / 2 * shape("cosine", 20 * 10)[:20].numpy()  # the best run's, until a window is full
    assert np.allclose(rates[:, :20], cosine, rtol=0.01)
