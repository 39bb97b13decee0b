import pytest

from pathlode.errors import ConfigError
from pathlode.models.settings import ModelConfig
from pathlode.registry import LOSSES, MODELS
from pathlode.training.settings import TrainingConfig
from pathlode.training.trainer import Trainer


def test_a_training_refuses_a_solver_for_a_model_without_one(data):
    series, config = (data.train.observed, data["validation"].observed), TrainingConfig(solver="alf")
    with pytest.raises(ConfigError, match=r"train\.solver is 'alf', but the model curve takes no solver: remove it"):
        Trainer(MODELS["curve"](ModelConfig(features=2)), LOSSES["none"](), *series, config)


def test_a_loss_is_refused_by_a_model_that_lacks_what_it_needs(data):
    series = data.train.observed, data["validation"].observed
    for kind in MODELS:
        for loss in LOSSES:
            lacking = LOSSES.words(loss) - MODELS.words(kind)
            if lacking:
                with pytest.raises(ConfigError, match=f"needs a model with '{min(lacking)}', which"):
                    Trainer(MODELS[kind](ModelConfig(features=2)), LOSSES[loss](), *series, TrainingConfig())
