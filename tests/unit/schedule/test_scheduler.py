import copy
import math
from bisect import bisect_right

import numpy as np
import pytest
import torch
from torch import nn
from torch.optim.lr_scheduler import ChainedScheduler, ConstantLR, LinearLR, SequentialLR

from pathlode.errors import CheckpointError, ConfigError
from pathlode.schedule import LatentODELR, LookAheadConfig
from pathlode.schedule.decisions import ahead


def optimiser(rates=(0.1,), kind=torch.optim.SGD):
    return kind([{"params": [nn.Parameter(torch.zeros(2))], "lr": rate} for rate in rates])


def model_window(model):
    """Rows of a run, at the first moments of the clock: loss, log rate, metric."""
    fall = np.linspace(2.0, 1.5, model.config.window)
    return np.stack([fall, np.full_like(fall, np.mean(model.card.ranges["log_lr"])), 1 - fall / 2], axis=1)


def train(scheduler, steps, loss=2.0, seed=0, first=0):
    """The training that the past runs are of, with the scheduler's rates; returns them and the last loss."""
    noise = np.random.default_rng(seed).standard_normal(1000)
    rates = []
    for step in range(first, first + steps):
        rate = scheduler.optimizer.param_groups[0]["lr"]
        rates.append(rate)
        loss += -0.5 * rate * (loss - rate) + 0.002 * noise[step]
        scheduler.optimizer.step()
        scheduler.step(loss=loss, metric=1 - loss / 2)
    return rates, loss


def test_a_whole_training(model):
    scheduler = LatentODELR(optimiser(), model, 400, LookAheadConfig(every=4))
    rates, _ = train(scheduler, 400)
    low, high = np.exp(model.card.ranges["log_lr"])
    assert all(low * 0.999 <= rate <= high * 1.001 for rate in rates)
    assert [int(decision.moment) for decision in scheduler.decisions] == list(range(7, 39, 4))
    assert scheduler.decisions[0].step == math.ceil(7 / 39 * 400)  # as soon as the window is full
    taken = [decision for decision in scheduler.decisions if decision.outcome == "new schedule"]
    assert taken
    for decision in taken:
        assert decision.qualified >= 1
        assert math.isfinite(decision.metric)
    assert scheduler.get_last_lr() == [scheduler.optimizer.param_groups[0]["lr"]]


def test_until_the_window_is_full_the_rate_is_that_of_the_best_run(model):
    scheduler = LatentODELR(optimiser(), model, 390)
    rates, _ = train(scheduler, 60)
    assert not scheduler.decisions
    expected = np.exp(np.interp(np.arange(1, 61) / 10, np.arange(40), model.rates))  # the first step is moment 0.1
    assert rates == pytest.approx(expected)


@pytest.mark.parametrize("kind", [torch.optim.SGD, torch.optim.Adam, torch.optim.AdamW])
def test_groups_keep_the_ratio_of_their_initial_rates(model, kind):
    scheduler = LatentODELR(optimiser((0.1, 0.02), kind), model, 200)
    train(scheduler, 150)
    first, second = scheduler.get_last_lr()
    assert second == pytest.approx(0.2 * first)


def test_a_resumed_run_is_the_uninterrupted_one(model):
    whole = LatentODELR(optimiser(), model, 300, LookAheadConfig(every=3))
    rates, _ = train(whole, 300)
    half = LatentODELR(optimiser(), model, 300, LookAheadConfig(every=3))
    first, loss = train(half, 170)
    state = copy.deepcopy((half.state_dict(), half.optimizer.state_dict()))
    resumed = LatentODELR(optimiser((0.7,)), model, 300, LookAheadConfig(every=3))
    for _ in range(2):  # the state that was loaded stays as it was
        resumed.load_state_dict(state[0])
        resumed.optimizer.load_state_dict(copy.deepcopy(state[1]))
        rest, _ = train(resumed, 130, loss, first=170)
        assert first + rest == rates
        assert resumed.decisions == whole.decisions


def test_its_state_can_be_written_and_read_as_plain_values(model, tmp_path):
    scheduler = LatentODELR(optimiser((np.float64(0.1),)), model, np.int64(200))
    train(scheduler, 120)
    torch.save(scheduler.state_dict(), tmp_path / "state.pt")
    state = torch.load(tmp_path / "state.pt", weights_only=True)
    again = LatentODELR(optimiser(), model, 200)
    again.load_state_dict(state)
    assert again.decisions == scheduler.decisions


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


def test_losses_and_metrics_are_given_by_name(model):
    scheduler = LatentODELR(optimiser(), model, 100)
    for given in (0.7, 0.0, 3):
        with pytest.raises(ConfigError, match=rf"step\(\) was given {given} without a name, expected step\(loss="):
            scheduler.step(given)


