from dataclasses import replace

import pytest
import torch
from torch import nn
from torch.optim.lr_scheduler import ConstantLR, SequentialLR

from pathlode.errors import ConfigError
from pathlode.schedule import LatentODELR, LookAheadConfig
from pathlode.schedule.callbacks import Watched


def scheduler(model, steps=100):
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(2))], lr=0.1)
    return LatentODELR(optimizer, model, steps, LookAheadConfig(every=8))


def test_the_scheduler_is_found_inside_others(model):
    ours = scheduler(model)
    both = SequentialLR(ours.optimizer, [ConstantLR(ours.optimizer), ours], [3])
    assert Watched([both], "accuracy", 100).scheduler is ours


def test_what_cannot_be_watched_is_refused(model):
    ours = scheduler(model)
    with pytest.raises(ConfigError, match="the trainer has 0 schedulers of the class LatentODELR, expected one"):
        Watched([ConstantLR(ours.optimizer)], "accuracy", 100)
    with pytest.raises(ConfigError, match="metric is None, but the past runs have a metric"):
        Watched([ours], None, 100)
    with pytest.raises(ConfigError, match="metric is accuracy, expected one of loss, score"):
        Watched([ours], "accuracy", 100).measured({"score": 1.0, "loss": 2.0})


def test_runs_of_a_loss_only_need_no_metric(model):
    loss_only = replace(model, card=replace(model.card, metric_is_loss=True))
    watched = Watched([scheduler(loss_only)], None, 100)
    watched.measured({})
    for step in range(40):
        watched.scheduler.optimizer.step()
        watched.scheduler.step(loss=2 - step / 40)
    assert not watched.scheduler.decisions[0].outcome.startswith("kept: no metric")


def test_another_length_is_said(model, caplog):
    Watched([scheduler(model)], "accuracy", 100)
    assert not caplog.messages
    Watched([scheduler(model)], "accuracy", 250)
    assert (
        "the training has 250 optimiser steps, but its scheduler, which looks ahead to the last, has total_steps=100"
        in caplog.text
    )


def test_news_are_told_once_and_without_what_is_not_known(model):
    watched = Watched([scheduler(model)], "accuracy", 100)
    for _ in range(20):
        watched.scheduler.optimizer.step()
        watched.scheduler.step()
    (values,) = watched.news()
    assert values == {"look_ahead/rate": watched.scheduler.decisions[0].rate, "look_ahead/qualified": 0.0}
    assert list(watched.news()) == []
