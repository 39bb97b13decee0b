import math

import numpy as np
import pytest
import torch

from pathlode import (
    LatentODE,
    ModelConfig,
    PathLength,
    TimeSeries,
    Trainer,
    TrainingConfig,
    distribution,
    intervals,
    learn_noise,
    widening,
)
from pathlode.errors import ConfigError
from pathlode.models.prediction import Prediction
from pathlode.uncertainty.intervals import Interval

LEVEL, NOISE, WINDOW = 0.9, 0.2, 8.0


def test_an_interval_and_what_it_covers():
    interval = Interval(torch.zeros(1, 4, 1), torch.full((1, 4, 1), 2.0))
    observed = torch.tensor([-0.1, 0.0, 1.0, math.nan]).view(1, 4, 1)
    assert interval.coverage(observed).tolist() == pytest.approx([2 / 3])
    wider = interval.widened(1.2)
    assert wider.lower.unique().tolist() == pytest.approx([-0.2])
    assert wider.upper.unique().tolist() == pytest.approx([2.2])
    assert wider.coverage(observed).tolist() == [1.0]


def test_bounds_of_one_member_are_its_prediction_and_its_noise(make_model):
    """±1.6449 σ for 90 %, with σ of the feature."""
    model = make_model(seeds=(0,))
    model.noise = torch.tensor([0.1, 3.0]).view(1, 1, 1, 2)
    interval = intervals(model, Prediction(values=torch.ones(1, 5, 7, 2)), LEVEL)
    assert interval.upper.shape == (5, 7, 2)
    assert interval.lower[0, 0].tolist() == pytest.approx([1 - 0.1644854, 1 - 3 * 1.644854], rel=1e-5)
    assert interval.upper[4, 6].tolist() == pytest.approx([1 + 0.1644854, 1 + 3 * 1.644854], rel=1e-5)


def test_members_that_disagree_widen_the_interval(make_model):
    """A tenth of the mixture is below the member at 0 by 0.8416 σ, where a fifth of that member is."""
    model = make_model(seeds=(0, 1))
    model.noise = torch.full((2, 1, 1, 2), 0.1)
    interval = intervals(model, Prediction(values=torch.tensor([0.0, 4.0]).view(2, 1, 1, 1).expand(2, 1, 1, 2)), 0.8)
    assert interval.lower.flatten().tolist() == pytest.approx([-0.08416] * 2, abs=1e-4)
    assert interval.upper.flatten().tolist() == pytest.approx([4.08416] * 2, abs=1e-4)


def test_an_unknown_noise_and_levels_that_are_none_are_refused(make_model):
    model, prediction = make_model(), Prediction(values=torch.ones(3, 5, 7, 2))
    with pytest.raises(
        ConfigError, match=r"the observation noise of this model is unknown: call pathlode\.learn_noise"
    ):
        intervals(model, prediction)
    for level, told in ((90, "90"), ("0.9", "'0.9'")):
        with pytest.raises(ConfigError, match=f"the level of an interval is {told}, expected a number between 0 and 1"):
            intervals(model, prediction, level)


def simulated(number, rng):
    """Oscillations with amplitude and phase of their own: observed, at other times in the window, in the next window; the truth."""
    amplitude, phase = rng.uniform(0.6, 1.4, (number, 1)), rng.uniform(0, 1.5, (number, 1))

    def measured(low):
        times = np.sort(rng.uniform(low + 1e-3, low + WINDOW, (number, 12)), axis=1)
        times = np.concatenate([np.full((number, 1), low), times], axis=1)
        values = amplitude * np.sin(times + phase) + NOISE * rng.standard_normal(times.shape)
        return torch.from_numpy(times).float(), torch.from_numpy(values).float()[..., None]

    inside, others, beyond = measured(0.0), measured(0.0), measured(WINDOW)
    truth = amplitude * np.sin(inside[0].numpy() + phase)
    return inside, others, beyond, torch.from_numpy(truth).float()[..., None]


