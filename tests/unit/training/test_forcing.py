"""Training with forcing: what it compares, and what it refuses."""

import math

import pytest
import torch

from pathlode.errors import ConfigError
from pathlode.models.latent_ode import LatentODE
from pathlode.models.observed_ode import ObservedODE
from pathlode.models.settings import ModelConfig
from pathlode.training.losses.random_end_time import RandomEndTime
from pathlode.training.losses.reconstruction import Reconstruction
from pathlode.training.settings import TrainingConfig
from pathlode.training.trainer import Trainer
from pathlode.training.views import Views


def forced(data, rate, model=ObservedODE, loss=None, views=None):
    series, sizes = (data.train.observed, data["validation"].observed), ModelConfig(features=2, width=4, depth=1)
    config = TrainingConfig(steps=2, batch=len(series[0]), warmup=0.5, forcing=rate, solver="rk4", solver_steps=4)
    return Trainer(model(sizes), loss or Reconstruction(), *series, config, views=views)


@pytest.mark.parametrize("rate", [0.5, math.inf])
def test_a_step_compares_the_forced_prediction_and_a_validation_the_free_one(data, rate):
    ours, free = forced(data, rate), forced(data, 0.0)
    series = ours.training
    prediction = ours.model.forced(series.times, series.values, rate, solver=ours._solver())
    expected = Reconstruction()(ours.model, prediction, series.values)
    assert torch.equal(ours.validate().mse, free.validate().mse)
    for run in (ours, free):
        run.step()
    assert torch.allclose(ours._since_validation[0], expected, rtol=1e-4)
    assert not torch.allclose(free._since_validation[0], expected, rtol=1e-2)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"model": LatentODE},
            "LatentODE has no state that observations could draw: choose one of the models observed_ode",
        ),
        ({"loss": RandomEndTime(0.5)}, "RandomEndTime predicts at other times than those observed"),
        ({"views": Views(compared=4)}, "the views leave out observations"),
    ],
)
def test_what_cannot_be_forced_is_refused(data, changes, message):
    forced(data, 1.0, views=Views(later=0.3))
    with pytest.raises(ConfigError, match=message):
        forced(data, 1.0, **changes)


def test_a_rate_below_0_is_refused():
    with pytest.raises(ConfigError, match="train.forcing is -1.0, expected a rate of at least 0"):
        TrainingConfig(forcing=-1.0)
