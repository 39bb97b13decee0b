"""A user's own series and their predictions."""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from pathlode.core.series import TimeSeries
from pathlode.core.shapes import Times
from pathlode.plots.style import BLACK, BLUE, WIDTH

MOST_FEATURES = 4
"""Features that are drawn; more are too small to read."""


def series_and_predictions(
    series: TimeSeries, predicted: TimeSeries, bounds: tuple[TimeSeries, TimeSeries] | None = None
) -> Figure:
    """Observations as points and predictions as lines: a row of panels for each series, a column for each feature.

    Args:
        series: what was observed.
        predicted: of the same series, at close times.
        bounds: the lower and the upper ones at the same times, which are shaded between; None for none.
    """
    features = min(MOST_FEATURES, series.features)
    size = (WIDTH, 1.3 * len(series) + 0.8)
    figure, axes = plt.subplots(len(series), features, figsize=size, sharex="col", squeeze=False, layout="constrained")
    seen, asked = (_moments(each.times, each.dates) for each in (series, predicted))
    for number, row in enumerate(axes):
        for feature, axis in enumerate(row):
            if bounds is not None:
                ends = [bound.values[number, :, feature].numpy() for bound in bounds]
                axis.fill_between(asked[number], *ends, color=BLUE, alpha=0.2, linewidth=0, label="interval")
            axis.plot(asked[number], predicted.values[number, :, feature].numpy(), color=BLUE, label="predicted")
            axis.plot(seen[number], series.values[number, :, feature].numpy(), ".", color=BLACK, ms=4, label="observed")
        row[0].set_ylabel(str(number if series.layout is None else series.layout.label(number)))
    for feature, axis in enumerate(axes[0]):
        axis.set_title(f"feature {feature + 1}" if series.layout is None else str(series.layout.values[feature]))
    for axis in axes[-1]:
        axis.set_xlabel("time" if series.layout is None else str(series.layout.time))
        axis.tick_params("x", rotation=30 if series.dates else 0)
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=3)
    return figure


def _moments(times: Times, dates: bool) -> NDArray[Any]:
    numbers = times.double().numpy()
    if not dates:
        return numbers
    missing = np.isnan(numbers)
    found = (np.where(missing, 0.0, numbers) * 1e6).round().astype("datetime64[us]")
    return np.where(missing, np.datetime64("NaT"), found)
