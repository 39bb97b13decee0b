import pytest
import torch

from pathlode.core.series import TimeSeries


def test_the_best_weights_by_validation_are_kept_per_member(trainer):
    run = trainer(steps=48, learning_rate=0.3)
    run.run()
    lowest = torch.stack([row.mse for row in run.history]).amin(dim=0)
    assert torch.equal(run.best_mse, lowest)
    assert torch.allclose(run.validate().mse, lowest)


def test_the_validation_error_is_the_mean_over_what_was_observed(trainer, data):
    whole, holes = trainer(encoder="interpolation"), trainer(encoder="interpolation")
    values = whole.validation.values.clone()
    values[:, 3:, 1] = torch.nan
    holes.validation = TimeSeries(whole.validation.times, values)
    predicted = whole.model(whole.validation.times, values, solver=whole._solver()).values
    error = ((predicted - values) / whole.model.std).square()
    assert holes.validate().mse.tolist() == pytest.approx(error.nanmean(dim=(1, 2, 3)).tolist(), rel=1e-5)
