"""A model of training runs, by default a latent ODE. From a window of a run it predicts loss, rate and metric to the end."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pathlode import __version__
from pathlode.core.solve import FixedStep
from pathlode.core.tensor_files import beside, load_tensors, save_tensors
from pathlode.errors import CheckpointError, ConfigError, is_count, refuse_unless
from pathlode.models.contract import SequenceModel
from pathlode.models.saving import model_content, model_of
from pathlode.parts import DEFAULT_MODEL, DEFAULT_PARTS
from pathlode.registry import MODELS
from pathlode.schedule.runs import LOG_RATE

SOLVER = FixedStep("tsit5", 12)
"""Solver of the model's predictions, and solver steps of its training."""
NEEDED_OFFERS = frozenset({"training", "latent"})
"""What a model of training runs must offer, as words of :data:`pathlode.parts.OFFERS`."""


@dataclass(frozen=True)
class FitConfig:
    """Settings of the fit of a :class:`RunModel`. Model, loss, sizes and weight are those of the paper.

    Args:
        model: name in :data:`pathlode.registry.MODELS`, of a model that is trained and has a latent vector z0.
        encoder: name in :data:`pathlode.registry.ENCODERS`.
        input: name in :data:`pathlode.registry.INPUTS`.
        field: name in :data:`pathlode.registry.FIELDS`, for a model with a field.
        decoder: name in :data:`pathlode.registry.DECODERS`, for a model with a decoder.
        loss: name in :data:`pathlode.registry.LOSSES`.
        mode: whether a good metric is large (``max``, an accuracy) or small (``min``, a loss).
        points: moments of a run, equally spaced over its optimiser steps; they are one unit of the clock apart.
        window: consecutive moments that the encoder sees.
        starts: number of windows taken from every run.
        held_out: share of the runs that choose the best weights and measure the error; at least one run.
        weight: weight λ of the loss's penalty.
        hidden: dimensions of the ODE's state and of the latent vector.
        width: units of a hidden layer.
        steps: optimiser steps; 0 keeps the initial weights, as a control.
        learning_rate: peak learning rate.
        seed: seed of the weights, the batches, and the choice of held-out runs.

    Raises:
        ConfigError: if a number is out of its range, or the model lacks what is needed of it.
    """

    model: str = DEFAULT_MODEL
    encoder: str = DEFAULT_PARTS["encoder"]
    input: str = DEFAULT_PARTS["input"]
    field: str = DEFAULT_PARTS["field"]
    decoder: str = DEFAULT_PARTS["decoder"]
    loss: str = "path"
    mode: Literal["max", "min"] = "max"
    points: int = 100
    window: int = 20
    starts: int = 16
    held_out: float = 0.1
    weight: float = 0.01
    hidden: int = 20
    width: int = 20
    steps: int = 1000
    learning_rate: float = 0.01
    seed: int = 0

    def __post_init__(self) -> None:
        refuse_unless(
            self,
            ("model", MODELS.words(self.model) >= NEEDED_OFFERS, "a model that is trained and has a latent vector z0"),
            ("mode", self.mode in ("max", "min"), "max or min"),
            ("points", is_count(self.points) and self.points >= 8, "a whole number of at least 8"),
            (
                "window",
                is_count(self.window) and 4 <= self.window <= self.points // 2,
                "a whole number of at least 4 and at most half of `points`",
            ),
            ("starts", is_count(self.starts), "a whole number of at least 1"),
            ("steps", self.steps == 0 or is_count(self.steps), "a whole number of at least 0"),
            ("seed", self.seed == 0 or is_count(self.seed), "a whole number of at least 0"),
            ("held_out", 0 < self.held_out < 1, "a share between 0 and 1"),
        )


