import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from pathlode.errors import ConfigError
from pathlode.schedule import LatentODELR, LookAheadConfig
from pathlode.schedule.decisions import continuations, predicted_moments


def decided(model, config, futures, monkeypatch):
    """A scheduler after its first decision, by these futures, (future, time, feature)."""
    optimiser = torch.optim.SGD([torch.nn.Parameter(torch.zeros(2))], lr=0.1)
    scheduler = LatentODELR(optimiser, model, 400, config)
    monkeypatch.setattr(scheduler, "_futures", lambda *_: futures)
    for step in range(400):
        scheduler.optimizer.step()
        scheduler.step(loss=2.0 + 0.1 * (-1) ** (step // 20), metric=0.5)
        if scheduler.decisions:
            break
    return scheduler


WINDOW, LAST = np.arange(3.0), 6.0  # now is the moment 2, and four are left
RECENT = np.array([0.9, 1.1])


def future(moments, alike):
    """Losses of 1 at some moments and 9 at others, log rates of minus the moment, and ten times the moment as the metric."""
    loss = np.where(np.isin(moments, alike), 1.0, 9.0)
    return np.stack([loss, -moments, 10 * moments], axis=1)[None]


@pytest.mark.parametrize(
    ("alike", "rates", "metric"),
    [
        (
            [1, 4],
            [-1, -2, -3, -4, -5],
            50,
        ),  # the moment before now has the larger rate: it all happens again, one moment later
        ([4], [-4, -5, -6, -7, -8], 80),
        ([7], None, None),  # beyond the horizon
    ],
)
def test_the_published_reading_follows_a_future_step_by_step(alike, rates, metric):
    config = LookAheadConfig(reading="published")
    moments = predicted_moments(WINDOW, LAST, config)
    assert moments == pytest.approx(np.arange(11.0))
    schedules, ends = continuations(future(moments, alike), RECENT, 2.0, LAST, (-99, 0), config)
    assert schedules.tolist() == ([] if rates is None else [rates])
    assert ends.tolist() == ([] if metric is None else [metric])


def test_the_stretched_reading_ends_at_the_horizon():
    config = LookAheadConfig()
    moments = predicted_moments(WINDOW, LAST, config)
    assert moments == pytest.approx(np.arange(2.0, 7.0))
    schedules, ends = continuations(future(moments, [1, 4]), RECENT, 2.0, LAST, (-99, 0), config)
    assert schedules.tolist() == [[-4, -4.5, -5, -5.5, -6]]
    assert ends.tolist() == [60]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"every": 0}, "every is 0"),
        ({"futures": 0}, "futures is 0, expected a whole number of at least 1"),
        ({"spread": -1.0}, "spread is -1.0"),
        ({"tolerance": 0.0}, "tolerance is 0.0"),
        ({"averaged": 1.5}, "averaged is 1.5, expected a whole number"),
        ({"reading": "literal"}, "reading is literal, expected stretched or published"),
        ({"horizon": 1.5}, "horizon is 1.5, expected a share above 0 and at most 1"),
    ],
)
def test_settings_out_of_range_are_refused(settings, message):
    with pytest.raises(ConfigError, match=message):
        LookAheadConfig(**settings)


@pytest.mark.parametrize("mode", ["max", "min"])
def test_the_rates_of_the_futures_that_end_best_are_averaged(model, monkeypatch, mode):
    model = replace(model, config=replace(model.config, mode=mode))
    low, high = model.card.ranges["log_lr"]
    shares, ends = np.array([0.1, 0.3, 0.6, 0.8, 1.0]), np.array([0.5, 0.9, 0.2, 0.8, 0.1])
    futures = np.stack(
        [np.full((5, 6), 2.0), np.full((5, 6), low) + shares[:, None] * (high - low), np.full((5, 6), 0.0)], axis=2
    )
    futures[:, -1, 2] = ends
    futures[4, :, 0] = 9.0  # has no such loss
    scheduler = decided(model, LookAheadConfig(averaged=2), futures, monkeypatch)
    (decision,), best = scheduler.decisions, [1, 3] if mode == "max" else [2, 0]
    assert decision.qualified == 4
    assert decision.metric == pytest.approx(ends[best].mean())
    assert math.log(decision.rate) == pytest.approx(low + shares[best].mean() * (high - low))


def test_a_schedule_comes_to_the_horizon_with_its_future(model, monkeypatch):
    """From the moment with the largest rate of those with the present loss, and stays there."""
    low, high = model.card.ranges["log_lr"]
    rates = np.array([0.2, 0.9, 1.0, 0.7, 0.4, 0.1])
    future = np.stack([[2.0, 2.0, 2.0, 9.0, 9.0, 9.0], low + rates * (high - low), np.linspace(0, 1, 6)], axis=1)
    scheduler = decided(model, LookAheadConfig(every=8, horizon=0.8), future[None], monkeypatch)
    moment, horizon = scheduler.decisions[0].moment, 0.8 * 39
    assert scheduler.decisions[0].metric == 1.0
    relative = (scheduler._schedule - low) / (high - low)
    assert relative[int(moment)] == pytest.approx(1.0)
    later = np.arange(40) > moment
    share = np.minimum(1, (np.arange(40)[later] - moment) / (horizon - moment))
    assert relative[later] == pytest.approx(np.interp(2 + 3 * share, np.arange(6), rates), abs=0.05)
    assert relative[-1] == pytest.approx(0.1)
