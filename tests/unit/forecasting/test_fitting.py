"""What a forecaster learns, how its fit goes on, and series that teach nothing."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from small import SMALL, oscillations, table

from pathlode import Forecaster, TimeSeries
from pathlode.errors import DataError, DivergenceError
from pathlode.forecasting.defaults import log_unread
from pathlode.forecasting.fitting import experiment_of
from pathlode.training.trainer import Trainer


@pytest.mark.fault(
    "the fit of a forecaster is interrupted", "it continues from its folder and ends with the same weights"
)
def test_an_interrupted_fit_continues(forecaster, series, tmp_path, monkeypatch):
    validate, calls = Trainer.validate, []

    def stopped(self):
        calls.append(self.step_number)
        if len(calls) == 10:
            raise KeyboardInterrupt
        return validate(self)

    monkeypatch.setattr(Trainer, "validate", stopped)
    with pytest.raises(KeyboardInterrupt):
        Forecaster(**SMALL).fit(series, tmp_path)
    resumed = Forecaster(**SMALL).fit(series, tmp_path)
    assert calls[10] == 10  # not from the first step
    for name, weights in forecaster.fitted.model.state_dict().items():
        assert torch.equal(resumed.fitted.model.state_dict()[name], weights), name


def test_origins_units_and_dates_do_not_matter(series, forecaster):
    day = 86400.0
    dates = pd.Timestamp("2024-01-01", tz="Europe/Berlin") + pd.to_timedelta(table()["t"], unit="D")
    moved = table().assign(t=dates, x=lambda rows: 5e6 + 1e-3 * rows["x"], y=lambda rows: 1e3 * rows["y"])
    dated = TimeSeries.from_frame(moved, series="id", time="t")
    other = Forecaster(**SMALL).fit(dated)
    asked = pd.DatetimeIndex([pd.Timestamp("2024-01-12", tz="Europe/Berlin")])
    found, expected = other.predict(dated, asked).to_frame(), forecaster.predict(series, [11.0]).to_frame()
    assert found["t"].dtype == dates.dtype
    assert (found["t"] == asked[0]).all()
    assert (found["x"] - 5e6).to_numpy() * 1e3 == pytest.approx(expected["x"].to_numpy(), abs=2e-3)
    assert found["y"].to_numpy() / 1e3 == pytest.approx(expected["y"].to_numpy(), abs=2e-3)
    ratio = other.fitted.model.config.time_unit / forecaster.fitted.model.config.time_unit
    assert ratio == pytest.approx(day)


def relative(predicted, truth):
    """Root mean squared error in standard deviations of the truth."""
    return float(np.sqrt(np.mean((predicted - truth) ** 2) / truth.var()))


@pytest.fixture(scope="module", params=[10, 120])
def learnt(request):
    """A forecaster of few series, and one of more, fitted for seconds."""
    series, _, _ = oscillations(request.param, seed=1)
    return request.param, Forecaster(members=2, steps=300, weight=0.1).fit(series)


def test_new_series_are_predicted_far_better_than_by_a_constant_or_the_last_value(learnt):
    """Inside the window and 4 units of time, most of a period, beyond it."""
    number, forecaster = learnt
    series, asked, truth = oscillations(100, seed=2)
    predicted = forecaster.predict(series, asked).values.numpy()
    mean = np.stack([np.nanmean(values, axis=0) for _, values in series])[:, None]
    last = np.stack([values[~np.isnan(values).any(axis=1)][-1] for _, values in series])[:, None]
    trivial = min(relative(mean, truth), relative(last, truth))
    assert trivial > 0.8
    assert relative(predicted, truth) < (0.72 if number == 10 else 0.45) * trivial


def test_intervals_cover_read_values_and_new_ones_of_new_series_each_as_stated(learnt):
    number, forecaster = learnt
    if number == 10:
        pytest.skip("two held-out series do not tell the noise")
    series, asked, truth = oscillations(200, seed=3)
    inside = np.array(asked) < 10
    noise = 0.05 * np.random.default_rng(4).standard_normal(truth.shape)
    for query, values in ((TimeSeries.of(series), TimeSeries.of(series).values.numpy()), (asked, truth + noise)):
        low, high = (bound.values.numpy() for bound in forecaster.intervals(series, query, 0.9))
        covered = (low <= values) & (values <= high)
        counted = ~np.isnan(values) if query is not asked else np.broadcast_to(inside[..., None], values.shape)
        assert covered[counted].mean() == pytest.approx(0.9, abs=0.03)


def test_members_that_diverged_are_left_out(series, monkeypatch):
    validate = Trainer.validate

    def diverging(self):
        row = validate(self)
        row.mse[0] = torch.nan
        return row

    monkeypatch.setattr(Trainer, "validate", diverging)
    fitted = Forecaster(**SMALL).fit(series).fitted
    assert fitted.model.seeds == (1,)
    assert len(fitted.errors) == 1
    with pytest.raises(DivergenceError, match="every member diverged: give a smaller learning_rate"):
        Forecaster(**SMALL | {"members": 1}).fit(series)


def test_the_weight_is_chosen_where_none_is_given_and_the_loss_has_one(series, monkeypatch):
    chosen = []

    def choose(self, data, folder, identity, device):
        chosen.append(self.experiment.train["steps"])
        return 0.3

    monkeypatch.setattr("pathlode.forecasting.weighting.Candidates.choose", choose)
    settings = SMALL | {"weight": None, "members": 1}
    assert Forecaster(**settings).fit(series).fitted.weight == 0.3
    assert Forecaster(**settings | {"loss": "none"}).fit(series).fitted.weight == 1.0
    assert chosen == [20]


def test_arrays_and_single_precision_are_enough():
    rng = np.random.default_rng(0)
    pairs = [(np.arange(5, dtype=np.float32), rng.normal(size=5).astype(np.float32)) for _ in range(6)]
    predicted = Forecaster(**SMALL).fit(pairs).predict(pairs, np.array([5, 6]))
    assert (predicted.values.dtype, predicted.values.shape) == (torch.float32, (6, 2, 1))


def test_gradients_of_series_end_at_the_fit():
    times, values = torch.arange(4.0).expand(4, 4), torch.arange(16.0).view(4, 4, 1).requires_grad_()
    assert not Forecaster(**SMALL).fit(TimeSeries(times, values)).fitted.model.mean.requires_grad


def test_static_covariates_that_the_field_does_not_read_are_told(series, caplog):
    given = replace(series, static=torch.arange(8.0)[:, None])
    caplog.set_level("INFO")
    told = "the field 'bounded' reads no static covariates: they reach the solution through the encoder and z0"
    fields = {"bounded": True, "controlled": False}
    for field, expected in fields.items():
        caplog.clear()
        log_unread(experiment_of(Forecaster(**SMALL | {"model": {"field": field}}), given))
        assert any(told in message for message in caplog.messages) == expected


def test_few_or_constant_series_are_refused(series):
    with pytest.raises(DataError, match=r"decays.csv has 3 series, expected at least 4"):
        Forecaster(**SMALL).fit(series[:3])
    empty = TimeSeries.from_frame(table().assign(y=np.nan), series="id", time="t", name="decays.csv")
    with pytest.raises(DataError, match="decays.csv: column 'y' has no value in any series, .* leave it out"):
        Forecaster(**SMALL).fit(empty)
    with pytest.raises(DataError, match="time series: every trajectory has one time, expected at least 2"):
        Forecaster(**SMALL).fit([([0.0], [float(i)]) for i in range(6)])
    with pytest.raises(DataError, match="all values of each feature are equal"):
        Forecaster(**SMALL).fit([([0.0, 1.0], [1.0, 1.0])] * 6)
    with pytest.raises(DataError, match="the series are a table: read it with TimeSeries.from_frame"):
        Forecaster(**SMALL).fit(table())
