"""What a fitted ensemble reads besides values: times of each series, static covariates and known inputs."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from small import SMALL, same, table

from pathlode import Forecaster, TimeSeries
from pathlode.errors import DataError, SolverError

NAMES = {"series": "id", "time": "t", "values": ["x", "y"]}


def test_each_series_has_its_own_times_and_parts_do_not_matter(forecaster, series, monkeypatch):
    own = [times[-1] + torch.arange(1.0, 2 + index % 3, dtype=torch.float64) for index, (times, _) in enumerate(series)]
    together = forecaster.predict(series, own)
    assert together.lengths.tolist() == [1 + index % 3 for index in range(8)]
    monkeypatch.setattr("pathlode.forecasting.ensemble.AT_ONCE", 3)
    apart = forecaster.predict(series, together)
    assert torch.allclose(apart.values, together.values, rtol=1e-4, atol=1e-6, equal_nan=True)


def test_intervals_inside_the_window_have_the_widths_of_the_fit(forecaster, series):
    """Factors twice as large for what was read, and three times for what is new; beyond, the noise's own width."""
    fitted, one = forecaster.fitted, series[[3]].trimmed()
    last = one.times[0, -1:]
    query = torch.cat([one.times[0, :2], one.times[0, :1] + 0.1, last + 1]).sort().values
    larger = [
        replace(each, read=tuple(2 * f for f in each.read), new=tuple(3 * f for f in each.new))
        for each in fitted.widths
    ]
    wide = replace(fitted, widths=tuple(larger)).bounds(one, query[None], 0.8)
    own = fitted.bounds(one, query[None], 0.8)
    ratio = (wide[1] - wide[0]) / (own[1] - own[0])
    assert torch.allclose(ratio[0, :, 0], torch.tensor([2.0, 3.0, 2.0, 1.0]).double(), rtol=1e-5)


def test_static_columns_reach_the_model_and_come_back(tmp_path):
    given = table().assign(age=lambda rows: rows["id"].str[1:].astype(int))
    series = TimeSeries.from_frame(given, **NAMES, static=["age"])
    fitted = Forecaster(**SMALL).fit(series)
    fitted.save(tmp_path / "model.pt")
    again = Forecaster.load(tmp_path / "model.pt")
    predicted = again.predict(series, [12.0])
    assert predicted.to_frame()["age"].tolist() == list(range(8))
    older = replace(series, static=series.static + 20.0)
    assert not torch.allclose(again.predict(older, [12.0]).values, predicted.values, rtol=1e-3)
    assert not torch.allclose(again.summarise(older), again.summarise(series), rtol=1e-3)
    with pytest.raises(DataError, match="table has 0 static covariates, but the forecaster was fitted to 1"):
        again.predict(TimeSeries.from_frame(given, **NAMES), [12.0])


@pytest.fixture(scope="module")
def driven():
    """A table with a known input at every row, and beyond the last observation."""
    given = table().assign(dose=lambda rows: np.sin(rows["t"]))
    later = given.groupby("id", sort=False).tail(1)
    later = later.assign(t=20.0, x=np.nan, y=np.nan, dose=0.5)
    return pd.concat([given, later]).sort_values(["id", "t"], ignore_index=True)


@pytest.fixture(scope="module")
def fed(driven):
    """A forecaster that reads the input."""
    return Forecaster(**SMALL).fit(TimeSeries.from_frame(driven, **NAMES, inputs=["dose"]))


def test_known_inputs_reach_the_model_and_come_back(driven, fed, tmp_path):
    fed.save(tmp_path / "model.pt")
    again = Forecaster.load(tmp_path / "model.pt")
    assert again.fitted.layout.inputs == again.fitted.inputs == ("dose",)
    series = TimeSeries.from_frame(driven, **NAMES, inputs=["dose"])
    predicted = again.predict(series, [12.0, 20.0])
    assert predicted.to_frame().columns.tolist() == ["id", "t", "x", "y"]
    complete = again.impute(series).to_frame()
    pd.testing.assert_series_equal(complete["dose"], driven["dose"])
    assert complete.notna().all(axis=None)
    low, high = again.intervals(series, [12.0, 20.0])
    assert (low.values < high.values).all()
    other = TimeSeries.from_frame(driven.assign(dose=-driven["dose"]), **NAMES, inputs=["dose"])
    assert not torch.allclose(again.predict(other, [12.0, 20.0]).values, predicted.values, rtol=1e-3)
    assert not torch.allclose(again.summarise(other), again.summarise(series), rtol=1e-3)
    own = TimeSeries.from_frame(driven.drop(columns="dose"), **NAMES, inputs=driven[["id", "t", "dose"]])
    assert same(again.predict(own, [12.0, 20.0]).values, predicted.values)


