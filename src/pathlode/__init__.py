"""pathlode: path-minimized latent ODEs.

The names below are imported when they are first used, so that ``import pathlode`` is instant.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlode.checkpoint import load_model as load_model
    from pathlode.checkpoint import save_model as save_model
    from pathlode.model import LatentODE as LatentODE
    from pathlode.model import ModelConfig as ModelConfig
    from pathlode.registry import ENCODERS as ENCODERS
    from pathlode.registry import LOSSES as LOSSES
    from pathlode.registry import SYSTEMS as SYSTEMS
    from pathlode.series import TimeSeries as TimeSeries
    from pathlode.solve import Adaptive as Adaptive
    from pathlode.solve import FixedStep as FixedStep
    from pathlode.train import Trainer as Trainer
    from pathlode.train import TrainingConfig as TrainingConfig

_HOMES = {
    "LatentODE": "model",
    "ModelConfig": "model",
    "TimeSeries": "series",
    "Trainer": "train",
    "TrainingConfig": "train",
    "FixedStep": "solve",
    "Adaptive": "solve",
    "ENCODERS": "registry",
    "LOSSES": "registry",
    "SYSTEMS": "registry",
    "load_model": "checkpoint",
    "save_model": "checkpoint",
}

__all__ = sorted(_HOMES)
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
