"""One trained setting: a model, a loss and a data set, with all seeds together."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch

from pathlode.core.series import Observed
from pathlode.errors import ConfigError
from pathlode.models.latent_ode import LatentODE, ModelConfig
from pathlode.progress import Progress
from pathlode.registry import LOSSES
from pathlode.reporting.identity import digest
from pathlode.training.resume import run_resumably
from pathlode.training.trainer import Trainer, TrainingConfig, Validation
from pathlode.training.views import Views

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Experiment:
    """What is trained, as plain values.

    Args:
        encoder: name in :data:`pathlode.registry.ENCODERS`.
        loss: name in :data:`pathlode.registry.LOSSES`.
        weight: the penalty's weight λ, or one a seed.
        learning_rate: peak of the one-cycle schedule.
        seeds: one stacked model a seed.
        model: sizes, as in :class:`pathlode.models.latent_ode.ModelConfig`, without features and encoder.
        train: settings, as in :class:`pathlode.training.trainer.TrainingConfig`, without the learning rate.
        views: what the encoder sees in training, as in :class:`pathlode.training.views.Views`.
    """

    encoder: str
    loss: str
    weight: float | Sequence[float]
    learning_rate: float
    seeds: Sequence[int]
    model: Mapping[str, Any]
    train: Mapping[str, Any]
    views: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if isinstance(self.weight, Sequence) and len(self.weight) != len(self.seeds):
            raise ConfigError(f"there are {len(self.weight)} weights for {len(self.seeds)} seeds, expected one each")

    def trainer(self, data: Observed, device: str = "cpu") -> Trainer:
        """A fresh trainer."""
        weights = self.weight
        loss = LOSSES[self.loss](weights if isinstance(weights, (int, float)) else torch.tensor(weights, device=device))
        model = LatentODE(
            ModelConfig(
                features=data.training.values.shape[-1],
                encoder=self.encoder,
                variational=loss.variational,
                **self.model,
            ),
            self.seeds,
        )
        config = TrainingConfig(learning_rate=self.learning_rate, **self.train)
        return Trainer(model, loss, data.training, data.validation, config, device, Views(**self.views))

    def run(
        self, data: Observed, folder: Path, identity: str, label: str, device: str = "cpu", strict: bool = True
    ) -> Trainer:
        """Trains to the end, resumably and with progress.

        Args:
            data: observations.
            folder: where the checkpoint lies while the run lasts.
            identity: digest of what the job's result depends on, see :func:`pathlode.reporting.identity.identity`; a checkpoint
                of another, or of an experiment with other settings, is never taken up.
            label: what progress calls the run.
            device: where to train.
            strict: as in :meth:`pathlode.training.trainer.Trainer.run`.
        """
        trainer = self.trainer(data, device)
        progress = Progress(label, trainer.config.steps)

        def tell(row: Validation) -> None:
            progress(row.step, f"steps, validation MSE {float(row.mse.median()):.2e} (median of {len(self.seeds)})")

        own = digest({"job": identity, **asdict(self), "seeds": list(self.seeds)})
        run_resumably(trainer, folder, own, tell, strict)
        return trainer