def test_a_loss_may_be_a_tensor_with_a_gradient(model, recwarn):
    weights = nn.Parameter(torch.tensor(3.0))
    pairs = []
    for loss, metric in ((3.0, 0.5), (weights * 1.0, torch.tensor(0.5))):
        scheduler = LatentODELR(optimiser(), model, 100)
        for _ in range(60):
            scheduler.optimizer.step()
            scheduler.step(loss=loss, metric=metric)
        pairs.append(scheduler.decisions)
    assert pairs[0] == pairs[1]
    assert not recwarn


class OlderSequentialLR(SequentialLR):
    """It begins a scheduler's turn with ``step(0)``, as in torch 2.6."""

    def step(self):
        self.last_epoch += 1
        turn = bisect_right(self._milestones, self.last_epoch)
        scheduler = self._schedulers[turn]
        begins = turn > 0 and self._milestones[turn - 1] == self.last_epoch
        scheduler.step(*[0] * begins)
        self._last_lr = scheduler.get_last_lr()


@pytest.mark.parametrize("sequence", [SequentialLR, OlderSequentialLR])
def test_after_a_warm_up_in_sequence_it_goes_on_as_if_alone(model, sequence):
    """As ``SequentialLR`` calls step() without losses, they are recorded; those of the warm-up count for nothing."""
    alone = LatentODELR(optimiser(), model, 200, LookAheadConfig(every=4))
    optimizer = optimiser()
    warm_up = LinearLR(optimizer, 0.1, total_iters=20)
    later = LatentODELR(optimizer, model, 200, LookAheadConfig(every=4))
    both = sequence(optimizer, [warm_up, later], [20])
    rates, losses = [], 2 - np.arange(170) / 170
    for step in range(-20, 150):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        later.record(loss=losses[step], metric=0.5)
        both.step()
    assert rates[:20] == pytest.approx(0.1 * np.linspace(0.1, 1, 21)[:20])
    for step in range(150):
        assert rates[20 + step] == alone.get_last_lr()[0]
        alone.optimizer.step()
        alone.step(loss=losses[step], metric=0.5)
    assert len(alone.decisions) > 3
    assert later.decisions == alone.decisions


def test_in_a_chain_its_rates_are_multiplied_by_those_of_the_others(model):
    optimizer = optimiser((0.1, 0.02))
    ours = LatentODELR(optimizer, model, 390, LookAheadConfig(every=4), chained=True)
    chain = ChainedScheduler([ours, LinearLR(optimizer, 0.1, total_iters=40), ConstantLR(optimizer, 0.5, 1000)])
    rates = []
    for step in range(300):
        rates.append([group["lr"] for group in optimizer.param_groups])
        optimizer.step()
        ours.record(loss=2 - step / 300, metric=0.5)
        chain.step()
    first, second = np.array(rates).T
    planned = np.exp(np.interp(np.arange(1, 61) / 10, np.arange(40), model.rates))
    assert first[:60] == pytest.approx(0.5 * np.interp(np.arange(60), [0, 40], [0.1, 1]) * planned)
    assert second == pytest.approx(0.2 * first)
    assert len(ours.decisions) > 3
    assert optimizer.param_groups[0]["lr"] == pytest.approx(0.5 * ours._own[0])


def test_it_says_once_that_something_else_sets_rates(model, caplog):
    optimizer = optimiser()
    ours = LatentODELR(optimizer, model, 390)
    chain = ChainedScheduler([ours, ConstantLR(optimizer, 0.5, 1000)])
    for _ in range(5):
        optimizer.step()
        chain.step()
    (message,) = caplog.messages
    assert "something else has changed the learning rate" in message
    assert "make it with chained=True" in message


def test_a_group_that_is_added_later_keeps_its_ratio(model):
    scheduler = LatentODELR(optimiser(), model, 200)
    _, loss = train(scheduler, 50)
    rate = scheduler.get_last_lr()[0]
    scheduler.optimizer.add_param_group({"params": [nn.Parameter(torch.zeros(2))], "lr": 0.3 * rate})
    _, loss = train(scheduler, 60, loss, first=50)
    assert scheduler.decisions
    first, second = scheduler.get_last_lr()
    assert second == pytest.approx(0.3 * first)
    again = LatentODELR(optimiser((0.7, 0.7)), model, 200)
    again.load_state_dict(scheduler.state_dict())
    again.optimizer.load_state_dict(scheduler.optimizer.state_dict())
    assert train(again, 40, loss, first=110) == train(scheduler, 40, loss, first=110)
    assert again.get_last_lr() == scheduler.get_last_lr()


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


def test_parts_of_an_accumulated_gradient_count_as_their_mean(model):
    whole, parts = (LatentODELR(optimiser(), model, 200, LookAheadConfig(every=4)) for _ in range(2))
    for step in range(120):
        loss = 2 - step / 120
        for scheduler in (whole, parts):
            scheduler.optimizer.step()
        whole.step(loss=loss, metric=0.5)
        parts.record(loss=loss - 0.25)
        parts.record(loss=loss + 0.25, metric=0.5)
        parts.step()
    assert parts.get_last_lr() == pytest.approx(whole.get_last_lr(), rel=1e-4)
    assert [decision.qualified for decision in parts.decisions] == [decision.qualified for decision in whole.decisions]


