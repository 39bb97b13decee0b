"""Forecasts of one run by a model of past runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pathlode.artefacts import TableFile
from pathlode.column_kinds import Text
from pathlode.schedule.runs import FEATURES, trajectory

if TYPE_CHECKING:
    from pathlode.schedule.run_model import RunModel  # only for types: the import would load PyTorch


MOMENTS = (0.2, 0.5, 0.75)
"""Ends of the windows from which forecasts are made, as shares of the training."""


@dataclass(frozen=True)
class Forecast:
    """A model's prediction at one moment of a run.

    Attributes:
        seen: share of the training at the end of the window.
        share: share of the training at each predicted moment, (time,).
        predicted: training loss, log rate and metric, (time, 3).
    """

    seen: float
    share: NDArray[np.float64]
    predicted: NDArray[np.float64]


def forecast(model: "RunModel", run: pd.DataFrame, seen: float) -> Forecast:
    """The rest of a run, predicted from the last window before a moment.

    Args:
        model: model fitted to similar runs.
        run: log of the run, with the columns of :class:`pathlode.schedule.runs.Runs`.
        seen: the moment, as a share of the training; not before the first window is full.
    """
    last, window = model.config.points - 1, model.config.window
    end = max(window - 1, round(seen * last))
    moments = np.arange(end - window + 1, last + 1, dtype=float)
    z0 = model.encode(moments[:window], trajectory(run).until(end / last).at(moments[:window] / last))
    predicted = model.decode(z0[None], moments[0], moments)[0]
    return Forecast(end / last, moments[window - 1 :] / last, predicted[window - 1 :])


class PolicyForecasts(TableFile):
    """Forecasts of a policy's runs by a model of past runs, one row per predicted moment."""

    columns: ClassVar[Mapping[str, str]] = {
        "task": Text("name of the task"),
        "schedule": Text("name of the policy"),
        "seen": "share of the training at the end of the window that the forecast is made from",
        "share": "share of the training at the predicted moment",
        "train_loss": "predicted training loss",
        "log_lr": "predicted natural logarithm of the learning rate",
        "val_metric": "predicted validation accuracy",
    }
    float_format = "%.8g"

    @classmethod
    def of(cls, task: str, schedule: str, forecasts: Sequence[Forecast]) -> Self:
        """The rows of forecasts of one run."""
        tables = []
        for forecast in forecasts:
            rows = pd.DataFrame(forecast.predicted, columns=list(FEATURES))
            tables.append(rows.assign(task=task, schedule=schedule, seen=forecast.seen, share=forecast.share))
        return cls(pd.concat(tables, ignore_index=True)[list(cls.columns)])

    def forecasts(self, task: str, schedule: str) -> list[Forecast]:
        """The forecasts of a policy's run on a task."""
        rows = self.table[(self.table["task"] == task) & (self.table["schedule"] == schedule)]
        return [
            Forecast(float(own["seen"].iloc[0]), own["share"].to_numpy(), own[list(FEATURES)].to_numpy())
            for _, own in rows.groupby("seen", sort=False)
        ]
