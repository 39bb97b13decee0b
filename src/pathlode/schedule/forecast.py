"""What a model of past runs predicts for one run, over what came."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pathlode.schedule.runs import trajectory

if TYPE_CHECKING:
    from pathlode.schedule.model import RunModel  # imported for real it would bring PyTorch to whoever draws forecasts


MOMENTS = (0.2, 0.5, 0.75)
"""Shares of a training at the ends of the windows that forecasts are made from."""


@dataclass(frozen=True)
class Forecast:
    """What a model predicts at one moment of a run.

    Attributes:
        seen: share of the training at the end of the window.
        share: that of each predicted moment, (time,).
        predicted: training loss, log rate and metric, (time, 3).
    """

    seen: float
    share: NDArray[np.float64]
    predicted: NDArray[np.float64]


def forecast(model: "RunModel", run: pd.DataFrame, seen: float) -> Forecast:
    """What follows in a run, predicted from the last window before a moment.

    Args:
        model: fitted to runs like it.
        run: its log, with the columns of :class:`pathlode.schedule.runs.Runs`.
        seen: the moment, as a share of the training; not before the first window is full.
    """
    last, window = model.config.points - 1, model.config.window
    end = max(window - 1, round(seen * last))
    moments = np.arange(end - window + 1, last + 1, dtype=float)
    z0 = model.encode(moments[:window], trajectory(run).until(end / last).at(moments[:window] / last))
    predicted = model.decode(z0[None], moments[0], moments)[0]
    return Forecast(end / last, moments[window - 1 :] / last, predicted[window - 1 :])
