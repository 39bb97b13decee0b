"""The futures that a model of past runs predicts, and the schedule that it proposes because of them."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from pathlode.schedule.decisions import LookAheadConfig, best_schedule, continuations, predicted_moments
from pathlode.schedule.run_model import RunModel
from pathlode.schedule.runs import LOSS


def perturbed_futures(
    model: RunModel,
    moments: NDArray[np.float64],
    window: NDArray[np.float64],
    horizon: float,
    config: LookAheadConfig,
    generator: torch.Generator,
) -> NDArray[np.float64]:
    """Predicted futures at :func:`pathlode.schedule.decisions.predicted_moments`, (future, time, feature).

    The first is that of the window's latent vector z, the others those of ``z + σ |z| ε``.

    Args:
        model: of past runs.
        moments: of the window, on the model's clock, (time,).
        window: (time, feature).
        horizon: moment.
        config: settings.
        generator: of ε.
    """
    z0 = model.encode(moments, window)
    noise = torch.randn(config.futures, len(z0), generator=generator)
    noise[0] = 0.0
    return model.decode(z0 + config.spread * z0.abs() * noise, moments[0], predicted_moments(moments, horizon, config))


@dataclass(frozen=True)
class Proposal:
    """What a scheduler would do at one moment of the best past run.

    Attributes:
        seen: the moment, as a share of the training.
        share: share of the training at each predicted moment, (time,).
        futures: predicted futures, (future, time, feature).
        later: share of the training at each moment of the proposed schedule, (moment,).
        schedule: proposed log rates, (moment,); None if no future qualifies.
    """

    seen: float
    share: NDArray[np.float64]
    futures: NDArray[np.float64]
    later: NDArray[np.float64]
    schedule: NDArray[np.float64] | None


def propose(model: RunModel, seen: float, config: LookAheadConfig | None = None) -> Proposal:
    """What a scheduler would do at a moment of the best past run.

    Args:
        model: of past runs.
        seen: the moment, as a share of the training; not before the first window is full.
        config: settings of the decision.
    """
    config, last = config or LookAheadConfig(), model.config.points - 1
    end = max(model.config.window - 1, round(seen * last))
    moments = np.arange(end - model.config.window + 1, end + 1)
    window = model.best[moments]
    generator = torch.Generator().manual_seed(config.seed)
    horizon = config.horizon * last
    futures = perturbed_futures(model, moments.astype(float), window, horizon, config, generator)
    recent = window[len(window) // 2 :, LOSS]
    schedules, ends = continuations(futures, recent, float(end), float(last), model.card.ranges["log_lr"], config)
    schedule = best_schedule(schedules, ends, config.averaged, model.config.mode)[0] if len(ends) else None
    share = predicted_moments(moments.astype(float), horizon, config) / last
    return Proposal(end / last, share, futures, np.arange(end, last + 1) / last, schedule)
