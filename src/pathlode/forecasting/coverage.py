"""How wide intervals have to be inside the window, so that they cover the stated share of new series' observations.

What a model misses is shared by the observations of a series: some series are predicted much worse than others. A width that is
the same for all then covers too much of most series and too little of a few, and how many of those are among the few that were
held out is chance. So a width has two parts: the series' own misfit, and a factor by which this has to be multiplied.

Source: Lei et al. 2018, Distribution-free predictive inference for regression (https://arxiv.org/abs/1604.04173), sec. 5.2, for
scores in units of a local misfit; Vovk 2012, Conditional validity of inductive conformal predictors
(https://proceedings.mlr.press/v25/vovk12.html), for a factor of its own in each part.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from pathlode.core.series import TimeSeries
from pathlode.core.shapes import Times, Values
from pathlode.forecasting.weighting import Hidden, predicted_from
from pathlode.models.contract import SequenceModel
from pathlode.models.latents import as_the_model
from pathlode.models.prediction import Prediction
from pathlode.uncertainty.intervals import distribution, intervals

TURNS = 3
"""Turns in which the observations are hidden."""
WINDOW_PARTS = 3
"""Most parts of the window, each with factors of its own: a forecast is often worst at its beginning or its end."""
FEWEST_SCORES = 50
"""Fewest observations of held-out series in a part."""
PRIOR = 4
"""Weight of the misfit that the noise says, in observations, beside those of the series itself."""


@dataclass(frozen=True)
class Widths:
    """Factors of the intervals of one feature, by the time since a series' first one.

    Attributes:
        ends: times at which the parts of the window end, but for the last one.
        read: the factor in each part for observations that the encoder has read.
        new: the factor in each part for others.
    """

    ends: tuple[float, ...]
    read: tuple[float, ...]
    new: tuple[float, ...]

    def of(self, elapsed: Times, read: Tensor) -> Tensor:
        """The factors, (batch, time).

        Args:
            elapsed: times since a series' first one; outside the window they have the factors of the nearest part.
            read: whether they are those of observations that the encoder has read.
        """
        part = torch.bucketize(elapsed.double(), elapsed.new_tensor(self.ends, dtype=torch.float64), right=True)
        factors = elapsed.new_tensor([self.new, self.read], dtype=torch.float64)
        return factors[read.long(), part]


def misfits(model: SequenceModel, prediction: Prediction, observed: Values) -> Values:
    """Squared errors at observations that the encoder has read, over their predicted variance, (batch, time, feature).

    Args:
        model: members whose noise was learnt.
        prediction: theirs at the times of the observations.
        observed: the observations, NaN where there are none.
    """
    predicted = distribution(model, prediction, read=True)
    return ((observed - predicted.mean) / predicted.std).square()


def own_misfit(found: Values, left_out: Values) -> Values:
    """How many times larger a series' errors are than the noise says: √((κ + Σ_i m_i) / (κ + n)), (batch, query time, feature).

    The sum is over the n observations of the feature that the encoder has read, without the one that is predicted itself. κ is
    :data:`PRIOR`, so a series with few observations has nearly the misfit of all series.

    Args:
        found: m_i, as :func:`misfits` gives them, (batch, time, feature), NaN where nothing was observed.
        left_out: that of the observation itself where one is predicted that was read, else NaN, (batch, query time, feature).
    """
    total = (found.nansum(dim=1, keepdim=True) - left_out.nan_to_num(nan=0.0)).clamp_min(0)
    number = (~found.isnan()).sum(dim=1, keepdim=True) - (~left_out.isnan()).to(total.dtype)
    return ((PRIOR + total) / (PRIOR + number)).sqrt()


@torch.no_grad()
def widths(model: SequenceModel, series: TimeSeries, level: float) -> tuple[Widths, ...]:
    """The factors for each feature, with which intervals contain this share of held-out series' observations.

    An observation has the score abs(x - centre) / (half-width · :func:`own_misfit`). The factor is the score of rank
    ⌈level · (n + 1)⌉ among the n of a part. For observations that were read, a series is predicted from all of them. For new
    ones, every third one between a series' first and last time is hidden in turn, and predicted from the others.

    Args:
        model: members whose noise was learnt.
        series: series that they were not trained on.
        level: the level of the intervals.
    """
    series = as_the_model(series, model)
    elapsed = (series.times - series.times[:, :1]).double()
    (_, read), *turns = _scores(model, series, level)
    new = [(part.asked, scores) for part, scores in turns]
    return tuple(
        _factors(elapsed, read[..., f], [(asked, scores[..., f]) for asked, scores in new], level)
        for f in range(series.features)
    )


def _scores(model: SequenceModel, series: TimeSeries, level: float) -> Iterator[tuple[Hidden, Values]]:
    """Scores of the observations that are read, when all are, and of those that are hidden in each turn; NaN elsewhere."""
    present, places = ~series.times.isnan(), torch.arange(series.times.shape[-1], device=series.times.device)
    inner = (places > 0) & (places < series.lengths[:, None] - 1)
    for hidden in (torch.zeros_like(inner), *(inner & (places % TURNS == turn) for turn in range(TURNS))):
        part = Hidden(present & ~hidden, hidden)
        prediction, read = Prediction(values=predicted_from(model, series, part)), not hidden.any()
        found = misfits(model, prediction, part.shown(series))
        interval = intervals(model, prediction, level, read)
        score = (series.values - interval.centre).abs() / interval.half_width
        yield part, score / own_misfit(found, found if read else torch.full_like(found, torch.nan))


def _factors(elapsed: Times, read: Tensor, new: list[tuple[Tensor, Tensor]], level: float) -> Widths:
    """Those of one feature, from scores (batch, time): of read observations, and in every turn of those that were hidden."""
    times = elapsed[~read.isnan()]
    parts = min(max(len(times) // FEWEST_SCORES, 1), WINDOW_PARTS)
    ends = times.new_empty(0) if parts == 1 else times.quantile(torch.arange(1, parts).to(times) / parts)
    place = torch.bucketize(elapsed, ends, right=True)
    return Widths(
        tuple(ends.tolist()),
        tuple(_ranked(read[place == part], level) for part in range(parts)),
        tuple(_ranked(torch.cat([s[asked & (place == part)] for asked, s in new]), level) for part in range(parts)),
    )


def _ranked(scores: Tensor, level: float) -> float:
    """The score of rank ⌈level · (n + 1)⌉, the largest one if there are fewer; 1 if there are none."""
    ordered = scores[~scores.isnan()].sort().values
    return float(ordered[min(math.ceil(level * (len(ordered) + 1)), len(ordered)) - 1]) if len(ordered) else 1.0