def test_inputs_that_do_not_fit_the_forecaster_are_refused_by_label(driven, fed):
    series = TimeSeries.from_frame(driven, **NAMES, inputs=["dose"])
    with pytest.raises(
        DataError, match="table: query times: series 's0', time number 2 is 21, but its inputs are known"
    ):
        fed.predict(series, [12.0, 21.0])
    with pytest.raises(DataError, match="table has 0 inputs, but the forecaster was fitted to 1"):
        fed.predict(TimeSeries.from_frame(driven, **NAMES), [12.0])
    renamed = driven.rename(columns={"dose": "power"})
    with pytest.raises(DataError, match="has the columns of inputs power, but the forecaster was fitted to dose: give"):
        fed.predict(TimeSeries.from_frame(renamed, **NAMES, inputs=["power"]), [12.0])
    short = driven.assign(dose=driven["dose"].where((driven["id"] != "s5") | (driven["t"] < 4)))
    with pytest.raises(
        DataError, match="table: times: series 's5', .* its inputs are known from .* give inputs that cover"
    ):
        Forecaster(**SMALL).fit(TimeSeries.from_frame(short, **NAMES, inputs=["dose"]))


def test_a_missing_covariate_is_refused_by_label():
    given = table().assign(age=lambda rows: rows["id"].str[1:].astype(float).replace(6.0, np.nan))
    with pytest.raises(DataError, match="table: column 'age' of series 's6' is nan, .* impute it"):
        Forecaster(**SMALL).fit(TimeSeries.from_frame(given, **NAMES, static=["age"]))


def test_series_and_times_that_do_not_fit_are_refused(forecaster, series):
    dated = TimeSeries(np.array([["2020-01-01", "2020-01-02"]], dtype="datetime64[D]"), [[[1.0, 2.0], [3.0, 4.0]]])
    swapped = TimeSeries.from_frame(table(), series="id", time="t", values=["y", "x"], name="other.csv")
    for given, times, message in (
        ([([0.0, 1.0], [1.0, 2.0])], [2.0], "time series has 1 features, but the forecaster was fitted to 2"),
        (swapped, [12.0], "other.csv has the columns y, x, but the forecaster was fitted to x, y: give these, in this"),
        (dated, [2.0], "the times of time series are dates, but the forecaster was fitted to numbers"),
        (
            series,
            np.array(["2020"], dtype="datetime64[D]"),
            "to predict at are dates, but those of decays.csv are numbers",
        ),
        (series, np.ones((3, 2)), r"have shape \(3, 2\), expected \(time,\) for all series or \(8, time\)"),
        (series, [], "the times to predict at are empty, expected at least one"),
        (series, [[1.0, 2.0]] * 3, r"have shape \(3, 2\)"),
        (
            series,
            [12.0, 11.0],
            "decays.csv: query times: series 's0', time number 2 .* before it: 11 follows 12; sort the times$",
        ),
        (series, [np.nan, 11.0], "decays.csv: query times: series 's0', time number 1 is not finite; remove it$"),
        (series, ["soon"], "times are no numbers"),
        (series, pd.Timestamp("2020"), "the times to predict at are Timestamp.*, expected a list or an array of times"),
        (series, [[12.0]] * 7 + [[]], "there is no time to predict series 's7' at: give some, or leave the series out"),
    ):
        with pytest.raises(DataError, match=message):
            forecaster.predict(given, times)


def test_a_fault_names_the_series_by_its_label_in_every_part(forecaster, series, monkeypatch):
    monkeypatch.setattr("pathlode.forecasting.ensemble.AT_ONCE", 3)
    times = series.times.nan_to_num(nan=0).amax(dim=1)[:, None] + torch.tensor([1.0, 2.0])
    times[5, 1] = times[5, 0]
    with pytest.raises(DataError, match="decays.csv: query times: series 's5', time number 2 is not greater"):
        forecaster.predict(series, times)


def test_times_that_are_too_far_away_say_so(forecaster, series):
    with pytest.raises(
        SolverError, match="decays.csv: the solver gave up on times up to [0-9.]+e.29[0-9] times as long as"
    ):
        forecaster.predict(series[:1], [1e300])
