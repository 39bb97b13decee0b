"""A small training."""

import dataclasses

import pytest

from pathlode.models.observed_ode import ObservedODE
from pathlode.models.settings import ModelConfig
from pathlode.registry import LOSSES
from pathlode.training.losses.reconstruction import Reconstruction
from pathlode.training.settings import TrainingConfig
from pathlode.training.trainer import Trainer


@pytest.fixture
def settings():
    return TrainingConfig(steps=24, batch=16, learning_rate=0.02, validate_every=8, solver="rk4", solver_steps=6)


@pytest.fixture
def trainer(make_model, data, settings):
    def make(loss="path", seeds=(0, 1, 2), encoder="gru", views=None, device="cpu", **changes):
        config = dataclasses.replace(settings, **changes)
        model = make_model(loss, encoder, seeds)
        series = data.train.observed, data["validation"].observed
        return Trainer(model, LOSSES[loss](0.1), *series, config, device, views)

    return make


@pytest.fixture
def forced(data):
    def make(rate, model=ObservedODE, loss=None, views=None):
        series, sizes = (data.train.observed, data["validation"].observed), ModelConfig(features=2, width=4, depth=1)
        config = TrainingConfig(steps=2, batch=len(series[0]), warmup=0.5, forcing=rate, solver="rk4", solver_steps=4)
        return Trainer(model(sizes), loss or Reconstruction(), *series, config, views=views)

    return make
