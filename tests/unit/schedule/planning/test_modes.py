import math

import pytest
import torch

from pathlode.errors import ConfigError, DataError
from pathlode.schedule.planning.contract import RatedRuns
from pathlode.schedule.planning.modes import QuadraticModes

STEPS, MOMENTS = 40, 20
CONSTANT = torch.full((1, 1, STEPS), 0.1, dtype=torch.float64)


@pytest.fixture
def one_mode():
    """A single member with one mode, without noise and floor until a test sets them."""
    model = QuadraticModes(RatedRuns(CONSTANT, torch.ones(1, 1, MOMENTS)), members=1, modes=1)
    model.largest[:] = 1.0
    model.curvature[:], model.first[:], model.offset[:] = 0.5, 3.0, 0.0
    return model


def test_a_mode_decays_with_every_step(one_mode):
    rates = torch.rand(1, 1, STEPS, dtype=torch.float64)
    found = one_mode.log_losses(rates).exp()[0, 0, 0]
    assert torch.allclose(found, 3 * (1 - 0.5 * rates[0, 0]).square().cumprod(0)[1::2])


def test_the_floor_is_that_of_stochastic_gradients(one_mode):
    """η² q / (1 - (1 - η h)²) = η q / (h (2 - η h))."""
    one_mode.curvature[:], one_mode.noise[:] = 1.5, 0.2
    ends = one_mode.log_losses(torch.cat([10 * CONSTANT, 5 * CONSTANT], dim=1))[0, 0, :, -1].exp()
    assert ends.tolist() == pytest.approx([0.2 / (1.5 * 0.5), 0.5 * 0.2 / (1.5 * 1.25)])


def test_noise_can_grow_with_the_loss(one_mode):
    """e ← (1 - h)² e + r L, with the loss of a moment's start in both of its steps, at a rate of 1."""
    one_mode.gain[:] = 0.1
    found = one_mode.log_losses(10 * CONSTANT)[0, 0, 0].exp()
    factor = 0.25**2 + 0.1 * (0.25 + 1)
    assert torch.allclose(found, 3 * factor ** torch.arange(1, MOMENTS + 1, dtype=torch.float64))


def test_a_fit_predicts_a_schedule_that_it_has_not_seen():
    """Runs of two modes, one near the edge of stability, at constant rates; then the rate falls."""
    peaks = torch.tensor([0.125, 0.25, 0.5, 1.0], dtype=torch.float64)
    rates = peaks[None, :, None].expand(1, -1, STEPS)
    falling = torch.cat([torch.full((STEPS // 2,), 0.9), torch.full((STEPS // 2,), 0.1)]).double()[None, None]
    truth = QuadraticModes(RatedRuns(rates, torch.ones(1, 4, MOMENTS)), members=1, modes=2)
    truth.curvature[:], truth.first[:] = torch.tensor([0.05, 1.85]), torch.tensor([2.0, 0.1])
    truth.noise[:], truth.offset[:] = torch.tensor([0.0, 0.02]), 0.01
    runs = RatedRuns(rates, truth.log_losses(rates)[0].exp())
    model = QuadraticModes(runs, members=2)
    model.fit(runs)
    assert float((model.log_losses(rates) - truth.log_losses(rates)).abs().max()) < 0.02
    assert float((model.log_losses(falling) - truth.log_losses(falling))[..., -1].abs().max()) < 0.1


def test_a_fit_finds_the_noise_that_grows_with_the_loss(one_mode):
    rates = torch.rand(1, 6, STEPS, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    one_mode.gain[:] = 0.3
    runs = RatedRuns(rates, one_mode.log_losses(rates)[0].exp())
    model = QuadraticModes(runs, members=1)
    model.fit(runs)
    assert float(model.gain.sum()) == pytest.approx(0.3, rel=0.05)
    assert float((model.log_losses(rates) - runs.losses.log()).square().mean().sqrt()) < 0.3
    model.gain[:] = 0.0
    assert float((model.log_losses(rates) - runs.losses.log()).square().mean().sqrt()) > 2.0


def test_members_and_sets_do_not_touch_each_other():
    rates, losses = torch.rand(2, 3, STEPS) + 0.1, torch.rand(2, 3, MOMENTS) + 0.1
    model = QuadraticModes(RatedRuns(rates, losses), members=2)
    model.fit(RatedRuns(rates, losses))
    before = model.log_losses(rates)
    assert before.shape == (2, 2, 3, MOMENTS)
    model.offset[1, 0] += 1.0
    same = torch.isclose(before, model.log_losses(rates)).all(dim=(2, 3))
    assert same.tolist() == [[True, True], [False, True]]


def test_modes_span_slow_and_fast_ones():
    model = QuadraticModes(RatedRuns(CONSTANT, torch.ones(1, 1, MOMENTS)), members=3)
    logs = model.curvature.log()
    assert float(logs.max()) <= math.log(1.9)
    assert float(logs.min()) == pytest.approx(math.log(0.4 / STEPS), abs=0.5)


def test_a_fit_is_closest_where_losses_are_least():
    """Exponential modes cannot follow losses that stay, and then fall as exp(-2 s); the end is what a plan is made for."""
    rates = torch.tensor([0.1, 0.2, 0.4], dtype=torch.float64)[None, :, None].expand(1, -1, STEPS)
    clock = rates.cumsum(dim=2)[..., 1::2]
    runs = RatedRuns(rates, 1 / (1 + (2 * clock - 6).exp()) + 1e-4)
    model = QuadraticModes(runs, members=1)
    model.fit(runs)
    errors = (model.log_losses(rates)[0] - runs.losses.log()).abs()[0]
    assert float(errors[2, -1]) < 0.02
    assert float(errors.max()) > 0.2


@pytest.mark.parametrize("sizes", [{"members": 0}, {"modes": 0}, {"members": 1.5}])
def test_a_model_without_members_or_modes_is_refused(sizes):
    with pytest.raises(ConfigError, match="expected a whole number of at least 1"):
        QuadraticModes(RatedRuns(CONSTANT, torch.ones(1, 1, MOMENTS)), **sizes)


def test_rates_and_runs_that_do_not_fit_the_past_ones_are_refused(one_mode):
    with pytest.raises(DataError, match="expected \\(set, run, step\\) with 1 sets, .* multiple of their 20 moments"):
        one_mode.log_losses(CONSTANT[..., :30])
    with pytest.raises(DataError, match="a rate is not a finite number of at least 0"):
        one_mode.log_losses(-CONSTANT)
    with pytest.raises(DataError, match="the runs have 1 sets and 10 moments, expected 1 and 20"):
        one_mode.fit(RatedRuns(CONSTANT, torch.ones(1, 1, 10)))
