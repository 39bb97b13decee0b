"""The log of a training that is under way, with rows as in the logs of past runs."""

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pathlode.schedule.runs import FEATURES, Trajectory

NO_LOSS = "kept: no loss is known yet"
NO_NEW_LOSS = "kept: no loss since the previous decision"
NO_METRIC = "kept: no metric is known yet"


@dataclass
class LiveLog:
    """Rows of a running training.

    Attributes:
        metric_is_loss: whether the loss stands for the metric, as in past runs that logged a loss only.
        clock: share of the training's steps at each row.
        rows: :data:`pathlode.schedule.runs.FEATURES` of each row.
        losses: the losses since the last row.
        metric: the last metric.
        heard: whether there was a loss since the last decision.
    """

    metric_is_loss: bool = False
    clock: list[float] = field(default_factory=list)
    rows: list[tuple[float, float, float]] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)
    metric: float | None = None
    heard: bool = False

    def record(self, loss: float | None, metric: float | None) -> None:
        """Takes note of a loss and of a metric, if given."""
        if loss is not None:
            self.losses.append(loss)
            self.heard = True
        if metric is not None:
            self.metric = metric

    def add_row(self, share: float, log_rate: float) -> None:
        """Adds a row with the mean of the losses since the last row, if a loss and a metric are known.

        Losses that are not finite are left out of the mean, unless all are: a step that a gradient scaler skips can have one.
        """
        if not self.losses or (self.metric is None and not self.metric_is_loss):
            return
        loss = float(np.mean([each for each in self.losses if math.isfinite(each)] or self.losses))
        self.losses = []
        self.clock.append(share)
        self.rows.append((loss, log_rate, loss if self.metric is None or self.metric_is_loss else self.metric))

    def at(self, shares: NDArray[np.float64]) -> NDArray[np.float64]:
        """Values at shares of the training, (share, feature), between rows as those of
        :class:`pathlode.schedule.runs.Trajectory`; NaN without rows."""
        if not self.rows:
            return np.full((len(shares), len(FEATURES)), np.nan)
        return Trajectory(np.array(self.clock), np.array(self.rows)).at(shares)

    def lacking(self) -> str | None:
        """Outcome of a decision for which the loop gave too little; None if nothing is missing."""
        if not self.heard:
            return NO_NEW_LOSS if self.rows or self.losses else NO_LOSS
        if self.rows:
            return None
        return NO_METRIC if self.metric is None and not self.metric_is_loss else NO_LOSS

    def stretch(self, factor: float) -> None:
        """Counts the rows as shares of a training of another length."""
        self.clock = [share * factor for share in self.clock]
