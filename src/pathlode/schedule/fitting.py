"""Fits models, latent ODEs by default, to past training runs."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray

from pathlode.core.observed import Observed
from pathlode.core.series import TimeSeries
from pathlode.errors import ConfigError, DataError
from pathlode.models.contract import SequenceModel
from pathlode.parts import without_unused
from pathlode.schedule.run_model import SOLVER, FitConfig, RunModel, RunModelCard
from pathlode.schedule.runs import FEATURES, METRIC, Runs, Trajectory
from pathlode.training.experiment import Experiment
from pathlode.training.trainer import Trainer
from pathlode.training.validation import Validation

AHEAD = 40
"""Moments after the window, equally spaced to the run's end, at which the model is fitted."""
UNITS = 10.0
"""Duration of a whole run in the model's own time."""


def fit(
    runs: Runs, config: FitConfig | None = None, on_validation: Callable[[Validation], None] | None = None
) -> RunModel:
    """Fits a model to past runs, by default a path-minimized latent ODE. From a window of a run it learns to predict the rest.

    Args:
        runs: past runs, preferably of several schedules and rates.
        config: settings.
        on_validation: called at each validation with the state of the training.

    Raises:
        ConfigError: if there are too few windows for a batch, the loss needs what the model does not offer, or a large metric
            is to be good and it is the training loss.
        DataError: if the runs are something else than :class:`pathlode.schedule.runs.Runs`.
        DivergenceError: if the training diverged.

    Source: Sampson & Melchior 2025, Dynamics of Learning (https://arxiv.org/abs/2509.23052).
    """
    if not isinstance(runs, Runs):
        raise DataError(
            f"runs is a {type(runs).__name__}, expected Runs: make them by read_logs(folder), or Runs(table)"
        )
    config = config or FitConfig()
    return fit_stacked([runs], config, [config.seed], lambda trainer: trainer.run(on_validation))[0]


def fit_stacked(
    runs: Sequence[Runs], config: FitConfig, seeds: Sequence[int], run: Callable[[Trainer], object] = Trainer.run
) -> list[RunModel]:
    """A fit to each of several sets of past runs. Those with equally many runs are trained together, which costs less.

    Args:
        runs: the sets, each as in :func:`fit`; the same errors are raised.
        config: settings, without the seed.
        seeds: the seed of each fit: of its weights, its batches and the choice of its held-out runs.
        run: function that takes a trainer's steps, for example resumably.
    """
    parts = [_Part.of(some, replace(config, seed=seed)) for some, seed in zip(runs, seeds, strict=True)]
    together: dict[int, list[_Part]] = {}
    for part in parts:
        together.setdefault(len(part.runs), []).append(part)
    fitted = {part.config.seed: model for alike in together.values() for part, model in _fitted(alike, run)}
    return [fitted[seed] for seed in seeds]


@dataclass(frozen=True)
class _Part:
    """One of several fits: a set of past runs, on the clock, and its windows."""

    runs: Runs
    config: FitConfig
    values: NDArray[np.float64]
    held_out: NDArray[np.int64]
    training: TimeSeries
    validation: TimeSeries

    @classmethod
    def of(cls, runs: Runs, config: FitConfig) -> "_Part":
        """The windows of the runs, some of which are held out."""
        if runs.metric_is_loss and config.mode == "max":
            raise ConfigError(f"mode is max, but the metric of {runs.name} is the training loss: set mode to min")
        trajectories, values = runs.trajectories, runs.on_clock(config.points)
        order = np.random.default_rng(config.seed).permutation(len(values))
        number = min(max(1, round(config.held_out * len(values))), len(values) - 1)
        held_out, kept = order[:number], order[number:]
        training, validation = (_windows([trajectories[place] for place in some], config) for some in (kept, held_out))
        return cls(runs, config, values, held_out, training, validation)

    @property
    def best(self) -> NDArray[np.float64]:
        """The best run, (point, feature)."""
        metrics = self.values[:, -1, METRIC] * (1 if self.config.mode == "max" else -1)
        return self.values[np.argmax(metrics)]


def _fitted(parts: Sequence[_Part], run: Callable[[Trainer], object]) -> Iterator[tuple[_Part, RunModel]]:
    """Fits to equally many runs each, trained together."""
    config, seeds = parts[0].config, [part.config.seed for part in parts]
    data = Observed(_stacked([part.training for part in parts]), _stacked([part.validation for part in parts]))
    trainer = _experiment(config, seeds, len(data.training)).trainer(data)
    if config.steps:
        run(trainer)
    for number, part in enumerate(parts):
        model = trainer.model.member(number)
        yield part, RunModel(model, part.config, part.best, _card(part, model, trainer.seconds / len(parts)))


def _stacked(series: Sequence[TimeSeries]) -> TimeSeries:
    times, values = (torch.stack([getattr(each, name) for each in series]) for name in ("times", "values"))
    return TimeSeries(times, values, "the runs")


def _experiment(config: FitConfig, seeds: Sequence[int], windows: int) -> Experiment:
    return Experiment(
        seeds=seeds,
        sizes={
            "hidden": config.hidden,
            "latent": config.hidden,
            "width": config.width,
            "time_unit": (config.points - 1) / UNITS,
        },
        train={
            "steps": config.steps or 10,  # but none is taken
            "batch": min(64, windows),
            "validate_every": max(1, config.steps // 20),
        }
        | without_unused(config.model, {"solver": SOLVER.method, "solver_steps": SOLVER.steps, "refine": False}),
        model=config.model,
        encoder=config.encoder,
        input=config.input,
        field=config.field,
        decoder=config.decoder,
        loss=config.loss,
        weight=config.weight,
        learning_rate=config.learning_rate,
        views={"first": config.window},
    )


def _windows(runs: Sequence[Trajectory], config: FitConfig) -> TimeSeries:
    """Windows of runs, with values as known at a window's end, each followed by :data:`AHEAD` moments; all equally long."""
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
def _card(part: _Part, model: SequenceModel, seconds: float) -> RunModelCard:
    validation, values = part.validation, part.values
    window = validation.times.shape[1] - AHEAD
    seen = slice(window)
    predicted = model(validation.times[:, seen], validation.values[:, seen], validation.times, solver=SOLVER).values[0]
    later, truth = predicted[:, window:], validation.values[:, window:]
    error, spread = (later - truth).square().mean(dim=(0, 1)).sqrt(), truth.flatten(0, 1).std(dim=0)
    ends = np.stack([values.min(axis=(0, 1)), values.max(axis=(0, 1))], axis=1)
    return RunModelCard(
        runs=part.runs.ids,
        held_out=[part.runs.ids[number] for number in sorted(part.held_out)],
        ranges=dict(zip(FEATURES, ends.tolist(), strict=True)),
        error=dict(zip(FEATURES, error.tolist(), strict=True)),
        spread=dict(zip(FEATURES, spread.tolist(), strict=True)),
        rows=int(part.runs.table.groupby("run_id").size().median()),
        seconds=seconds,
        metric_is_loss=part.runs.metric_is_loss,
        left_out=dict(part.runs.left_out),
    )
