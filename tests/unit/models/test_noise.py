import math
from dataclasses import replace

import pytest
import torch

from pathlode import LatentODE, PathLength, Trainer, TrainingConfig
from pathlode.core.series import TimeSeries
from pathlode.models.constant import Constant
from pathlode.models.contract import SequenceModel
from pathlode.models.noise import MOST_FITTED, NOISE_FLOOR, learn_noise
from pathlode.models.prediction import Prediction
from pathlode.models.saving import load_model, save_model
from pathlode.models.settings import ModelConfig
from pathlode.uncertainty.intervals import distribution

POINTS = 20


class Fixed(SequenceModel):
    """Predicts the mean of a trajectory's observations, plus an offset of each member."""

    offsets = torch.zeros(1)
    reads_gaps = True

    def predicted(self, given, query):
        mean = given.values.nanmean(dim=2, keepdim=True)
        return Prediction(values=(mean + self.offsets.view(-1, 1, 1, 1)).expand(given.values.shape))


def noisy(number=2000, stds=(0.5, 3.0)):
    """Series of a level of their own and noise."""
    draw = torch.Generator().manual_seed(0)
    times = torch.arange(float(POINTS)).expand(number, POINTS)
    level = 10 * torch.randn(number, 1, len(stds), generator=draw)
    return TimeSeries(times, level + torch.tensor(stds) * torch.randn(number, POINTS, len(stds), generator=draw))


def made(series, *offsets):
    model = Fixed(ModelConfig(features=series.features), seeds=range(len(offsets)))
    model.offsets = torch.tensor(offsets)
    model.standardise(series)
    return model


def test_the_noise_counts_what_the_prediction_has_fitted_of_it():
    """The observations are σ √(1 - 1/n) away from their mean: n - 1 of n degrees of freedom are left."""
    series = noisy()
    model = made(series, 0.0)
    learn_noise(model, series)
    assert torch.allclose(model.noise.flatten(), torch.tensor([0.5, 3.0]), rtol=0.01)


def test_members_that_are_no_ensemble_have_the_noise_that_they_have_alone():
    series = noisy(300)
    model = made(series, 0.0, 0.8)
    learn_noise(model, series, ensemble=False)
    for position, offset in enumerate((0.0, 0.8)):
        alone = made(series, offset)
        learn_noise(alone, series)
        assert torch.allclose(model.noise[position], alone.noise[0], rtol=1e-5)
    assert float(model.noise[1, 0, 0, 0]) == pytest.approx(math.sqrt(0.25 + 0.64 / 0.95), rel=0.02)


def test_what_members_disagree_by_is_not_counted_twice():
    """The noise of the mixture maximises its likelihood: that of a mixture from which the data were drawn is its own."""
    series = noisy(4000, stds=(0.5,))
    draw = torch.Generator().manual_seed(1)
    shift = 0.5 * torch.randint(-1, 2, (4000, POINTS, 1), generator=draw)
    level = torch.zeros(4000, 1, 1)  # so that the mean over a trajectory is no part of this
    noise = 0.5 * torch.randn(4000, POINTS, 1, generator=draw)
    series = TimeSeries(series.times, level + shift + noise)
    model = made(series, -0.5, 0.0, 0.5)
    learn_noise(model, series)
    assert model.noise.unique().numel() == 1
    assert float(model.noise[0]) == pytest.approx(0.5, rel=0.06)


def test_missing_values_and_padding_have_no_part_in_it():
    series = noisy(200)
    values = series.values.clone()
    values[::2, 12:] = torch.nan
    times = series.times.clone()
    times[::2, 12:] = torch.nan
    values[1::2, 3, 0] = torch.nan
    gaps = TimeSeries(times, values)
    model, padded = made(series, 0.0), made(series, 0.0)
    learn_noise(model, gaps)
    wider = TimeSeries(
        torch.cat([times, torch.full((200, 4), torch.nan)], dim=1),
        torch.cat([values, torch.full((200, 4, 2), torch.nan)], dim=1),
    )
    learn_noise(padded, wider)
    assert torch.allclose(model.noise, padded.noise, rtol=0.01)
    assert torch.allclose(model.noise.flatten(), torch.tensor([0.5, 3.0]), rtol=0.05)


