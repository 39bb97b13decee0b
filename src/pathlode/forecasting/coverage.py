"""How wide intervals for new observations have to be."""

import torch
from torch import Tensor

from pathlode.core.series import TimeSeries
from pathlode.forecasting.weighting import Hidden, predicted_from
from pathlode.models.contract import SequenceModel
from pathlode.models.latents import as_the_model
from pathlode.models.prediction import Prediction
from pathlode.uncertainty.intervals import intervals

TURNS = 3
"""Turns in which the observations are hidden."""


@torch.no_grad()
def width_for_new(model: SequenceModel, series: TimeSeries, level: float) -> Tensor:
    """The factor by which intervals for new observations inside the window are to be widened, or narrowed, (feature,).

    An observation that the encoder has read is closer to its prediction than a new one, by how much of its noise the
    prediction has fitted (:func:`pathlode.uncertainty.intervals.distribution`). That is too much where what the model misses
    is more than noise. So the observations of held-out series between their first and last time are hidden in turn, every third
    one at a time, and predicted from the others. The factor is the quantile of abs(x - centre) / half-width at the level.

    Args:
        model: members whose noise was learnt.
        series: held-out series.
        level: the level of the intervals.
    """
    series = as_the_model(series, model)
    present, places = ~series.times.isnan(), torch.arange(series.times.shape[-1], device=series.times.device)
    inner = (places > 0) & (places < series.lengths[:, None] - 1)
    scores = []
    for turn in range(TURNS):
        asked = inner & (places % TURNS == turn)
        part = Hidden(present & ~asked, asked)
        interval = intervals(model, Prediction(values=predicted_from(model, series, part)), level)
        score = (series.values - interval.centre).abs() / interval.half_width
        scores.append(score.where(asked[..., None], torch.nan))
    pooled = torch.cat(scores).flatten(0, 1).double()
    return pooled.nanquantile(level, dim=0).nan_to_num(nan=1.0)
