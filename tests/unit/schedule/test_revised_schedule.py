import math

import numpy as np
import pytest
from trainings import optimiser, train

from pathlode.schedule import LatentODELR, LookAheadConfig
from pathlode.schedule.decisions import ahead


def model_window(model):
    """Rows of a run, at the first moments of the clock: loss, log rate, metric."""
    fall = np.linspace(2.0, 1.5, model.config.window)
    return np.stack([fall, np.full_like(fall, np.mean(model.card.ranges["log_lr"])), 1 - fall / 2], axis=1)


def test_until_the_window_is_full_the_rate_is_that_of_the_best_run(model):
    scheduler = LatentODELR(optimiser(), model, 390)
    rates, _ = train(scheduler, 60)
    assert not scheduler.decisions
    expected = np.exp(np.interp(np.arange(1, 61) / 10, np.arange(40), model.rates))  # the first step is moment 0.1
    assert rates == pytest.approx(expected)


def test_seeds_give_futures_of_their_own(model):
    runs = [train(LatentODELR(optimiser(), model, 300, LookAheadConfig(every=3, seed=s)), 300)[0] for s in (0, 0, 1)]
    assert runs[0] == runs[1]
    assert runs[0] != runs[2]


def test_a_training_unlike_all_others_keeps_the_present_schedule_and_says_so(model, caplog):
    scheduler = LatentODELR(optimiser(), model, 300)
    for _ in range(300):
        scheduler.optimizer.step()
        scheduler.step(loss=1e6, metric=0.5)
    assert {decision.outcome for decision in scheduler.decisions} == {"kept: no future has such a loss"}
    assert scheduler.get_last_lr()[0] == pytest.approx(math.exp(model.rates[-1]))
    assert "the current schedule is kept: no future has such a loss" in caplog.text
    assert caplog.text.count("the loss is 1e+06, but those of past runs lie between") == 1


def test_a_metric_in_another_unit_is_said_once(model, caplog):
    scheduler = LatentODELR(optimiser(), model, 300)
    train(scheduler, 200)
    assert "of past runs lie" not in caplog.text
    for _ in range(100):
        scheduler.optimizer.step()
        scheduler.step(loss=1.0, metric=50.0)
    assert caplog.text.count("the metric is 50, but those of past runs lie between") == 1


@pytest.mark.parametrize(
    ("loss", "metric", "outcome"),
    [
        (math.nan, 0.5, "kept: a loss or metric is not finite"),
        (1.0, math.nan, "kept: a loss or metric is not finite"),
        (1.0, None, "kept: no metric is known yet"),
    ],
)
def test_what_cannot_be_looked_ahead_from_keeps_the_schedule(model, loss, metric, outcome):
    scheduler = LatentODELR(optimiser(), model, 200)
    for _ in range(200):
        scheduler.optimizer.step()
        scheduler.step(loss=loss, metric=metric)
    assert {decision.outcome for decision in scheduler.decisions} == {outcome}
    assert all(math.isfinite(rate) and rate > 0 for rate in scheduler.get_last_lr())


def test_after_the_horizon_the_schedule_goes_on(model):
    scheduler = LatentODELR(optimiser(), model, 300, LookAheadConfig(every=4, horizon=0.5))
    train(scheduler, 320)
    assert scheduler.decisions[0].outcome != "kept: the horizon is past"
    assert {d.outcome for d in scheduler.decisions if d.step >= 152} == {"kept: the horizon is past"}


