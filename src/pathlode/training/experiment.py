"""One experiment: a model, a loss and a data set, with all seeds together."""

import dataclasses
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from pathlode.core.observed import Observed
from pathlode.entries import imported
from pathlode.errors import ConfigError
from pathlode.models.contract import SequenceModel
from pathlode.models.settings import ModelConfig
from pathlode.parts import DEFAULT_MODEL, DEFAULT_PARTS
from pathlode.registry import LOSSES, MODELS, TRAINED_BY

if TYPE_CHECKING:
    from pathlode.training.outcomes import Outcomes
    from pathlode.training.trainer import Trainer
    from pathlode.training.validation import Validation


@dataclass(frozen=True)
class Fitted:
    """The result of an experiment.

    Attributes:
        model: the model, with each member's best weights.
        history: validations; empty for a model that is not trained.
        seconds: duration of fitting, for the whole stack.
        diverged: members that never had a finite validation error, (member,).
    """

    model: SequenceModel
    history: "Sequence[Validation]"
    seconds: float
    diverged: Tensor


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """The settings of an experiment, as plain values.

    Args:
        seeds: one stacked model per seed.
        sizes: as in :class:`pathlode.models.settings.ModelConfig`, without features and parts.
        train: settings, as in :class:`pathlode.training.settings.TrainingConfig`, without the learning rate.
        model: name in :data:`pathlode.registry.MODELS`.
        encoder: name in :data:`pathlode.registry.ENCODERS`, for a model with an encoder.
        field: name in :data:`pathlode.registry.FIELDS`, for a model with a field.
        decoder: name in :data:`pathlode.registry.DECODERS`, for a model with a decoder.
        input: name in :data:`pathlode.registry.INPUTS`, for a model with an encoder.
        loss: name in :data:`pathlode.registry.LOSSES`; None for a model that is fitted in closed form.
        weight: the penalty's weight λ, or one weight per seed.
        learning_rate: peak of the one-cycle schedule, or one per seed.
        views: what the encoder sees in training, as in :class:`pathlode.training.views.Views`.
    """

    seeds: Sequence[int]
    sizes: Mapping[str, Any]
    train: Mapping[str, Any]
    model: str = DEFAULT_MODEL
    encoder: str = DEFAULT_PARTS["encoder"]
    field: str = DEFAULT_PARTS["field"]
    decoder: str = DEFAULT_PARTS["decoder"]
    input: str = DEFAULT_PARTS["input"]
    loss: str | None = None
    weight: float | Sequence[float] = 1.0
    learning_rate: float | Sequence[float] = 1e-2
    views: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("weight", "learning_rate"):
            given = getattr(self, name)
            if isinstance(given, Sequence) and len(given) != len(self.seeds):
                raise ConfigError(f"{name} has {len(given)} values for {len(self.seeds)} seeds, expected one per seed")
        if (self.loss is not None) != ("training" in MODELS.words(self.model)):
            expected = "none: it is fitted in closed form" if self.loss else f"one of {', '.join(LOSSES)}"
            raise ConfigError(f"the loss of the model {self.model!r} is {self.loss}, expected {expected}")

    def stack(self, data: Observed) -> SequenceModel:
        """The models, not fitted yet, for data with so many features."""
        config = ModelConfig(
            features=data.training.values.shape[-1],
            encoder=self.encoder,
            field=self.field,
            decoder=self.decoder,
            input=self.input,
            variational=self.loss is not None and "posterior" in LOSSES[self.loss].needs,
            **self.sizes,
        )
        model: SequenceModel = MODELS[self.model](config, self.seeds)
        return model

    def trainer(self, data: Observed, device: str = "cpu", outcomes: "Outcomes | None" = None) -> "Trainer":
        """A fresh trainer, with outcomes for a model with a head.

        Raises:
            ConfigError: if the model is not trained, or the loss needs what it does not offer.
        """
        if self.loss is None:
            raise ConfigError(f"the model {self.model!r} is not trained: run the experiment without a trainer")
        made: Trainer = imported(TRAINED_BY).trainer_of(self, data, device, outcomes)
        return made

    def run(
        self,
        data: Observed,
        folder: Path,
        identity: str,
        label: str,
        device: str = "cpu",
        strict: bool = True,
        outcomes: "Outcomes | None" = None,
    ) -> Fitted:
        """Trains to the end, resumably and with progress, or fits in closed form.

        Args:
            data: observations.
            folder: folder of the checkpoint during the run.
            identity: digest of all that the job's result depends on, see :func:`pathlode.reporting.identity.identity`. A
                checkpoint with another identity, or of other settings, is never used.
            label: the run's name in lines of progress.
            device: device to train on.
            strict: as in :meth:`pathlode.training.trainer.Trainer.run`.
            outcomes: what the series are, for a model with a head.
        """
        if self.loss is not None:
            fitted: Fitted = imported(TRAINED_BY).fitted_by_loss(
                self, data, folder, identity, label, device, strict, outcomes
            )
            return fitted
        started, model = time.process_time(), self.stack(data).to(device)
        model.fit(data.training.to(data.training.dtype, device), data.owners)
        never = torch.zeros(len(self.seeds), dtype=torch.bool, device=device)
        return Fitted(model, [], time.process_time() - started, never)
