import math

import pytest

from pathlode.errors import ConfigError
from pathlode.training.settings import TrainingConfig


def test_a_warmup_shorter_than_a_step_is_refused():
    with pytest.raises(ConfigError, match="train.warmup is 0.1, less than one of the 9 steps"):
        TrainingConfig(steps=9, warmup=0.1)


def test_a_constant_rate_has_no_warmup():
    assert TrainingConfig(steps=2, warmup=0.1, schedule="constant").steps == 2


@pytest.mark.parametrize(
    "change",
    [
        {"steps": 0},
        {"learning_rate": 0.0},
        {"warmup": 1.0},
        {"betas": (0.9, 1.0)},
        {"batch": 1},
        {"clip_norm": -1.0},
        {"spike": 1.0},
        {"spike": math.nan},
        {"optimiser": "sgd"},
        {"schedule": "cosine"},
        {"solver": "dopri5"},
    ],
)
def test_wrong_settings_are_refused_when_made(change):
    with pytest.raises(ConfigError, match=f"train.{next(iter(change))} is"):
        TrainingConfig(**change)


def test_a_rate_below_0_is_refused():
    with pytest.raises(ConfigError, match="train.forcing is -1.0, expected a rate of at least 0"):
        TrainingConfig(forcing=-1.0)
