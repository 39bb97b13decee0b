"""A small training."""

import dataclasses

import pytest

from pathlode.registry import LOSSES
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
