import math

import pytest
import torch

from pathlode.errors import ConfigError
from pathlode.schedule.planning.contract import RatedRuns
from pathlode.schedule.planning.latent_ode import ClockedConfig, ClockedODE

STEPS, MOMENTS, LARGEST = 100, 20, 0.2
SMALL = ClockedConfig(latent=2, width=4, steps=120, weight=1e-5)


def quadratic(rates):
    """Losses of a quadratic with a wall and a bed, h = 2 and 0.2, e = 0.1 and 4, and noise of the variance 1/8 on the wall."""
    wall, bed, losses = torch.full(rates.shape[:1], 0.1).double(), torch.full(rates.shape[:1], 4.0).double(), []
    for rate in rates.T:
        wall, bed = (1 - 2 * rate) ** 2 * wall + rate**2 / 8, (1 - 0.2 * rate) ** 2 * bed
        losses.append((2 * wall + 0.2 * bed) / 2)
    return torch.stack(losses[STEPS // MOMENTS - 1 :: STEPS // MOMENTS], dim=1)


def runs_of(shapes):
    peaks = LARGEST * torch.tensor([1.0, 0.5, 0.25]).double()
    rates = (peaks[:, None, None] * torch.stack(shapes)).flatten(0, 1)
    return RatedRuns(rates[None], quadratic(rates)[None])


LEFT = 1 - torch.arange(STEPS).double() / STEPS
PAST = runs_of([torch.ones(STEPS).double(), LEFT])
HELD_OUT = runs_of([(LEFT / 0.2).clamp(max=1.0)])


def test_a_field_that_is_constant_gives_exponential_modes():
    """exp(z) falls to exp(-d s) of its start, and is driven to u q / d, at a constant rate and after it was halved."""
    model = ClockedODE(PAST, members=1, config=SMALL)
    start, decay, drive = torch.tensor([0.5, 2.0]), torch.tensor([0.01, 0.3]), torch.tensor([0.002, 0.06])
    model.parameters[0] = start.log().double()[None, None]
    model.parameters[-1] = torch.cat([decay, drive]).log().double()[None, None, None]
    half = STEPS // 2
    rates = torch.cat([torch.full((half,), 0.2), torch.full((half,), 0.1)]).double()[None, None]
    modes = start
    for u, clock in ((1.0, half), (0.5, half / 2)):
        kept = (-decay * clock).exp()
        modes = kept * modes + u * drive / decay * (1 - kept)
    assert float(model.log_losses(rates)[0, 0, 0, -1]) == pytest.approx(math.log(float(modes.sum())), rel=1e-6)


def test_without_a_rate_the_clock_stands_still():
    model = ClockedODE(PAST, members=2, config=SMALL)
    rates = torch.full((1, 1, STEPS), 1e-12, dtype=torch.float64)
    found = model.log_losses(rates)
    assert found.shape == (2, 1, 1, MOMENTS)
    assert float(found.std(dim=3).max()) < 1e-6


def test_it_learns_a_quadratic_and_predicts_a_schedule_that_no_run_had():
    model = ClockedODE(PAST, members=1, config=SMALL)
    truth, before = HELD_OUT.losses.log(), model.log_losses(HELD_OUT.rates)[0]
    model.fit(PAST)
    rates = HELD_OUT.rates.clone().requires_grad_()
    found = model.log_losses(rates)[0]
    assert float((before - truth)[..., -1].abs().min()) > 0.5
    assert float((found - truth)[..., -1].detach().abs().max()) < 0.08
    found[..., -1].sum().backward()
    assert torch.isfinite(rates.grad).all()
    assert (rates.grad[..., -1] < 0).all()  # the wall still has noise to lose, which a rate of almost zero keeps


@pytest.mark.parametrize("settings", [{"latent": 0}, {"steps": 0}, {"learning_rate": 0.0}, {"ridge": -1.0}])
def test_settings_out_of_their_range_are_refused(settings):
    with pytest.raises(ConfigError, match=f"{next(iter(settings))} is .*, expected a"):
        ClockedConfig(**settings)