def test_a_feature_that_was_never_observed_has_the_standard_deviation_of_the_training_data():
    series = noisy(50)
    model = made(series, 0.0)
    learn_noise(model, TimeSeries(series.times, series.values.clone().index_fill(2, torch.tensor([1]), torch.nan)))
    assert torch.allclose(model.noise[..., 1], model.std[..., 1])


class Copying(Fixed):
    """Gives its observations back."""

    def predicted(self, given, query):
        return Prediction(values=given.values + 1e-9)


def test_the_noise_has_a_lower_bound():
    series = noisy(50)
    model = Copying(ModelConfig(features=2))
    model.standardise(series)
    learn_noise(model, series)
    assert MOST_FITTED < 1
    assert torch.allclose(model.noise, NOISE_FLOOR * model.std)


def test_the_noise_is_in_the_datas_unit_and_precision():
    series = noisy(200)
    large = TimeSeries(series.times.double(), 1000 * series.values.double() + 5_412_345)
    small, model = made(series, 0.0), made(large, 0.0)
    learn_noise(small, series)
    learn_noise(model, large)
    assert model.noise.dtype == torch.float64
    assert torch.allclose(model.noise, 1000 * small.noise.double(), rtol=1e-3)


def test_sets_of_their_own_give_each_member_its_noise():
    first, second = noisy(100), noisy(100, stds=(1.0, 1.0))
    both = TimeSeries(torch.stack([first.times, second.times]), torch.stack([first.values, second.values]))
    model = Fixed(ModelConfig(features=2), seeds=(0, 1, 2))
    model.standardise(both, owners=[1, 0, 1])
    learn_noise(model, both, owners=[1, 0, 1])
    for position, series in ((0, second), (1, first)):
        alone = made(series, 0.0)
        learn_noise(alone, series)
        assert torch.allclose(model.noise[position], alone.noise[0], rtol=1e-4)


def test_the_noise_is_saved_and_forgotten_with_other_units(tmp_path, series):
    model = Constant(ModelConfig(features=2))
    model.fit(series)
    learn_noise(model, series)
    save_model(tmp_path / "model.pt", model)
    loaded, _ = load_model(tmp_path / "model.pt")
    assert torch.equal(loaded.noise, model.noise)
    assert torch.equal(model.member(0).noise, model.noise)
    model.fit(replace(series, values=series.values + 1))
    assert (model.noise == 0).all()


@pytest.mark.parametrize("ensemble", [True, False])
def test_given_a_level_intervals_of_that_level_cover_as_stated_whatever_the_distribution(ensemble):
    """Noise of few large values, for which the most likely one covers too much."""
    draw = torch.Generator().manual_seed(0)
    series = noisy(500, stds=(0.5,))
    series = replace(series, values=series.values * 0 + torch.randn(500, POINTS, 1, generator=draw) ** 3)
    model = made(series, -0.2, 0.3)

    def covered():
        mixture = distribution(model if ensemble else model.member(1), prediction)
        return float(((mixture.cdf(series.values) - 0.5).abs() <= 0.45).double().mean())

    values = model(series.times, series.values).values
    prediction = Prediction(values=values if ensemble else values[1:])
    learn_noise(model, series, ensemble=ensemble)
    assert covered() > 0.92
    learn_noise(model, series, ensemble=ensemble, level=0.9)
    assert covered() == pytest.approx(0.9, abs=0.01)


def test_covariates_that_the_model_reads_are_read(series):
    """Also by a training by the likelihood."""
    known = replace(series, static=torch.randn(len(series), 1))
    config = ModelConfig(features=2, static=1, hidden=6, latent=4, width=8)
    model = LatentODE(config, seeds=(0, 1))
    settings = TrainingConfig(steps=2, batch=4, validate_every=1, warmup=0.5, likelihood=True)
    Trainer(model, PathLength(0.1), known, known, settings).run()
    assert (model.noise > 0).all()