@pytest.fixture(scope="module")
def ensemble():
    """Three members, 100 held-out series to learn the noise from, and 300 others."""
    rng = np.random.default_rng(0)
    training, validation, test = (simulated(number, rng) for number in (200, 100, 300))
    config = ModelConfig(features=1, hidden=8, latent=4, width=16, encoder="interpolation")
    model, held_out = LatentODE(config, seeds=(0, 1, 2)), TimeSeries(*validation[0])
    settings = TrainingConfig(steps=300, batch=50, learning_rate=0.02, validate_every=100)
    Trainer(model, PathLength(0.01), TimeSeries(*training[0]), held_out, settings).run()
    learn_noise(model, held_out)
    return model, validation, test


@torch.no_grad()
def bounds(model, series, where):
    return intervals(model, model(*series[0], series[where][0]), LEVEL, read=where == 0)


def test_intervals_cover_observations_that_the_encoder_has_read(ensemble):
    """The prediction has fitted a part of their noise."""
    model, _, test = ensemble
    assert float(bounds(model, test, 0).coverage(test[0][1])) == pytest.approx(LEVEL, abs=0.03)


def test_intervals_cover_observations_at_other_times_in_the_window(ensemble):
    model, _, test = ensemble
    assert float(bounds(model, test, 1).coverage(test[1][1])) == pytest.approx(LEVEL, abs=0.03)


@torch.no_grad()
def test_intervals_cover_held_out_observations_at_times_at_which_others_were_read(ensemble):
    """Second measurements at the very times of the first ones."""
    model, _, test = ensemble
    draw = torch.Generator().manual_seed(0)
    again = test[3] + NOISE * torch.randn(test[3].shape, generator=draw)
    assert float(intervals(model, model(*test[0]), LEVEL).coverage(again)) == pytest.approx(LEVEL, abs=0.03)


def test_a_new_observation_has_the_noise_of_the_read_ones_besides_its_own(make_model):
    """σ² (1 + h) and σ² (1 - h): with σ = 2 and h = 0.44, standard deviations of 2.4 and 2 √0.56."""
    model = make_model(seeds=(0,))
    model.noise, model.leverage = torch.full((1, 1, 1, 2), 2.0), torch.full((1, 1, 1, 2), 0.44)
    prediction = Prediction(values=torch.zeros(1, 1, 2, 2))
    assert distribution(model, prediction).std.unique().tolist() == pytest.approx([2.4])
    assert distribution(model, prediction, read=True).std.unique().tolist() == pytest.approx([2 * math.sqrt(0.56)])
    mixed = distribution(model, prediction, torch.tensor([[[True, False], [False, False]]])).std.flatten().tolist()
    assert mixed == pytest.approx([2 * math.sqrt(0.56), 2.4, 2.4, 2.4])


def test_corrected_intervals_cover_held_out_series_beyond_the_window_too(ensemble, capsys):
    """What they cover without correction is printed, not promised."""
    model, validation, test = ensemble
    plain = bounds(model, test, 2)
    with capsys.disabled():
        print(f"\nbeyond the window, intervals of 90 % cover {float(plain.coverage(test[2][1])):.0%}")
    factor = widening(bounds(model, validation, 2), validation[2][1], LEVEL)
    assert float(plain.widened(factor).coverage(test[2][1])) == pytest.approx(LEVEL, abs=0.06)


def test_the_noise_is_that_of_the_simulation_and_what_the_model_misses(ensemble):
    model, _, test = ensemble
    with torch.no_grad():
        values = model(*test[0]).values
    missed = (values - test[0][1]).square().mean().sqrt()
    assert model.noise.unique().numel() == 1
    assert NOISE < float(model.noise.amax()) < 1.1 * float(missed)
    assert float(distribution(model, Prediction(values=values)).std.amin()) >= float(model.noise.amin())
