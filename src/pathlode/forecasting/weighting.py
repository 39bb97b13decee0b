"""The choice of the weight of a loss's penalty, by observations that were held out."""

import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor

from pathlode.core.context import as_argument
from pathlode.core.observed import Observed
from pathlode.core.series import TimeSeries
from pathlode.core.shapes import MaskInTime, PerMember, Values
from pathlode.core.solve import FixedStep
from pathlode.errors import DivergenceError
from pathlode.models.contract import SequenceModel
from pathlode.models.latents import as_the_model
from pathlode.training.experiment import Experiment

logger = logging.getLogger(__name__)

TRIED_WEIGHTS = (0.01, 0.1, 1.0)
"""Weights that are tried."""
SEEDS_EACH = 2
"""Models that are trained with each weight."""
SHOWN = 2 / 3
"""Share of a series' times, from the first on, that a candidate is trained on; the others are forecast."""


@dataclass(frozen=True)
class Candidates:
    """Trains models with several weights, and chooses the one whose predictions of held-out observations are best.

    A candidate is trained on the first two thirds of each training series. Its score is the geometric mean of two errors on
    validation series: of every third observation in the first two thirds, which the encoder does not see, and of the last
    third. So a weight is chosen by a forecast beyond the times of training. The errors are in units of each feature's standard
    deviation, and the score is the mean over the candidate's models.

    Args:
        experiment: settings of a candidate, without weight and seeds.
        weights: to be tried.
        seed: of the first model.
    """

    experiment: Experiment
    weights: Sequence[float] = TRIED_WEIGHTS
    seed: int = 0

    def choose(self, data: Observed, folder: Path, identity: str, device: str = "cpu") -> float:
        """The best weight.

        Args:
            data: training and validation series.
            folder: folder of the checkpoint.
            identity: digest of all that the result depends on.
            device: device to train on.

        Raises:
            DivergenceError: if every candidate diverged.
        """
        each = [weight for weight in self.weights for _ in range(SEEDS_EACH)]
        seeds = [self.seed + repeat for _ in self.weights for repeat in range(SEEDS_EACH)]
        experiment = replace(self.experiment, weight=each, seeds=seeds)
        shown = Observed(earlier(data.training), earlier(data.validation))
        fitted = experiment.run(shown, folder, identity, "choosing the weight", device, strict=False)
        scores = held_out_score(fitted.model, data.validation)
        scores[fitted.diverged] = math.inf
        means = scores.nan_to_num(nan=math.inf).view(len(self.weights), SEEDS_EACH).mean(dim=1)
        if means.isinf().all():
            raise DivergenceError("every weight that was tried made training diverge: give a smaller learning_rate")
        best = self.weights[int(means.argmin())]
        logger.info("held-out error %s: weight %g", _listed(self.weights, means), best)
        return best


def earlier(series: TimeSeries) -> TimeSeries:
    """The first two thirds of each series' times, but at least its first observation."""
    kept = _first_part(series)
    return replace(series, times=series.times.where(kept, torch.nan), mask=kept[..., None].expand(series.values.shape))


@torch.no_grad()
def held_out_score(model: SequenceModel, series: TimeSeries) -> PerMember:
    """Geometric mean of the errors at observations that the encoder does not see, (member,), as :class:`Candidates` says.

    An error is left out if there is no observation to compute it from.
    """
    series = as_the_model(series, model)
    logarithms = torch.stack([_error(model, series, part) for part in hidden_parts(series)]).log()
    return logarithms.nanmean(dim=0).exp()


@dataclass(frozen=True)
class Hidden:
    """Observations that a model sees, and others that it is to predict.

    Attributes:
        seen: which times are seen, (batch, time).
        asked: at which times predictions are compared with what was observed.
    """

    seen: MaskInTime
    asked: MaskInTime

    def shown(self, series: TimeSeries) -> Values:
        """The values that are seen, (batch, time, feature); NaN elsewhere."""
        return series.values.where(self.seen[..., None], torch.nan)

    def error(self, wrong: Values) -> Tensor:
        """Root mean square of errors, (..., batch, time, feature), at the times that are asked for, (...)."""
        return wrong.where(self.asked[..., None], torch.nan).square().flatten(-3).nanmean(dim=-1).sqrt()


def hidden_parts(series: TimeSeries) -> tuple[Hidden, Hidden]:
    """Inside the first two thirds, every third observation is hidden; beyond them, the last third is."""
    first = _first_part(series)
    hidden = first & (torch.arange(first.shape[-1], device=first.device) % 3 == 1)
    return Hidden(first & ~hidden, hidden), Hidden(first, ~first)


@torch.no_grad()
def predicted_from(model: SequenceModel, series: TimeSeries, part: Hidden) -> Values:
    """Each member's predictions at all times from what is seen, (member, batch, time, feature)."""
    solver = FixedStep("tsit5", 24)
    found: Values = model(
        series.times, part.shown(series), solver=solver, check=False, **as_argument(series.context)
    ).values
    return found


def _first_part(series: TimeSeries) -> MaskInTime:
    """The first two thirds of each series' times, up to its first observation at least, (batch, time)."""
    places = torch.arange(series.times.shape[-1], device=series.times.device)
    count = (SHOWN * series.lengths).ceil().clamp_min(1)[:, None]
    present = series.values.isnan().logical_not().any(dim=-1)
    return (places < count) | (places <= present.int().argmax(dim=-1, keepdim=True))


def _error(model: SequenceModel, series: TimeSeries, part: Hidden) -> PerMember:
    """Root mean squared error at the times that are asked for, in units of standard deviation, (member,)."""
    return part.error((predicted_from(model, series, part) - series.values) / model.std)


def _listed(weights: Sequence[float], errors: Tensor) -> str:
    return ", ".join(f"{error:.3g} at {weight:g}" for weight, error in zip(weights, errors.tolist(), strict=True))
