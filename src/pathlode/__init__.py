"""pathlode: path-minimized latent ODEs.

Each name below is imported on first use, so ``import pathlode`` is instant.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlode.core.series import TimeSeries as TimeSeries
    from pathlode.core.solve import Adaptive as Adaptive
    from pathlode.core.solve import FixedStep as FixedStep
    from pathlode.forecasting.forecaster import Forecaster as Forecaster
    from pathlode.inference.embedding import LatentEmbedding as LatentEmbedding
    from pathlode.inference.infer import infer as infer
    from pathlode.inference.posterior import Posterior as Posterior
    from pathlode.models.latent_ode import LatentODE as LatentODE
    from pathlode.models.noise import learn_noise as learn_noise
    from pathlode.models.saving import load_model as load_model
    from pathlode.models.saving import save_model as save_model
    from pathlode.models.settings import ModelConfig as ModelConfig
    from pathlode.registry import ENCODERS as ENCODERS
    from pathlode.registry import LOSSES as LOSSES
    from pathlode.registry import SYSTEMS as SYSTEMS
    from pathlode.training.losses.path_length import PathLength as PathLength
    from pathlode.training.settings import TrainingConfig as TrainingConfig
    from pathlode.training.trainer import Trainer as Trainer
    from pathlode.uncertainty.conformal import widening as widening
    from pathlode.uncertainty.intervals import distribution as distribution
    from pathlode.uncertainty.intervals import intervals as intervals

_HOMES = {
    "Forecaster": "forecasting.forecaster",
    "LatentEmbedding": "inference.embedding",
    "Posterior": "inference.posterior",
    "infer": "inference.infer",
    "LatentODE": "models.latent_ode",
    "ModelConfig": "models.settings",
    "TimeSeries": "core.series",
    "PathLength": "training.losses.path_length",
    "Trainer": "training.trainer",
    "TrainingConfig": "training.settings",
    "FixedStep": "core.solve",
    "Adaptive": "core.solve",
    "ENCODERS": "registry",
    "LOSSES": "registry",
    "SYSTEMS": "registry",
    "load_model": "models.saving",
    "save_model": "models.saving",
    "learn_noise": "models.noise",
    "distribution": "uncertainty.intervals",
    "intervals": "uncertainty.intervals",
    "widening": "uncertainty.conformal",
}

__all__ = sorted(_HOMES)
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
