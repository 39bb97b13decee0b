import numpy as np
import pytest

from pathlode.schedule.forecast import forecast


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
