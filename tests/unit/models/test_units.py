"""Values and times that are large beside their differences, in every registered model."""

import datetime

import numpy as np
import pytest
import torch
from combinations import readable
from torch.nn.functional import pad

from pathlode.core.series import TimeSeries
from pathlode.core.solve import FixedStep
from pathlode.errors import DataError
from pathlode.models.latent_ode import LatentODE
from pathlode.models.latents import encode
from pathlode.models.saving import load_model, save_model
from pathlode.models.settings import ModelConfig
from pathlode.models.units import units_of
from pathlode.registry import LOSSES
from pathlode.training.settings import TrainingConfig
from pathlode.training.trainer import Trainer

OFFSET = 5_412_345.0
"""Of coordinates, pressures or prices that vary by 0.2."""
NOON = 1_764_417_600.0
"""A time in seconds since 1970, and 2025-11-29 12:00 in UTC."""
SOLVER = FixedStep("rk4", 4)


@pytest.fixture
def near():
    """Times around 0 in seconds, some readings 5 minutes apart, and values around 0."""
    times = 300.0 * torch.rand(11, 8).double().mul(4).floor().add(1).cumsum(dim=1)
    return TimeSeries(times, 0.2 * torch.randn(11, 8, 2).double())


def test_units_are_those_of_the_observed_values_by_hand():
    nan = torch.nan
    values = torch.tensor([[[1.0, 5.0], [3.0, nan]], [[5.0, 5.0], [nan, nan]]])
    units = units_of(TimeSeries(torch.tensor([[0.0, 1.0], [2.0, nan]]), values))
    assert units["mean"].flatten().tolist() == [3.0, 5.0]
    assert units["std"].flatten().tolist() == [2.0, 1.0]
    assert (units["time_mean"].item(), units["time_std"].item()) == (1.0, 1.0)


def test_units_of_elapsed_times_are_those_of_the_times_since_each_start_by_hand():
    """Times 0, 2 and 0, 4, whose mean is 1.5 and whose squared deviations sum to 11."""
    times = torch.tensor([[10.0, 12.0], [5.0, 9.0]])
    units = units_of(TimeSeries(times, times[..., None]), elapsed=True)
    assert units["time_mean"].item() == 1.5
    assert units["time_std"].item() == pytest.approx((11 / 3) ** 0.5)


def test_an_encoder_of_elapsed_times_does_not_see_when_a_series_began():
    """One of absolute times does."""
    draw = torch.Generator().manual_seed(0)
    times = torch.rand(6, 5, generator=draw).cumsum(dim=1).double()
    values = torch.randn(6, 5, 1, generator=draw).double()
    later = torch.arange(6.0)[:, None]
    for elapsed in (True, False):
        model = LatentODE(ModelConfig(features=1, elapsed=elapsed, encoder="interpolation"))
        model.standardise(TimeSeries(times, values))
        found = model.encode(times + later, values).z0, model.encode(times, values).z0
        assert torch.allclose(*found, atol=1e-6) == elapsed


def test_padding_changes_no_units():
    times, values = torch.rand(5, 7).sort().values.double(), torch.randn(5, 7, 2).double()
    wide = TimeSeries(pad(times, (0, 2), value=torch.nan), pad(values, (0, 0, 0, 2), value=torch.nan))
    whole = units_of(TimeSeries(times, values))
    for name, unit in units_of(wide).items():
        assert torch.allclose(unit, whole[name], rtol=1e-12), name


def test_a_far_zero_of_times_and_values_does_not_matter(case, near):
    """In single precision the values would be one number, and the times would move by up to a minute."""
    if {"squareplus", "log"} & set(case.changes.values()):
        return  # these know the zero of the values
    near = readable(case, near)
    far = TimeSeries((near.times + NOON).numpy(), (near.values + OFFSET).numpy())
    models = [case.model(time_unit=1000.0) for _ in range(2)]
    found = []
    for model, series in zip(models, (near, far), strict=True):
        model.standardise(series)
        query = series.times[:, -1:] + torch.tensor([60.0, 120.0]).double()
        found.append([model(series.times, series.values, at, solver=SOLVER).values for at in (None, query)])
    assert all(weights.dtype == torch.float32 for weights in models[1].parameters())
    for ours, theirs in zip(*found, strict=True):
        assert ours.dtype == theirs.dtype == torch.float64
        assert torch.allclose(theirs - OFFSET, ours, atol=1e-5)
    if "latent" in models[0].offers:
        assert torch.allclose(encode(models[1], far), encode(models[0], near), atol=1e-4)


