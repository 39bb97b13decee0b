"""Fits of the models that a loss trains, resumably and with progress; see :mod:`pathlode.training.experiment`."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from pathlode.core.observed import Observed
from pathlode.files import digest
from pathlode.progress import Progress
from pathlode.registry import LOSSES
from pathlode.training.experiment import Fitted
from pathlode.training.outcomes import Outcomes
from pathlode.training.resume import run_resumably
from pathlode.training.settings import TrainingConfig
from pathlode.training.trainer import Trainer
from pathlode.training.validation import Validation
from pathlode.training.views import Views

if TYPE_CHECKING:
    from pathlode.training.experiment import Experiment


def trainer_of(experiment: "Experiment", data: Observed, device: str, outcomes: Outcomes | None) -> Trainer:
    """A fresh trainer of an experiment with a loss; arguments and errors are those of the experiment's ``trainer``."""
    weights = experiment.weight
    kind = LOSSES[str(experiment.loss)]
    loss = kind(weights if isinstance(weights, (int, float)) else torch.tensor(weights, device=device))
    config = TrainingConfig(learning_rate=experiment.learning_rate, **experiment.train)
    model, views = experiment.stack(data), Views(**experiment.views)
    return Trainer(model, loss, data.training, data.validation, config, device, views, data.owners, outcomes)


def fitted_by_loss(
    experiment: "Experiment",
    data: Observed,
    folder: Path,
    identity: str,
    label: str,
    device: str,
    strict: bool,
    outcomes: Outcomes | None,
) -> Fitted:
    """Trains to the end; arguments are those of :meth:`pathlode.training.experiment.Experiment.run`."""
    trainer = experiment.trainer(data, device, outcomes)
    progress = Progress(label, trainer.config.steps)

    def tell(row: Validation) -> None:
        median = float(row.mse.median())
        progress(row.step, f"steps, validation MSE {median:.2e} (median of {len(experiment.seeds)})")

    own = digest({"job": identity, **asdict(experiment), "seeds": list(experiment.seeds)})
    run_resumably(trainer, folder, own, tell, strict)
    return Fitted(trainer.model, trainer.history, trainer.seconds, trainer.diverged)
