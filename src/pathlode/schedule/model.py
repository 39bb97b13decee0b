"""A path-minimized latent ODE of training runs: from the last moments of one it predicts loss, rate and metric to its end."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pathlode import __version__
from pathlode.core.series import TimeSeries
from pathlode.core.solve import FixedStep
from pathlode.errors import CheckpointError, ConfigError, refuse_unless
from pathlode.models.contract import ModelConfig
from pathlode.models.latent_ode import LatentODE
from pathlode.models.saving import load_model, save_model
from pathlode.schedule.runs import FEATURES, LOG_RATE, METRIC, Runs, Trajectory
from pathlode.training.losses.path_length import PathLength
from pathlode.training.trainer import Trainer, TrainingConfig, Validation
from pathlode.training.views import Views

AHEAD = 40
"""Moments after the window, equally spaced to the run's end, at which the model is fitted."""
UNITS = 10.0
"""Duration of a whole run in the model's own time."""


@dataclass(frozen=True)
class FitConfig:
    """How a :class:`RunModel` is fitted. Sizes and weight are those of the paper.

    Args:
        mode: whether a good metric is large (``max``, an accuracy) or small (``min``, a loss).
        points: moments of a run, equally spaced over its optimiser steps; one unit of the clock lies between two.
        window: consecutive moments that the encoder sees.
        starts: windows that are taken from every run.
        held_out: share of the runs that choose the best weights and measure the error; at least one.
        weight: of the path's length, λ.
        hidden: dimensions of the ODE's state and of the latent vector.
        width: units of a hidden layer.
        steps: optimiser steps; 0 leaves the initial weights, for a control.
        learning_rate: their peak.
        seed: of the weights, the batches, and the choice of runs that are held out.

    Raises:
        ConfigError: if a number is out of its range.
    """

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
            ("mode", self.mode in ("max", "min"), "max or min"),
            ("points", self.points >= 8, "at least 8"),
            ("window", 4 <= self.window <= self.points // 2, "at least 4 and at most half of `points`"),
            ("starts", self.starts >= 1, "at least 1"),
            ("steps", self.steps >= 0, "at least 0"),
            ("held_out", 0 < self.held_out < 1, "a share between 0 and 1"),
        )


@dataclass(frozen=True)
class RunModelCard:
    """What a model was fitted to, and how well.

    Attributes:
        runs: names of the runs.
        held_out: names of those that chose the best weights and measured the error.
        ranges: smallest and largest value by feature.
        error: root mean squared error by feature at the moments after the window, over windows of the runs that were held out.
        spread: standard deviation of the feature there.
        rows: of the median run's log.
        seconds: CPU time of the fit.
        version: of pathlode.
    """

    runs: list[str]
    held_out: list[str]
    ranges: dict[str, list[float]]
    error: dict[str, float]
    spread: dict[str, float]
    rows: int
    seconds: float
    version: str = __version__


@dataclass(frozen=True)
class RunModel:
    """What :func:`fit` found.

    Attributes:
        model: the latent ODE of (training loss, log of the rate, metric), in this order.
        config: how it was fitted.
        rates: log of the rates of the best run, by its last metric, at every moment of the clock, (point,).
        card: what it was fitted to, and how well.
    """

    model: LatentODE
    config: FitConfig
    rates: NDArray[np.float64]
    card: RunModelCard

    @torch.no_grad()
    def encode(self, times: NDArray[np.float64], values: NDArray[np.float64]) -> Tensor:
        """z0 of one window: moments on the clock, increasing, (time,), and (training loss, log rate, metric), (time, 3)."""
        moments, window = (torch.from_numpy(array).float()[None] for array in (times, values))
        return self.model.encode(moments, window).z0[0, 0]

    @torch.no_grad()
    def decode(self, z0: Tensor, start: float, query: NDArray[np.float64]) -> NDArray[np.float64]:
        """Training loss, log rate and metric, (n, time, 3), from latent vectors (n, latent) that hold at ``start``.

        Args:
            z0: latent vectors.
            start: moment of the window's first observation.
            query: moments from then on, (time,).
        """
        moments = torch.from_numpy(query).float().expand(1, len(z0), -1)
        begun = torch.full((1, len(z0)), start)
        _, values, _, _ = self.model.decode(z0[None], begun, moments, SOLVER)
        return values[0].double().numpy()

    def save(self, path: Path, **extra: Any) -> None:
        """Writes everything to one file, whole or not at all, and whatever plain values belong to it."""
        rates = torch.from_numpy(self.rates)
        save_model(path, self.model, config=asdict(self.config), rates=rates, card=asdict(self.card), **extra)


SOLVER = FixedStep("tsit5", 12)
"""Of the model's predictions, and of its training."""