def test_predictions_have_the_type_of_the_values(case, near):
    model = case.model(time_unit=1000.0)
    model.standardise(near)
    for dtype in (torch.float32, torch.float64):
        query = near.times.to(dtype) + 1
        found = model(near.times.to(dtype), near.values.to(dtype), query, solver=SOLVER).values
        assert found.dtype == dtype
    arrays = near.times.numpy(), near.values.numpy(), near.times.numpy() + 1
    expected = model(near.times, near.values, near.times + 1, solver=SOLVER).values
    assert torch.equal(model(*arrays, solver=SOLVER).values, expected)


def test_units_outlive_files_members_and_conversions(case, near, tmp_path):
    model = case.model(time_unit=1000.0)
    far = TimeSeries(near.times + NOON, near.values + OFFSET)
    model.standardise(far)
    expected = model(far.times, far.values, solver=SOLVER).values
    save_model(tmp_path / "model.pt", model)
    loaded, _ = load_model(tmp_path / "model.pt")
    for other in (loaded, loaded.float(), model.float().to("cpu")):
        assert torch.equal(other(far.times, far.values, solver=SOLVER).values, expected)
        assert (other.mean.dtype, other.dtype) == (torch.float64, torch.float32)
    assert torch.allclose(model.member(1)(far.times, far.values, solver=SOLVER).values[0], expected[1], atol=1e-6)


@pytest.mark.parametrize("loss", ["path", "kl", "kinetic", "steer"])
def test_a_training_does_not_depend_on_the_zero(near, loss):
    config, found = TrainingConfig(steps=6, batch=8, warmup=0.5, validate_every=3, solver="rk4"), []
    for time, value in ((0.0, 0.0), (NOON, OFFSET)):
        series = TimeSeries(near.times + time, near.values + value)
        variational = "posterior" in LOSSES[loss].needs
        model = LatentODE(ModelConfig(2, time_unit=1000.0, hidden=5, latent=4, variational=variational), (0, 1))
        trainer = Trainer(model, LOSSES[loss](0.1), series, series, config)
        trainer.run()
        found.append((trainer.best_mse, model(series.times, series.values, solver=SOLVER).values - value))
    for ours, theirs in zip(*found, strict=True):
        assert torch.allclose(ours, theirs, rtol=1e-3, atol=1e-3)


DATES = {
    "datetime64": lambda seconds: np.datetime64("1970-01-01T00:00:00", "s") + seconds.astype("timedelta64[s]"),
    "datetime": lambda seconds: [
        [datetime.datetime.fromtimestamp(s, datetime.UTC).replace(tzinfo=None) for s in each] for each in seconds
    ],
    "in a zone": lambda seconds: [
        [datetime.datetime.fromtimestamp(s, datetime.timezone(datetime.timedelta(hours=5))) for s in each]
        for each in seconds
    ],
}


@pytest.mark.parametrize("kind", list(DATES))
def test_dates_are_seconds(near, kind):
    series = TimeSeries(near.times + NOON, near.values)
    dates = DATES[kind](series.times.numpy())
    dated = TimeSeries(dates, near.values)
    assert dated.dates
    assert torch.equal(dated.times, series.times)
    model = LatentODE(ModelConfig(2, time_unit=1000.0))
    model.standardise(dated)
    assert torch.equal(model(dates, near.values, dates).values, model(series.times, near.values).values)


def test_dates_are_refused_by_a_model_that_was_trained_on_numbers(near):
    model = LatentODE(ModelConfig(2))
    model.standardise(near)
    with pytest.raises(DataError, match="times are dates, but the model was trained on numbers"):
        model(DATES["datetime64"](near.times.numpy()), near.values)


def test_times_too_close_for_single_precision_are_refused_with_the_reason_and_double_precision_takes_them():
    times = torch.tensor([[0.0, 6000.0, 6000.0001]], dtype=torch.float64)
    series, model = TimeSeries(times, torch.randn(1, 3, 1).double()), LatentODE(ModelConfig(1))
    message = r"trajectory 0, times number 2 and 3 are 0.0001 apart, too close for float32 at 6000 after the start"
    for refused in (lambda: model.standardise(series), lambda: model(series.times, series.values)):
        with pytest.raises(DataError, match=message):
            refused()
    assert model.double()(series.times, series.values).values.isfinite().all()
