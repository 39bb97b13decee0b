import pytest

from pathlode.errors import ConfigError
from pathlode.models.latent_ode import LatentODE
from pathlode.models.settings import ModelConfig
from pathlode.registry import LOSSES, MODELS
from pathlode.training.losses.random_end_time import RandomEndTime
from pathlode.training.settings import TrainingConfig
from pathlode.training.trainer import Trainer
from pathlode.training.views import Views


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
def test_what_cannot_be_forced_is_refused(forced, changes, message):
    forced(1.0, views=Views(later=0.3, share=(0.5, 1.0)))  # a share of subsets that are never drawn
    with pytest.raises(ConfigError, match=message):
        forced(1.0, **changes)
