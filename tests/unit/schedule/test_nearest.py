import copy

import numpy as np
import pytest
import torch
from torch import nn

from pathlode.schedule import LookAheadConfig
from pathlode.schedule.nearest import NearestRunsLR


def scheduler(model, runs, tolerance=2.0, **settings):
    optimiser = torch.optim.SGD([nn.Parameter(torch.zeros(2))], lr=0.1)
    return NearestRunsLR(optimiser, model, 200, LookAheadConfig(every=4, tolerance=tolerance), runs=runs, **settings)


def follow(made, runs, number, steps):
    """Tells the scheduler the losses and metrics of a past run."""
    name = runs.ids[number]
    rows = runs.table[runs.table["run_id"] == name]
    for loss, metric, rate in zip(rows["train_loss"][:steps], rows["val_metric"], rows["lr"], strict=False):
        made.optimizer.param_groups[0]["lr"] = rate
        made.optimizer.step()
        made.step(loss=loss, metric=metric)


def test_a_repeated_run_finds_itself(model, runs):
    made = scheduler(model, runs, neighbours=1)
    follow(made, runs, 2, 60)
    (decision, *_) = made.decisions
    assert decision.outcome == "new schedule"
    ends = runs.on_clock(model.config.points)[:, -1, 2]
    assert np.abs(ends - decision.metric).argmin() % 4 == 2  # of the same peak: so early, schedules are alike


def test_the_best_of_the_neighbours_are_averaged(model, runs):
    made = scheduler(model, runs, tolerance=1e9, neighbours=len(runs))
    follow(made, runs, 0, 60)
    ends = np.sort(runs.on_clock(model.config.points)[:, -1, 2])[::-1]
    assert made.decisions[0].qualified == len(runs)
    assert made.decisions[0].metric == pytest.approx(ends[:3].mean())


def test_a_resumed_run_is_the_uninterrupted_one(model, runs):
    whole, first = scheduler(model, runs), scheduler(model, runs)
    follow(first, runs, 1, 70)
    state = copy.deepcopy(first.state_dict())
    assert not any(isinstance(value, np.ndarray) for value in state.values())
    again = scheduler(model, runs)
    again.load_state_dict(state)
    follow(whole, runs, 1, 70)
    assert again.get_last_lr() == whole.get_last_lr()
    assert again.decisions == whole.decisions
