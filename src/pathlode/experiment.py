"""One trained setting: a model, a loss and a data set, with all seeds together; and the choice of its rate and weight."""

import json
import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from pathlode.checkpoint import run_resumably
from pathlode.errors import ConfigError, DivergenceError, SolverError
from pathlode.files import sha256, writing
from pathlode.metrics import window_errors
from pathlode.model import LatentODE, ModelConfig
from pathlode.progress import Progress
from pathlode.provenance import fingerprint
from pathlode.registry import ENCODERS, LOSSES
from pathlode.series import TimeSeries
from pathlode.solve import Adaptive
from pathlode.systems.contract import SimulatedData
from pathlode.train import Trainer, TrainingConfig, Validation
from pathlode.views import Views

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Observed:
    """What a model is trained on.

    Attributes:
        training: observations to fit.
        validation: observations that choose the best weights.
        digest: identifies them, for example the SHA-256 of the file that they are from.
    """

    training: TimeSeries
    validation: TimeSeries
    digest: str


def observed(data: SimulatedData, digest: str) -> Observed:
    """The noisy observations of simulated data."""
    return Observed(data["train"].observed, data["validation"].observed, digest)


@dataclass(frozen=True)
class Experiment:
    """What is trained, as plain values.

    Args:
        encoder: name in :data:`pathlode.registry.ENCODERS`.
        loss: name in :data:`pathlode.registry.LOSSES`.
        weight: the penalty's weight λ, or one a seed.
        learning_rate: peak of the one-cycle schedule.
        seeds: one stacked model a seed.
        model: sizes, as in :class:`pathlode.model.ModelConfig`, without features and encoder.
        train: settings, as in :class:`pathlode.train.TrainingConfig`, without the learning rate.
        views: what the encoder sees in training, as in :class:`pathlode.views.Views`.
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

    def run(self, data: Observed, folder: Path, label: str, device: str = "cpu", strict: bool = True) -> Trainer:
        """Trains to the end, resumably and with progress.

        Args:
            data: observations.
            folder: where the checkpoint lies while the run lasts.
            label: what progress calls the run.
            device: where to train.
            strict: as in :meth:`pathlode.train.Trainer.run`.
        """
        trainer = self.trainer(data, device)
        progress = Progress(label, trainer.config.steps)

        def tell(row: Validation) -> None:
            progress(row.step, f"steps, validation MSE {float(row.mse.median()):.2e} (median of {len(self.seeds)})")

        run_resumably(trainer, folder, self.fingerprint(data), tell, strict)
        return trainer

    def fingerprint(self, data: Observed) -> str:
        """Identifies the settings, the data's content and the code."""
        settings = {
            **asdict(self),
            "seeds": list(self.seeds),
            "classes": [LOSSES.path(self.loss), ENCODERS.path(self.encoder)],
            "data": data.digest,
        }
        return fingerprint(settings, [__name__, LOSSES.module(self.loss), ENCODERS.module(self.encoder)])


def candidates(
    learning_rates: Sequence[float], weights: Sequence[float], loss: str, seeds: Sequence[int], **fixed: Any
) -> list[Experiment]:
    """The grid of learning rates and weights, one experiment a rate: all weights train as one stack, each with all seeds.

    A loss without penalty skips the weights. Where ``refine`` doubles the solver's steps, it does so for all weights.
    """
    pairs = [(weight, seed) for weight in (weights if LOSSES[loss].penalised else [1.0]) for seed in seeds]
    each_weight, each_seed = (list(column) for column in zip(*pairs, strict=True))
    return [
        Experiment(loss=loss, weight=each_weight, learning_rate=r, seeds=each_seed, **fixed) for r in learning_rates
    ]


def choose(
    experiments: Sequence[Experiment], data: Path, folder: Path, solver: Adaptive, device: str = "cpu"
) -> list[dict[str, Any]]:
    """Trains :func:`candidates` and scores each pair of rate and weight on the validation trajectories, best first.

    The score is the geometric mean, over seeds and over the observed window and the next, of the NMSE on the validation
    split's clean truth. A pair of which a seed diverges scores infinity, and so does a rate at which the solver fails.
    The scores of finished experiments are kept in ``folder``, so that an interrupted choice continues, until
    :func:`pathlode.checkpoint.discard_checkpoints`.

    Returns:
        One row a pair: learning rate, weight, score, and the geometric means of both errors.

    Raises:
        DivergenceError: if every pair diverged.
    """
    loaded = SimulatedData.load(data)
    seen = observed(loaded, sha256(data))
    identity = fingerprint(
        {"solver": asdict(solver), "candidates": [e.fingerprint(seen) for e in experiments]}, [__name__]
    )
    partial = folder / f"checkpoint-candidates-{identity[:16]}.json"
    finished: list[list[dict[str, Any]]] = json.loads(partial.read_text()) if partial.exists() else []
    for number, experiment in enumerate(experiments[len(finished) :], start=len(finished) + 1):
        label = f"{experiment.loss}, learning rate {number} of {len(experiments)}"
        try:
            trainer = experiment.run(seen, folder, label, device, strict=False)
            errors = torch.stack(window_errors(trainer.model, loaded["validation"], solver)).cpu()
            errors[:, trainer.diverged.cpu()] = math.inf
        except SolverError as error:
            logger.warning("%s: out of the running, %s", label, error)
            errors = torch.full((2, len(experiment.seeds)), math.inf)
        finished.append(_scores(experiment, errors))
        for row in finished[-1]:
            logger.info("%s: rate %g, weight %g, score %.2e", experiment.loss, *list(row.values())[:3])
        with writing(partial) as temporary:
            temporary.write_text(json.dumps(finished))
    rows = [row for each in finished for row in each]
    if all(math.isinf(row["score"]) for row in rows):
        raise DivergenceError(
            f"every candidate for the loss {experiments[0].loss!r} diverged: give the tuning grid smaller learning rates"
        )
    return sorted(rows, key=lambda row: float(row["score"]))


def _scores(experiment: Experiment, errors: Tensor) -> list[dict[str, Any]]:
    """One row a weight, from the errors inside and in the next window of every member, (2, member)."""
    weights = torch.as_tensor(experiment.weight, dtype=torch.float64)
    rows = []
    for weight in weights.unique().tolist():
        inside, beyond = errors[:, weights == weight].log().mean(dim=1).exp().tolist()
        rows.append(
            {
                "learning_rate": experiment.learning_rate,
                "weight": weight,
                "score": math.sqrt(inside * beyond),
                "interpolation_nmse": inside,
                "extrapolation_nmse": beyond,
            }
        )
    return rows