def test_steps_that_a_gradient_scaler_skips_do_no_harm(model):
    scheduler = LatentODELR(optimiser(), model, 200, LookAheadConfig(every=4))
    (weights,) = scheduler.optimizer.param_groups[0]["params"]
    scaler = torch.amp.GradScaler("cpu", init_scale=4.0)
    taken = 0
    for step in range(120):
        loss = weights.sum() if step % 10 != 3 else (weights + math.inf).sum()
        scheduler.optimizer.zero_grad()
        scaler.scale(loss).backward()
        if step % 10 == 3:
            weights.grad.fill_(math.inf)
        before = weights.detach().clone()
        scaler.step(scheduler.optimizer)
        scaler.update()
        taken += bool((weights != before).all())
        scheduler.step(loss=loss, metric=0.5)
    assert taken == 108
    assert scheduler.decisions
    assert "kept: a loss or metric is not finite" not in {decision.outcome for decision in scheduler.decisions}


@pytest.mark.parametrize("kind", [torch.optim.SGD, torch.optim.Adam])
def test_rates_may_be_tensors(model, kind):
    numbers = LatentODELR(optimiser((0.1, 0.02), kind), model, 200)
    rates = tuple(torch.tensor(rate, dtype=torch.float64) for rate in (0.1, 0.02))
    tensors = LatentODELR(optimiser(rates, kind), model, 200)
    assert train(tensors, 150)[1] == pytest.approx(train(numbers, 150)[1])
    assert [float(rate) for rate in tensors.get_last_lr()] == pytest.approx(numbers.get_last_lr())
    assert all(group["lr"] is rate for group, rate in zip(tensors.optimizer.param_groups, rates, strict=True))
    again = LatentODELR(optimiser((0.1, 0.02), kind), model, 200)
    again.load_state_dict(tensors.state_dict())
    assert again.decisions == tensors.decisions


def test_a_compiled_step_takes_its_rates(model):
    weights = nn.Parameter(torch.zeros(2))
    optimizer = torch.optim.SGD([weights], lr=torch.tensor(0.1))
    scheduler = LatentODELR(optimizer, model, 200)
    step = torch.compile(lambda: optimizer.step(), backend="eager")
    for _ in range(4):
        weights.grad, before = torch.ones(2), weights.detach().clone()
        rate = float(optimizer.param_groups[0]["lr"])
        step()
        assert (before - weights).detach() == pytest.approx(rate)
        scheduler.step(loss=1.0, metric=0.5)


def test_the_first_future_is_not_perturbed_and_no_two_decisions_share_perturbations(model):
    scheduler = LatentODELR(optimiser(), model, 400, LookAheadConfig(futures=6))
    moments, window = np.arange(8.0), model_window(model)
    first, second = (scheduler._futures(moments, window, 20.0) for _ in range(2))
    undisturbed = model.decode(model.encode(moments, window)[None], moments[0], ahead(moments[-1], 20.0))
    assert first[0] == pytest.approx(undisturbed[0], abs=1e-5)
    assert first[0] == pytest.approx(second[0], abs=1e-5)
    assert not np.isclose(first[1:], second[1:]).all(axis=(1, 2)).any()


def test_a_rate_of_zero_is_refused_at_first_and_taken_for_the_smallest_later(model):
    with pytest.raises(ConfigError, match="first parameter group has a rate of 0"):
        LatentODELR(optimiser((0.0, 0.1)), model, 400)
    scheduler = LatentODELR(optimiser(), model, 400)
    scheduler.optimizer.param_groups[0]["lr"] = 0.0  # by what warms up, for example
    train(scheduler, 100)
    assert scheduler.decisions


@pytest.mark.parametrize("steps", [5, math.inf, math.nan])
def test_a_training_shorter_than_the_window_or_without_an_end_is_refused(model, steps):
    with pytest.raises(ConfigError, match=f"total_steps is {steps}, expected at least the 8 moments"):
        LatentODELR(optimiser(), model, steps)


@pytest.mark.parametrize(
    ("given", "shown"),
    [(torch.ones(3), r"a tensor of the shape \(3,\)"), ("high", "'high'"), ({"acc": 1}, "{'acc': 1}")],
)
def test_what_is_not_one_number_is_refused(model, given, shown):
    with pytest.raises(ConfigError, match=f"metric is {shown}, expected one number"):
        LatentODELR(optimiser(), model, 100).step(loss=1.0, metric=given)


def test_the_state_of_another_scheduler_is_refused(model):
    state = LinearLR(optimiser()).state_dict()
    with pytest.raises(CheckpointError, match="the state has no _generator, expected that of a LatentODELR"):
        LatentODELR(optimiser(), model, 100).load_state_dict(state)
