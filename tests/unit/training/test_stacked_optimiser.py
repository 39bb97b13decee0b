import math

import pytest
import torch

from pathlode.training.stacked_optimiser import MOST_OVERFLOWS


def test_gradients_are_clipped_per_member(trainer):
    run = trainer(clip_norm=0.5)
    for number, parameter in enumerate(run.model.parameters()):
        parameter.grad = torch.zeros_like(parameter)
        if number == 0:
            parameter.grad[0].fill_(10.0)
            parameter.grad[1].fill_(1e-3)
    first = next(run.model.parameters())
    before = first.grad[1].clone()
    run.optimiser.clip_gradients(1)
    assert first.grad[0].norm() == pytest.approx(0.5)
    assert torch.equal(first.grad[1], before)


def test_one_cycle_rises_to_its_peak_and_falls_below_its_start(trainer):
    run = trainer(steps=10, warmup=0.3)
    rates = rates_of(run)
    assert rates[0] == pytest.approx(0.02 / 25)
    assert max(rates) == pytest.approx(0.02, rel=0.05)
    assert rates.index(max(rates)) in (2, 3)
    assert run.optimiser.rate == pytest.approx(0.02 / 25_000)


def test_a_constant_rate_is_at_its_peak_from_the_first_step_to_the_last(trainer):
    assert rates_of(trainer(steps=5, schedule="constant", learning_rate=[0.01, 0.02, 0.01])) == [0.02] * 5


def rates_of(run):
    """The optimiser's learning rate in each step, the largest of all members."""
    used = []
    while run.step_number < run.config.steps:
        used.append(run.optimiser.rate)
        run.step()
    return used


def test_a_gradient_that_overflows_once_is_skipped_for_that_member_alone(trainer):
    run, calm = trainer(), trainer()
    for spoilt, training in ((True, run), (False, calm)):
        training.step()
        for parameter in training.model.parameters():
            parameter.grad = torch.ones_like(parameter)
        if spoilt:
            next(training.model.parameters()).grad[1] = torch.inf
        training.optimiser.clip_gradients(1)
    for (name, ours), theirs in zip(run.model.named_parameters(), calm.model.parameters(), strict=True):
        assert (ours.grad[1] == 0).all(), name
        assert torch.equal(ours.grad[[0, 2]], theirs.grad[[0, 2]]), name


def test_a_member_whose_gradients_keep_overflowing_goes_back_to_its_best_weights(trainer, caplog):
    run = trainer()
    for _ in range(run.config.validate_every):
        run.step()
    run.validate()
    best = {name: parameter.clone() for name, parameter in run.best.weights.items()}
    run.step()
    moved = {name: parameter.detach().clone() for name, parameter in run.model.named_parameters()}
    for _ in range(MOST_OVERFLOWS):
        next(run.model.parameters()).grad[1] = torch.inf
        run.optimiser.clip_gradients(1)
    for name, parameter in run.model.named_parameters():
        assert torch.equal(parameter[1], best[name][1]), name
        assert torch.equal(parameter[[0, 2]], moved[name][[0, 2]]), name
    assert "seeds [1] go back to their best weights" in caplog.text


def broken_off(run):
    """The weights before and after a validation at which the second member has lost what it had learnt."""
    for _ in range(run.config.validate_every):
        run.step()
    run.validate()
    with torch.no_grad():
        run.model.hidden_to_data.weight[1].mul_(1e3)
    before = {name: parameter.detach().clone() for name, parameter in run.model.named_parameters()}
    run.validate()
    return before, {name: parameter.detach().clone() for name, parameter in run.model.named_parameters()}


@pytest.mark.fault(
    "a member of a training loses what it had learnt",
    "it goes back to its best weights, and on at half its learning rate",
)
def test_a_member_whose_error_has_a_spike_goes_on_from_its_best_weights_at_half_its_rate(trainer, caplog):
    run, calm = trainer(), trainer()
    before, after = broken_off(run)
    for _ in range(calm.config.validate_every):
        calm.step()
    calm.validate()
    for name, weights in after.items():
        assert torch.equal(weights[1], run.best.weights[name][1]), name
        assert torch.equal(weights[[0, 2]], before[name][[0, 2]]), name
    assert "seeds [1] go back to their best weights" in caplog.text
    run.step()
    calm.step()
    for (name, ours), theirs in zip(run.model.named_parameters(), calm.model.parameters(), strict=True):
        step = theirs.detach() - after[name]  # from the same weights, by the same gradients
        assert torch.allclose(ours.detach()[1] - after[name][1], step[1] / 2, atol=1e-7), name
        assert torch.equal(ours[[0, 2]], theirs[[0, 2]]), name


def test_no_finite_error_is_a_spike_if_the_ratio_is_infinite(trainer):
    before, after = broken_off(trainer(spike=math.inf))
    assert all(torch.equal(after[name], weights) for name, weights in before.items())
