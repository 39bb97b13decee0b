import numpy as np
import pytest

from pathlode.schedule.forecast import Forecast, PolicyForecasts, forecast


def test_a_forecast_begins_where_its_window_ends_and_ends_with_the_run(model, runs):
    run = runs.table[runs.table["run_id"] == runs.ids[0]]
    found = forecast(model, run, 0.5)
    last = model.config.points - 1
    assert found.seen == round(0.5 * last) / last
    assert found.share[0] == found.seen
    assert found.share[-1] == 1.0
    assert found.predicted.shape == (len(found.share), 3)
    assert forecast(model, run, 0.0).seen == pytest.approx((model.config.window - 1) / last)  # of the first full window


def test_a_forecast_knows_nothing_of_what_follows(model, runs):
    run = runs.table[runs.table["run_id"] == runs.ids[0]].copy()
    early, late = (forecast(model, run, share).predicted for share in (0.5, 0.8))
    later = run["step"] > 0.55 * run["step"].iloc[-1]
    run.loc[later, ["train_loss", "val_metric"]] = 7.0
    assert np.array_equal(forecast(model, run, 0.5).predicted, early)
    assert not np.array_equal(forecast(model, run, 0.8).predicted, late)


def test_forecasts_are_read_as_they_were_written(tmp_path):
    written = [Forecast(seen, np.linspace(seen, 1, 4), np.arange(12.0).reshape(4, 3) + seen) for seen in (0.25, 0.5)]
    files = [tmp_path / f"{task}.csv" for task in ("cnn", "resnet")]
    for file in files:
        PolicyForecasts.of(file.stem, "lode", written[: 1 + (file.stem == "resnet")]).save(file)
    table = PolicyForecasts.load(*files)
    assert len(table.forecasts("cnn", "lode")) == 1
    assert table.forecasts("cnn", "cosine") == []
    for found, expected in zip(table.forecasts("resnet", "lode"), written, strict=True):
        assert found.seen == expected.seen
        assert np.allclose(found.share, expected.share)
        assert np.allclose(found.predicted, expected.predicted)
