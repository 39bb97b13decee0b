"""What a training with forcing needs of its other parts."""

from pathlode.errors import ConfigError
from pathlode.models.contract import SequenceModel
from pathlode.registry import MODELS
from pathlode.training.losses.contract import Loss
from pathlode.training.views import Views


def refuse_unforced(model: SequenceModel, loss: Loss, views: Views) -> None:
    """Refuses what cannot be trained with ``forcing``, where the state is drawn to the observations that are compared.

    Raises:
        ConfigError: if the model cannot be forced, the loss moves the times, or the views leave out observations.
    """
    if "forcing" not in model.offers:
        able = ", ".join(name for name in MODELS if "forcing" in MODELS.words(name))
        raise ConfigError(
            f"train.forcing is set, but {type(model).__name__} has no state that observations could draw: choose one of the "
            f"models {able}, or remove train.forcing"
        )
    if loss.random_times:
        raise ConfigError(
            f"train.forcing is set, but {type(loss).__name__} predicts at other times than those observed: choose another loss"
        )
    if views != Views(later=views.later):
        raise ConfigError(
            "train.forcing is set, but the views leave out observations, which would draw the state: keep views.later only"
        )
