from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from small import SMALL, oscillations, table

from pathlode import Forecaster, TimeSeries, distribution, load_model, save_model
from pathlode.errors import CheckpointError, ConfigError, DataError, DivergenceError, SolverError
from pathlode.forecasting.defaults import log_unread
from pathlode.forecasting.fitting import experiment_of
from pathlode.training.trainer import Trainer


def same(first, second):
    return torch.equal(first.nan_to_num(nan=-1e9), second.nan_to_num(nan=-1e9))


def test_predictions_have_the_series_labels_columns_and_types(forecaster, series):
    predicted = forecaster.predict(series, np.array([10.0, 11.0, 12.5]))
    frame = predicted.to_frame()
    assert frame.columns.tolist() == ["id", "t", "x", "y"]
    assert frame["id"].tolist() == [f"s{index}" for index in range(8) for _ in range(3)]
    assert frame["t"].tolist() == [10.0, 11.0, 12.5] * 8
    assert frame[["x", "y"]].notna().all(axis=None)
    single = forecaster.predict([(series.times[0, :4].float(), series.values[0, :4].float())], [20])
    assert (single.values.dtype, single.values.shape) == (torch.float32, (1, 1, 2))


def test_the_prediction_is_the_mean_of_the_members(forecaster, series):
    model, one = forecaster.fitted.model, series[[3]].trimmed()
    members = model(one.times, one.values, torch.tensor([[11.0]])).values
    assert torch.allclose(forecaster.predict(one, [11.0]).values, members.mean(dim=0), rtol=1e-12)


def test_intervals_are_quantiles_of_the_members_mixture_and_read_back(forecaster, series, tmp_path):
    model, one = forecaster.fitted.model, series[[3]].trimmed()
    lower, upper = forecaster.intervals(one, [10.0, 11.0], 0.8)
    mixture = distribution(model, model(one.times, one.values, torch.tensor([[10.0, 11.0]])))
    assert torch.allclose(mixture.cdf(lower.values), torch.tensor(0.1).double(), atol=1e-6)
    assert torch.allclose(mixture.cdf(upper.values), torch.tensor(0.9).double(), atol=1e-6)
    assert upper.to_frame().columns.tolist() == ["id", "t", "x", "y"]
    forecaster.save(tmp_path / "forecaster.pt")
    again, _ = Forecaster.load(tmp_path / "forecaster.pt").intervals(one, [10.0, 11.0], 0.8)
    assert torch.equal(again.values, lower.values)
    with pytest.raises(ConfigError, match="the level of an interval is 1"):
        forecaster.intervals(one, [10.0], 1.0)


def test_intervals_for_new_observations_inside_the_window_have_widths_of_their_own(forecaster, series):
    fitted, one = forecaster.fitted, series[[3]].trimmed()
    query = torch.cat([one.times[0, :2], one.times[0, :1] + 0.1]).sort().values  # of two observations, and between them
    wide = replace(fitted, widths=tuple(3 * width for width in fitted.widths)).bounds(one, query[None], 0.8)
    own = fitted.bounds(one, query[None], 0.8)
    ratio = (wide[1] - wide[0]) / (own[1] - own[0])
    assert torch.allclose(ratio[0, :, 0], torch.tensor([1.0, 3.0, 1.0]).double(), rtol=1e-5)
    assert len(set(fitted.widths)) == 2


def test_each_series_has_its_own_times_and_parts_do_not_matter(forecaster, series, monkeypatch):
    own = [times[-1] + torch.arange(1.0, 2 + index % 3, dtype=torch.float64) for index, (times, _) in enumerate(series)]
    together = forecaster.predict(series, own)
    assert together.lengths.tolist() == [1 + index % 3 for index in range(8)]
    monkeypatch.setattr("pathlode.forecasting.ensemble.AT_ONCE", 3)
    apart = forecaster.predict(series, together)
    assert torch.allclose(apart.values, together.values, rtol=1e-4, atol=1e-6, equal_nan=True)


def test_what_was_observed_stays_and_what_was_missing_is_predicted(forecaster, series):
    imputed = forecaster.impute(series)
    assert same(imputed.values.where(series.mask, torch.nan), series.values)
    assert same(imputed.times, series.times)
    missing = ~series.mask & ~series.times.isnan()[..., None]
    assert int(missing.sum()) == 8
    assert torch.equal(imputed.values[missing], forecaster.predict(series, series).values[missing])
    assert forecaster.impute(imputed[[0]].trimmed()).mask is None
    assert imputed.to_frame().notna().all(axis=None)


def test_the_summary_is_z0_of_the_best_member(forecaster, series):
    fitted = forecaster.fitted
    expected = fitted.model.encode(series.times, series.values).z0[int(np.argmin(fitted.errors))]
    assert torch.allclose(forecaster.summarise(series), expected, atol=1e-6)


def test_a_file_gives_back_settings_and_predictions(forecaster, series, tmp_path):
    forecaster.save(tmp_path / "model.pt")
    again = Forecaster.load(tmp_path / "model.pt")
    assert again == forecaster
    assert again.fitted.layout == forecaster.fitted.layout
    assert same(again.predict(series, [10, 12]).values, forecaster.predict(series, [10, 12]).values)
    assert same(again.summarise(series), forecaster.summarise(series))
    assert again.fitted.compared == forecaster.fitted.compared
    assert again.fitted.widths == forecaster.fitted.widths
    assert set(again.fitted.compared["inside"]) == {"fit", "line", "last", "mean"}
    assert load_model(tmp_path / "model.pt")[0].seeds == (0, 1)


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


