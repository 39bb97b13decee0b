"""Which models, losses and settings cannot be trained together."""

from pathlode.errors import ConfigError
from pathlode.models.contract import SequenceModel
from pathlode.parts import ONLY_WITH, kind_of, refuse_unused, unused_offer
from pathlode.registry import MODELS
from pathlode.training.losses.contract import Loss
from pathlode.training.settings import TrainingConfig
from pathlode.training.views import Views


def refuse_unfit_parts(model: SequenceModel, loss: Loss, config: TrainingConfig, views: Views) -> None:
    """Refuses parts of a training that do not fit each other.

    Raises:
        ConfigError: if one is of another type, the loss needs what the model does not offer, or would leave some of it
            untrained, the model takes no such setting, or ``config.forcing`` cannot be applied.
    """
    _refuse_other_types(
        model=(model, SequenceModel), loss=(loss, Loss), config=(config, TrainingConfig), views=(views, Views)
    )
    lacking = sorted(loss.needs - model.offers)
    if lacking:
        raise ConfigError(
            f"{type(loss).__name__} needs a model with {lacking[0]!r}, which {type(model).__name__} does not offer: choose "
            "another loss or model"
        )
    if unused := unused_offer(model.offers, loss.needs):
        raise ConfigError(
            f"{type(model).__name__} offers {unused!r}, which {type(loss).__name__} would leave untrained: choose the loss "
            f"{ONLY_WITH[unused]}"
        )
    if "posterior" in loss.needs and not model.config.variational:
        raise ConfigError(
            f"{type(loss).__name__} needs a variational model: make {type(model).__name__} with "
            "ModelConfig(variational=True), or choose another loss"
        )
    if (kind := kind_of(type(model))) is not None:
        refuse_unused(kind, "train", config)
    if config.forcing:
        _refuse_unforced(model, loss, views)


def _refuse_unforced(model: SequenceModel, loss: Loss, views: Views) -> None:
    """Refuses what cannot be trained with ``forcing``, where the state is drawn to the observations that are compared."""
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
    if not views.whole:
        raise ConfigError(
            "train.forcing is set, but the views leave out observations, which would draw the state: keep views.later only"
        )


def _refuse_other_types(**parts: tuple[object, type]) -> None:
    """Refuses a part, by name, that is not of the type beside it."""
    for name, (part, kind) in parts.items():
        if not isinstance(part, kind):
            raise ConfigError(f"{name} is a {type(part).__name__}, expected a {kind.__name__}")
