"""Correction of intervals by held-out series: conformal prediction.

Series are exchangeable, but observations of all series together are not: those of one share its parameters, and with them the
model's error. The split conformal regressors of MAPIE and similar libraries rank single observations, so their guarantee does
not hold here. This module has the rule for hierarchical data, where every series has the same weight, however long it is.
"""

import math

import torch
from torch import Tensor

from pathlode.core.shapes import Values
from pathlode.errors import DataError
from pathlode.uncertainty.intervals import Interval, check_level

ROUNDING = 1e-9
"""By how much sums of weights may miss a level that they reach in exact arithmetic."""


def widening(interval: Interval, observed: Values, level: float = 0.9) -> Tensor:
    """The factors, one for each feature, by which intervals have to be widened (or narrowed, below 1) to hold, (feature,).

    A value x has the score s = abs(x - centre) / half-width. Of K series, number k with n_k observed values of the feature, the
    factor is the smallest q with

        Σ_k 1/(K + 1) · (share of the series' scores that are at most q) ≥ level.

    ``interval.widened(q)`` then contains an observation of a new series with probability ``level`` or more, if all series,
    the new one among them, are exchangeable and the model was not trained on them. Neither noise nor model needs to be right.
    The probability is over series and their observations; for a single series it can be any other. Correct forecasts by
    forecasts: the factor holds for observations as far from the window as those that it was computed from.

    Source: Lee, Barber & Willett 2023, Distribution-free inference with hierarchical data (https://arxiv.org/abs/2306.06342);
    scores as in Lei et al. 2018, Distribution-free predictive inference for regression
    (https://arxiv.org/abs/1604.04173), sec. 5.2.

    Args:
        interval: intervals of that level for held-out series.
        observed: what was observed, (batch, time, feature), NaN where nothing was.
        level: the probability.

    Raises:
        ConfigError: if the level is not between 0 and 1.
        DataError: if there are fewer than level / (1 - level) series in which a feature was observed.
    """
    check_level(level)
    scores = (observed - interval.centre).abs() / interval.half_width
    return torch.stack([_factor(scores[..., k], level, k) for k in range(scores.shape[-1])])


def _factor(scores: Tensor, level: float, feature: int) -> Tensor:
    """The factor of one feature from its scores, (batch, time), NaN where nothing was observed."""
    counted = ~scores.isnan()
    scores, number = scores[counted.any(dim=-1)], counted.sum(dim=-1)
    number = number[number > 0]
    if len(scores) / (len(scores) + 1) < level - ROUNDING:
        raise DataError(
            f"feature {feature + 1} was observed in {len(scores)} held-out series, but level {level:g} needs at least "
            f"{math.ceil(level / (1 - level) - ROUNDING)}: hold out more series, or lower the level"
        )
    weights = (1 / (len(scores) + 1) / number.double())[:, None].expand(scores.shape)
    ordered, order = scores.nan_to_num(nan=torch.inf).flatten().sort()
    reached = weights.where(~scores.isnan(), 0.0).flatten()[order].cumsum(dim=0)
    return ordered[int((reached < level - ROUNDING).sum())]
