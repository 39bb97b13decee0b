import numpy as np
import pytest

from pathlode.schedule import LatentODELR, LookAheadConfig
from pathlode.schedule.proposals import propose


def test_a_proposal_is_made_from_what_was_known_of_the_best_run(model):
    proposal = propose(model, 0.5, LookAheadConfig(futures=6))
    end = 20  # of 39 moments
    assert proposal.seen == pytest.approx(end / 39)
    assert proposal.share == pytest.approx(np.arange(end, 40) / 39)
    assert proposal.futures.shape == (6, 20, 3)
    assert propose(model, 0.0).seen == pytest.approx(7 / 39)  # when the first window is full
    assert proposal.later == pytest.approx(np.arange(end, 40) / 39)
    low, high = model.card.ranges["log_lr"]
    if proposal.schedule is not None:
        assert ((proposal.schedule >= low - 1e-9) & (proposal.schedule <= high + 1e-9)).all()


def test_it_is_the_decision_of_a_scheduler_that_saw_the_same(model, monkeypatch):
    import torch
    from torch import nn

    config = LookAheadConfig(tolerance=50.0)
    proposal = propose(model, 0.5, config)
    scheduler = LatentODELR(torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.1), model, 390, config)
    monkeypatch.setattr(scheduler._log, "at", lambda shares: model.best[13:21])
    monkeypatch.setattr(scheduler._log, "lacking", lambda: None)
    scheduler._decide(200, 20.0)
    assert scheduler.decisions[0].outcome == "new schedule"
    assert scheduler._schedule[20:] == pytest.approx(proposal.schedule)