def fit(
    runs: Runs, config: FitConfig | None = None, on_validation: Callable[[Validation], None] | None = None
) -> RunModel:
    """Fits a latent ODE to past runs: from a window of a run, all that follows to its end.

    Args:
        runs: past runs, best of several schedules and rates.
        config: settings.
        on_validation: called now and then with the state of the training.

    Raises:
        ConfigError: if there are too few windows for a batch.
        DivergenceError: if the training diverged.

    Source: Sampson & Melchior 2025, Dynamics of Learning (https://arxiv.org/abs/2509.23052).
    """
    config = config or FitConfig()
    return fit_stacked(runs, config, [config.seed], lambda trainer: trainer.run(on_validation))[0]


def fit_stacked(
    runs: Runs, config: FitConfig, seeds: Sequence[int], run: Callable[[Trainer], object] = Trainer.run
) -> list[RunModel]:
    """Several fits to the same runs, trained together, which costs less than one after the other.

    Args:
        runs: as in :func:`fit`, whose errors are raised.
        config: settings, of which the seed chooses the runs that are held out from all fits.
        seeds: of the fits' weights and batches.
        run: takes the trainer's steps, for example resumably.
    """
    trajectories, values = runs.trajectories, runs.on_clock(config.points)
    order = np.random.default_rng(config.seed).permutation(len(values))
    held_out = min(max(1, round(config.held_out * len(values))), len(values) - 1)
    validation, training = (
        _windows([trajectories[number] for number in some], config) for some in (order[:held_out], order[held_out:])
    )
    stack = LatentODE(
        ModelConfig(
            features=len(FEATURES),
            hidden=config.hidden,
            latent=config.hidden,
            width=config.width,
            time_unit=(config.points - 1) / UNITS,
        ),
        seeds,
    )
    settings = TrainingConfig(
        steps=config.steps or 10,  # of which none is taken
        batch=min(64, len(training)),
        learning_rate=config.learning_rate,
        validate_every=max(1, config.steps // 20),
        solver=SOLVER.method,
        solver_steps=SOLVER.steps,
        refine=False,
    )
    trainer = Trainer(
        stack, PathLength(config.weight), training, validation, settings, views=Views(first=config.window)
    )
    if config.steps:
        run(trainer)
    best = np.argmax(values[:, -1, METRIC] * (1 if config.mode == "max" else -1))
    fitted = []
    for number, seed in enumerate(seeds):
        model = stack.member(number)
        card = _card(runs, values, order[:held_out], model, validation, trainer.seconds / len(seeds))
        fitted.append(RunModel(model, replace(config, seed=seed), values[best, :, LOG_RATE], card))
    return fitted


def load_run_model(path: Path) -> RunModel:
    """A model that :meth:`RunModel.save` wrote.

    Raises:
        CheckpointError: if the file is unreadable or holds something else.
    """
    model, rest = load_model(path)
    try:
        if not isinstance(model, LatentODE):
            raise ConfigError(f"it is a {type(model).__name__}")
        return RunModel(model, FitConfig(**rest["config"]), rest["rates"].numpy(), RunModelCard(**rest["card"]))
    except (AttributeError, KeyError, TypeError, ConfigError) as error:
        raise CheckpointError(
            f"{path} holds no model of training runs ({error}): fit one with pathlode.schedule.fit"
        ) from error


def _windows(runs: Sequence[Trajectory], config: FitConfig) -> TimeSeries:
    """Windows of runs as they were known at their end, each with :data:`AHEAD` moments after it, as equally long series."""
    last = config.points - 1
    starts = np.unique(np.linspace(0, last - config.window, config.starts).round().astype(int))
    times, series = [], []
    for start in starts:
        end = start + config.window - 1
        seen, ahead = np.arange(start, end + 1), end + np.arange(1, AHEAD + 1) / AHEAD * (last - end)
        times += [np.concatenate([seen, ahead])] * len(runs)
        series += [np.concatenate([run.until(end / last).at(seen / last), run.at(ahead / last)]) for run in runs]
    return TimeSeries(torch.from_numpy(np.stack(times)).float(), torch.from_numpy(np.stack(series)).float(), "the runs")


@torch.no_grad()
def _card(
    runs: Runs,
    values: NDArray[np.float64],
    held_out: NDArray[np.int64],
    model: LatentODE,
    validation: TimeSeries,
    seconds: float,
) -> RunModelCard:
    window = validation.times.shape[1] - AHEAD
    seen = slice(window)
    predicted = model(validation.times[:, seen], validation.values[:, seen], validation.times, solver=SOLVER).values[0]
    later, truth = predicted[:, window:], validation.values[:, window:]
    error, spread = (later - truth).square().mean(dim=(0, 1)).sqrt(), truth.flatten(0, 1).std(dim=0)
    ends = np.stack([values.min(axis=(0, 1)), values.max(axis=(0, 1))], axis=1)
    return RunModelCard(
        runs=runs.ids,
        held_out=[runs.ids[number] for number in sorted(held_out)],
        ranges=dict(zip(FEATURES, ends.tolist(), strict=True)),
        error=dict(zip(FEATURES, error.tolist(), strict=True)),
        spread=dict(zip(FEATURES, spread.tolist(), strict=True)),
        rows=int(runs.table.groupby("run_id").size().median()),
        seconds=seconds,
    )