@dataclass(frozen=True)
class RunModelCard:
    """The runs that a model was fitted to, and its errors.

    Attributes:
        runs: names of the runs.
        held_out: names of the runs that chose the best weights and measured the error.
        ranges: smallest and largest value by feature.
        error: root mean squared error by feature at the moments after the window, over windows of the held-out runs.
        spread: standard deviation of the feature at the same moments.
        rows: number of rows in the median run's log.
        seconds: CPU time of the fit.
        version: version of pathlode.
        metric_is_loss: whether the runs logged no metric but the training loss.
        left_out: runs of the same logs that could not be used, each with the reason.
    """

    runs: list[str]
    held_out: list[str]
    ranges: dict[str, list[float]]
    error: dict[str, float]
    spread: dict[str, float]
    rows: int
    seconds: float
    version: str = __version__
    metric_is_loss: bool = False
    left_out: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class RunModel:
    """The result of :func:`pathlode.schedule.fitting.fit`.

    Attributes:
        model: the model of (training loss, log of the rate, metric), in this order.
        config: settings of the fit.
        best: the best run, by its last metric, at every moment of the clock, (point, feature).
        card: the runs that it was fitted to, and its errors.
    """

    model: SequenceModel
    config: FitConfig
    best: NDArray[np.float64]
    card: RunModelCard

    @property
    def rates(self) -> NDArray[np.float64]:
        """Log rates of the best run, (point,)."""
        return self.best[:, LOG_RATE]

    @torch.no_grad()
    def encode(self, times: NDArray[np.float64], values: NDArray[np.float64]) -> Tensor:
        """z0 of one window, from increasing moments on the clock, (time,), and (training loss, log rate, metric), (time, 3)."""
        moments, window = (torch.from_numpy(array).float()[None] for array in (times, values))
        return self.model.encode(moments, window).z0[0, 0]

    @torch.no_grad()
    def decode(self, z0: Tensor, start: float, query: NDArray[np.float64]) -> NDArray[np.float64]:
        """Training loss, log rate and metric, (n, time, 3), from latent vectors (n, latent) at ``start``.

        Args:
            z0: latent vectors.
            start: moment of the window's first observation.
            query: moments from then on, (time,).
        """
        moments = torch.from_numpy(query).float().expand(1, len(z0), -1)
        begun = torch.full((1, len(z0)), start)
        return self.model.values_from(z0[None], begun, moments, SOLVER)[0].double().numpy()

    def save(self, path: Path, **extra: Any) -> None:
        """Writes the model and the plain values in ``extra`` to one file, whole or not at all."""
        save_tensors(path, beside(self.content(), extra))

    def content(self) -> dict[str, Any]:
        """The content of its file, as tensors and plain values."""
        best = torch.from_numpy(self.best)
        return model_content(self.model, config=asdict(self.config), best=best, card=asdict(self.card))


def load_run_model(path: Path) -> RunModel:
    """A model that :meth:`RunModel.save` wrote.

    Raises:
        CheckpointError: if the file is unreadable or holds something else.
    """
    return _run_model(load_tensors(path), path)


def save_run_models(path: Path, models: Sequence[RunModel], **extra: Any) -> None:
    """Writes several models and the plain values in ``extra`` to one file, whole or not at all."""
    save_tensors(path, beside({"models": [model.content() for model in models]}, extra))


def load_run_models(path: Path) -> list[RunModel]:
    """The models that :func:`save_run_models` wrote, in their order.

    Raises:
        CheckpointError: as :func:`load_run_model`, and if the file holds something else.
    """
    content = load_tensors(path)
    if "models" not in content:
        raise CheckpointError(
            f"{path} does not hold several models of training runs: read a single one with load_run_model"
        )
    return [_run_model(model, path) for model in content["models"]]


def _run_model(content: Mapping[str, Any], path: Path) -> RunModel:
    model, rest = model_of(content, path)
    try:
        return RunModel(model, FitConfig(**rest["config"]), rest["best"].numpy(), RunModelCard(**rest["card"]))
    except (AttributeError, KeyError, TypeError, ConfigError) as error:
        raise CheckpointError(
            f"{path} cannot be read as a model of training runs ({error}): fit one with pathlode.schedule.fit"
        ) from error