def test_the_window_is_what_a_log_like_the_past_ones_would_say(model, monkeypatch):
    """Losses of a training of 1,000 steps, measured at every 10th, as mean over as many steps as lie between two past rows."""
    seen = []
    scheduler = LatentODELR(optimiser(), model, 1000)
    monkeypatch.setattr(scheduler, "_futures", lambda *given: seen.append(given) or np.full((1, 5, 3), np.nan))
    losses = 2 - np.arange(1000) / 1000 + 0.1 * (-1.0) ** np.arange(1000)
    for step, loss in enumerate(losses, start=1):
        scheduler.optimizer.step()
        scheduler.step(loss=loss, metric=step / 1000 if step % 10 == 0 else None)
        if seen:
            break
    between = 1000 // model.card.rows
    rows = losses[between : step // between * between].reshape(-1, between).mean(axis=1)  # after the first, at step 10
    moments, window, _ = seen[0]
    assert moments[-1] == pytest.approx(step / 1000 * 39)
    assert moments == pytest.approx(moments[-1] - np.arange(8)[::-1])
    ends = np.arange(2 * between, step + 1, between) / 1000 * 39
    assert window[1:, 0] == pytest.approx(np.interp(moments[1:], ends, rows), abs=1e-9)
    assert window[-1, 2] == step // 10 * 10 / 1000


@pytest.mark.parametrize(
    ("given", "outcome"),
    [
        ({}, "kept: no loss is known yet"),
        ({"metric": 0.5}, "kept: no loss is known yet"),
        ({"loss": 1.0}, "kept: no metric is known yet"),
    ],
)
def test_decisions_without_a_loss_or_metric_follow_the_schedule_and_say_so_once(model, caplog, given, outcome):
    scheduler = LatentODELR(optimiser(), model, 100, LookAheadConfig(every=8))
    for _ in range(100):
        scheduler.optimizer.step()
        scheduler.step(**given)
    assert [decision.outcome for decision in scheduler.decisions] == [outcome] * 4
    assert scheduler.get_last_lr()[0] == pytest.approx(math.exp(model.rates[-1]))
    assert caplog.messages == [f"step 18: the current schedule is {outcome}; give it to step() or record()"]


def test_a_decision_without_a_new_loss_is_not_taken(model):
    scheduler = LatentODELR(optimiser(), model, 400, LookAheadConfig(every=8))
    train(scheduler, 100)
    for _ in range(150):
        scheduler.optimizer.step()
        scheduler.step(metric=0.5)
    _, second, third = scheduler.decisions  # at moments 7, 15 and 23, of which the second is at step 154
    assert not second.outcome.startswith("kept: no loss")
    assert third.outcome == "kept: no loss since the previous decision"


def test_a_training_that_is_resumed_to_be_longer_keeps_its_rate_and_stretches_the_rest(model):
    first = LatentODELR(optimiser(), model, 200, LookAheadConfig(every=4))
    _, loss = train(first, 100)
    ends = first._schedule[[-1, 20, 30]]
    longer = LatentODELR(optimiser(), model, 400, LookAheadConfig(every=4))
    longer.load_state_dict(first.state_dict())
    longer.optimizer.load_state_dict(first.optimizer.state_dict())
    assert longer.total_steps == 400
    assert longer._rates() == pytest.approx(first.get_last_lr(), rel=0.005)
    schedule = np.interp(
        [39, 9.75 + 29.25 * (20 - 19.5) / 19.5, 9.75 + 29.25 * (30 - 19.5) / 19.5], np.arange(40), longer._schedule
    )
    assert schedule == pytest.approx(ends, abs=0.01)  # moment 19.5 of the shorter training is 9.75 of the longer
    train(longer, 300, loss, first=100)
    assert [int(decision.moment) for decision in longer.decisions[-3:]] == [27, 31, 35]
    assert longer._log.clock == pytest.approx(np.sort(longer._log.clock))
    assert longer._log.clock[0] == pytest.approx(0.5 * first._log.clock[0])


def test_the_first_future_is_not_perturbed_and_no_two_decisions_share_perturbations(model):
    scheduler = LatentODELR(optimiser(), model, 400, LookAheadConfig(futures=6))
    moments, window = np.arange(8.0), model_window(model)
    first, second = (scheduler._futures(moments, window, 20.0) for _ in range(2))
    undisturbed = model.decode(model.encode(moments, window)[None], moments[0], ahead(moments[-1], 20.0))
    assert first[0] == pytest.approx(undisturbed[0], abs=1e-5)
    assert first[0] == pytest.approx(second[0], abs=1e-5)
    assert not np.isclose(first[1:], second[1:]).all(axis=(1, 2)).any()
