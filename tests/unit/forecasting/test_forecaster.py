from dataclasses import replace

import numpy as np
import pytest
import torch
from small import SMALL, same

from pathlode import Forecaster, distribution, load_model, save_model
from pathlode.errors import CheckpointError, ConfigError, DataError


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


def test_files_without_a_forecaster_are_refused(forecaster, tmp_path):
    with pytest.raises(ConfigError, match="the forecaster is not fitted yet: call fit"):
        Forecaster().save(tmp_path / "model.pt")
    save_model(tmp_path / "model.pt", forecaster.fitted.model)
    with pytest.raises(CheckpointError, match="holds models, but no forecaster: read it with pathlode.load_model"):
        Forecaster.load(tmp_path / "model.pt")
    save_model(tmp_path / "model.pt", forecaster.fitted.model, forecaster={"settings": {"unheard": 1}})
    with pytest.raises(CheckpointError, match="is not a forecaster of this version of pathlode .*'unheard'"):
        Forecaster.load(tmp_path / "model.pt")


def test_a_copy_with_other_settings_is_not_fitted(forecaster):
    assert replace(forecaster, members=3).fitted is None


def test_times_before_the_first_one_need_backward(forecaster, series):
    before = series.times[:, :1] - torch.tensor([2.0, 1.0])
    with pytest.raises(DataError, match="decays.csv: query times: series 's0', .*set backward=True"):
        forecaster.predict(series, before)
    assert forecaster.predict(series, before, backward=True).values.isfinite().all()


def test_a_folder_is_no_file_and_a_file_no_folder(forecaster, series, tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(ConfigError, match="file is a file, expected the path of a folder"):
        Forecaster(**SMALL).fit(series, tmp_path / "file")
    with pytest.raises(ConfigError, match="is a folder, expected the path of a file"):
        forecaster.save(tmp_path)