def test_arrays_and_single_precision_are_enough():
    rng = np.random.default_rng(0)
    pairs = [(np.arange(5, dtype=np.float32), rng.normal(size=5).astype(np.float32)) for _ in range(6)]
    predicted = Forecaster(**SMALL).fit(pairs).predict(pairs, np.array([5, 6]))
    assert (predicted.values.dtype, predicted.values.shape) == (torch.float32, (6, 2, 1))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"loss": "pathh"}, "unknown loss 'pathh': expected one of path"),
        ({"members": 0}, "members is 0, expected at least 1"),
        ({"steps": 5}, "steps is 5, expected at least 20"),
        ({"weight": -1.0}, "weight is -1.0, expected at least 0, or None"),
        ({"time_unit": 0.0}, "time_unit is 0.0, expected a duration above 0"),
        ({"members": 2.5}, "members is 2.5, expected at least 1, a whole number"),
        ({"members": "2"}, "members is 2, expected at least 1, a whole number"),
        ({"seed": "2"}, "seed is 2, expected a whole number below"),
        ({"seed": 2**70}, "seed is [0-9]+, expected a whole number below"),
        ({"weight": np.inf}, "weight is inf, expected at least 0, or None"),
        ({"learning_rate": "0.1"}, "learning_rate is 0.1, expected a number above 0"),
        ({"model": {"wide": 3}}, "model has the setting 'wide', expected one of hidden, latent"),
        ({"train": {"steps": 30}}, "train has the setting 'steps', expected one of batch, optimiser"),
        ({"views": {"share": 3}}, "views has a setting of another kind than expected"),
    ],
)
def test_settings_that_cannot_be_are_refused(settings, message):
    with pytest.raises(ConfigError, match=message):
        Forecaster(**settings)


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


def test_times_that_are_too_far_away_say_so(forecaster, series):
    with pytest.raises(
        SolverError, match="decays.csv: the solver gave up on times up to [0-9.]+e.29[0-9] times as long as"
    ):
        forecaster.predict(series[:1], [1e300])


def test_static_covariates_that_the_field_does_not_read_are_told(series, caplog):
    given = replace(series, static=torch.arange(8.0)[:, None])
    caplog.set_level("INFO")
    told = "the field 'bounded' reads no static covariates: they reach the solution through the encoder and z0"
    fields = {"bounded": True, "controlled": False}
    for field, expected in fields.items():
        caplog.clear()
        log_unread(experiment_of(Forecaster(**SMALL | {"model": {"field": field}}), given))
        assert any(told in message for message in caplog.messages) == expected


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
        (series, [], "have shape"),
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


def test_files_without_a_forecaster_are_refused(forecaster, tmp_path):
    with pytest.raises(ConfigError, match="the forecaster is not fitted yet: call fit"):
        Forecaster().save(tmp_path / "model.pt")
    save_model(tmp_path / "model.pt", forecaster.fitted.model)
    with pytest.raises(CheckpointError, match="holds models, but no forecaster: read it with pathlode.load_model"):
        Forecaster.load(tmp_path / "model.pt")
    save_model(tmp_path / "model.pt", forecaster.fitted.model, forecaster={"settings": {"unheard": 1}})
    with pytest.raises(CheckpointError, match="is not a forecaster of this version of pathlode .*'unheard'"):
        Forecaster.load(tmp_path / "model.pt")


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


def test_a_copy_with_other_settings_is_not_fitted(forecaster):
    assert replace(forecaster, members=3).fitted is None


def test_static_columns_reach_the_model_and_come_back(tmp_path):
    given = table().assign(age=lambda rows: rows["id"].str[1:].astype(int))
    names = {"series": "id", "time": "t", "values": ["x", "y"]}
    series = TimeSeries.from_frame(given, **names, static=["age"])
    fitted = Forecaster(**SMALL).fit(series)
    fitted.save(tmp_path / "model.pt")
    again = Forecaster.load(tmp_path / "model.pt")
    predicted = again.predict(series, [12.0])
    assert predicted.to_frame()["age"].tolist() == list(range(8))
    older = replace(series, static=series.static + 20.0)
    assert not torch.allclose(again.predict(older, [12.0]).values, predicted.values, rtol=1e-3)
    assert not torch.allclose(again.summarise(older), again.summarise(series), rtol=1e-3)
    with pytest.raises(DataError, match="table has 0 static covariates, but the forecaster was fitted to 1"):
        again.predict(TimeSeries.from_frame(given, **names), [12.0])


NAMES = {"series": "id", "time": "t", "values": ["x", "y"]}


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


def test_times_before_the_first_one_need_backward(forecaster, series):
    before = series.times[:, :1] - torch.tensor([2.0, 1.0])
    with pytest.raises(DataError, match="decays.csv: query times: series 's0', .*set backward=True"):
        forecaster.predict(series, before)
    assert forecaster.predict(series, before, backward=True).values.isfinite().all()


def test_gradients_of_series_end_at_the_fit():
    times, values = torch.arange(4.0).expand(4, 4), torch.arange(16.0).view(4, 4, 1).requires_grad_()
    assert not Forecaster(**SMALL).fit(TimeSeries(times, values)).fitted.model.mean.requires_grad


def test_a_folder_is_no_file_and_a_file_no_folder(forecaster, series, tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(ConfigError, match="file is a file, expected the path of a folder"):
        Forecaster(**SMALL).fit(series, tmp_path / "file")
    with pytest.raises(ConfigError, match="is a folder, expected the path of a file"):
        forecaster.save(tmp_path)
