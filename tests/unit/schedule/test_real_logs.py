"""Models of logs on curves that they know."""

import math

import numpy as np
import pytest
import torch

from pathlode.registry import LOG_MODELS
from pathlode.schedule.planning.contract import RatedRuns
from pathlode.schedule.planning.modes import QuadraticModes
from pathlode.schedule.real_logs.contract import WIDTH_90, LoggedRun, LogModel, Question
from pathlode.schedule.real_logs.modes import MODE_CELLS, effects
from pathlode.schedule.real_logs.multi_power import LAW_CELLS, LawRows, log_losses
from pathlode.schedule.real_logs.trees import features, tree_examples


def cosine(steps):
    return 0.05 * (1 + np.cos(math.pi * steps / 200))


def decay(steps):
    return 0.1 * np.clip((200 - steps) / 40, 0.01, 1.0)


def relaxing(run):
    """A mode that decays and one with a floor in proportion to the rate, of the equation of `modes`."""
    speeds = np.array([0.05, 4.0])
    return effects(run, run.steps, speeds, 0.1) @ [1.0, 0.2, 0.0, 0.5, 1.0]


def question(logged, losses, share=0.3):
    past = [logged(losses, name="constant"), logged(losses, cosine, "cosine")]
    run = logged(losses, decay, "decay")
    seen = run.until(share * run.end)
    return Question(past, seen, run.steps[len(seen.steps) :]), np.log(run.losses[len(seen.steps) :])


@pytest.mark.parametrize("name", LOG_MODELS)
def test_every_model_forecasts_every_asked_row(logged, name):
    asked, _ = question(logged, relaxing)
    model = LOG_MODELS[name]()
    assert isinstance(model, LogModel)
    (forecast,) = model.answer([asked])
    assert forecast.mean.shape == asked.asked.shape
    assert (forecast.low <= forecast.mean).all()
    assert (forecast.mean <= forecast.high).all()
    assert np.isfinite(forecast.spread).all()


def test_effects_are_those_of_the_model_that_plans():
    """For small rates, of which two moments of :class:`QuadraticModes` are a part of the run here."""
    rates = torch.rand(1, 1, 2 * MODE_CELLS, dtype=torch.float64).repeat_interleave(2, dim=2) / 1000
    model = QuadraticModes(RatedRuns(rates, torch.ones(1, 1, MODE_CELLS)), members=1, modes=3)
    peak, steps = float(rates.max()), np.arange(1, MODE_CELLS + 1) * 4.0
    speeds = np.array([0.3, 2.0, 20.0])
    model.curvature[:] = torch.from_numpy(speeds * peak)  # in units of 1 / peak
    model.first[:], model.offset[:] = torch.tensor([3.0, 2.0, 1.0]), 0.1
    floor = np.array([0.05, 0.1, 0.2])
    model.noise[:] = torch.from_numpy(2 * floor * speeds * peak)
    edges = np.concatenate([[0.0], np.repeat(np.arange(1, 2 * MODE_CELLS) * 2.0, 2), [4.0 * MODE_CELLS]])
    edges[1:-1:2] -= 1e-9
    run = LoggedRun("t", "r", "r", steps[:-1], np.ones(len(steps) - 1), edges, rates[0, 0].numpy())
    found = effects(run, steps, speeds, peak) @ np.concatenate([[3.0, 2.0, 1.0], floor, [0.1]])
    assert np.log(found) == pytest.approx(model.log_losses(rates)[0, 0, 0].numpy(), abs=0.02)


def test_modes_predict_a_schedule_that_they_never_saw(logged):
    asked, truth = question(logged, relaxing)
    (forecast,) = LOG_MODELS["modes"]().answer([asked])
    assert forecast.mean[-1] == pytest.approx(truth[-1], abs=0.02)
    assert abs(truth[-1] - np.log(asked.seen.losses[-1])) > 0.2  # the loss falls


def test_the_law_predicts_a_schedule_that_it_never_saw(logged):
    parameters = np.log([0.8, 0.15, 0.5, 2.0, 20.0, 0.5, 0.5])

    def losses(run):
        return np.exp(log_losses(parameters, LawRows.of(run, run.steps)))

    asked, truth = question(logged, losses)
    (forecast,) = LOG_MODELS["multi_power_law"]().answer([asked])
    assert forecast.mean[-1] == pytest.approx(truth[-1], abs=0.02)


def test_the_law_at_a_constant_rate_and_after_a_drop(logged):
    """L = L0 + A S^-α with S = η t; after a drop of δ it falls by B δ (1 - (1 + C η^-γ S_1)^-β)."""
    parameters = np.log([0.8, 0.15, 0.5, 2.0, 20.0, 0.5, 0.5])
    constant = logged(lambda run: np.ones(20))
    end = np.array([200.0])
    assert np.exp(log_losses(parameters, LawRows.of(constant, end))) == pytest.approx(0.8 + 0.15 * 20.0**-0.5)
    edge = 200 / LAW_CELLS * (LAW_CELLS // 2)
    dropped = logged(lambda run: np.ones(20), lambda steps: np.where(steps <= edge, 0.1, 0.04))
    since = 0.04 * (200 - edge)
    expected = 0.8 + 0.15 * (0.1 * edge + since) ** -0.5 - 2.0 * 0.06 * (1 - (1 + 20 * 0.04**-0.5 * since) ** -0.5)
    assert np.exp(log_losses(parameters, LawRows.of(dropped, end))) == pytest.approx(expected, rel=2e-3)


def test_a_power_law_is_continued_by_the_process(logged):
    asked, truth = question(logged, lambda run: run.steps**-0.4, share=0.5)
    (forecast,) = LOG_MODELS["gaussian_process"]().answer([asked])
    assert forecast.mean == pytest.approx(truth, abs=0.01)


def test_the_last_value_and_what_past_runs_changed_from_there(logged):
    asked, _ = question(logged, lambda run: np.exp(-run.steps / 200))
    (forecast,) = LOG_MODELS["last_value"]().answer([asked])
    assert forecast.mean == pytest.approx(np.full(len(asked.asked), np.log(asked.seen.losses[-1])))
    assert forecast.spread[-1] == pytest.approx(1 - asked.share)  # both changed by as much
    assert forecast.high[-1] == pytest.approx(forecast.mean[-1] + WIDTH_90 * (1 - asked.share))


def test_trees_see_nothing_that_depends_on_units_or_on_later_losses(logged):
    run = logged(lambda run: np.exp(-run.steps / 50), cosine)
    later = np.array([150.0, 200.0])
    seen = features(run, 60.0, later, 200.0)
    assert features(run.until(60.0), 60.0, later, 200.0) == pytest.approx(seen)
    scaled = run.scaled(4.0, 7.0, 0.2)
    assert features(scaled, 15.0, later / 4, 50.0) == pytest.approx(seen)
    inputs, changes = tree_examples([run])
    assert len(inputs) == len(changes)
    assert (changes < 0).all()
