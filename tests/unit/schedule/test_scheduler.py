import copy
import math
from bisect import bisect_right

import numpy as np
import pytest
import torch
from torch import nn
from torch.optim.lr_scheduler import ChainedScheduler, ConstantLR, LinearLR, SequentialLR
from trainings import optimiser, train

from pathlode.errors import CheckpointError, ConfigError
from pathlode.schedule import LatentODELR, LookAheadConfig


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


def test_a_state_of_another_clock_is_refused(model):
    state = LatentODELR(optimiser(), model, 100).state_dict()
    shorter = state | {"_schedule": state["_schedule"][1:]}
    with pytest.raises(CheckpointError, match="of a model of 39 moments, but this scheduler's has 40"):
        LatentODELR(optimiser(), model, 100).load_state_dict(shorter)


def test_something_else_than_a_model_or_settings_is_refused(model):
    with pytest.raises(ConfigError, match="'runs.pt' was given where .* expects one of the class RunModel"):
        LatentODELR(optimiser(), "runs.pt", 100)
    with pytest.raises(ConfigError, match="expects one of the class LookAheadConfig"):
        LatentODELR(optimiser(), model, 100, {"every": 4})
