"""The published tasks on trajectories of the hopper, and their scores."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pathlode.artefacts import COMMITTED, TableFile
from pathlode.column_kinds import Text
from pathlode.core.simple import Numbers
from pathlode.real.fits import Asked
from pathlode.real.hopper import SIMULATED_STEP, STATE_NAMES, STATE_UNITS, HopperTrajectories
from pathlode.real.hopper_shares import FIRST, INTERPOLATED_TIMES, SIMULATED_TIMES, data_name, read_in_forecast
from pathlode.real.measured import UNKNOWN, MeasuredSeries
from pathlode.real.splits import Hiding, SeriesSplit, split_series
from pathlode.reporting.tables import summarise

TESTED = 0.2
"""Share of the last trajectories, which are the published test part."""
HERE = "here"


@dataclass(frozen=True)
class PublishedHopper(TableFile):
    """Errors that others published on these tasks, one row per paper, model, task and observed share."""

    columns: ClassVar[Mapping[str, str]] = {
        "paper": Text("authors and year"),
        "model": Text("the model, in our words"),
        "task": Text("interpolation or forecast"),
        "observed": "share of the times that the model reads, in percent",
        "mse": "mean squared error, as in published_error",
        "source": Text("where the number stands; second-hand if it was quoted elsewhere"),
    }
    remedy: ClassVar[str] = COMMITTED


def split_hopper(
    measured: MeasuredSeries, goal: str, observed: float, validation: float, replicate: int
) -> SeriesSplit:
    """The split of the series of a task. In interpolation, the same number of times is read of every series, drawn at random.

    Args:
        measured: all series.
        goal: one of :data:`pathlode.real.splits.GOALS`.
        observed: share of the times that a model reads.
        validation: share of the validation series among those that are not for test.
        replicate: the replicate's number.
    """
    hiding = Hiding(1 - observed, "time", read_in_forecast(observed) if goal == "forecast" else None)
    split = split_series(measured, validation, 0.0, hiding, replicate)
    if goal == "forecast":
        return split
    draws = np.random.default_rng([replicate, 2019]).random((len(measured.counts), INTERPOLATED_TIMES))
    hidden = draws.argsort(axis=1).argsort(axis=1) >= round(observed * INTERPOLATED_TIMES)
    return replace(split, hidden=np.flatnonzero(np.broadcast_to(hidden.reshape(-1, 1), measured.values.shape)))


def posed(trajectories: HopperTrajectories, goal: str, observed: float) -> MeasuredSeries:
    """The series of a task: windows for interpolation, and thinned beginnings with all that follows for a forecast.

    Args:
        trajectories: all trajectories; the last :data:`TESTED` of them are for test.
        goal: one of :data:`pathlode.real.splits.GOALS`.
        observed: share of the times that a model reads.
    """
    rng, number = np.random.default_rng([round(100 * observed), 2019]), len(trajectories.states)
    if goal == "interpolation":
        chosen = rng.integers(0, SIMULATED_TIMES - INTERPOLATED_TIMES + 1, size=(number, 1)) + np.arange(
            INTERPOLATED_TIMES
        )
        times = np.broadcast_to(SIMULATED_STEP * np.arange(INTERPOLATED_TIMES), chosen.shape)
    else:
        begun = np.sort(rng.permuted(np.tile(np.arange(FIRST), (number, 1)), axis=1)[:, : read_in_forecast(observed)])
        chosen = np.concatenate([begun, np.tile(np.arange(FIRST, SIMULATED_TIMES), (number, 1))], axis=1)
        times = SIMULATED_STEP * chosen
    values = np.take_along_axis(trajectories.states, chosen[..., None], axis=1)
    return MeasuredSeries(
        data=data_name(observed),
        source=trajectories.source,
        time_unit="seconds",
        features=STATE_NAMES,
        units=STATE_UNITS,
        target="nothing",
        classes=[],
        described=[],
        names=np.array([f"trajectory {each}" for each in range(1, number + 1)]),
        counts=np.full(number, chosen.shape[1]),
        times=times.ravel(),
        values=values.reshape(-1, len(STATE_NAMES)),
        labels=np.full(number, UNKNOWN),
        descriptors=np.zeros((number, 0), np.float32),
        given_test=np.arange(number) >= number - round(TESTED * number),
    )


def published_error(
    asked: Asked, predicted: Numbers, chosen: NDArray[np.int64], trajectories: HopperTrajectories
) -> float:
    """Mean of ((x̂ - x) / M)² over times, features and series, with the largest value M of a feature in all trajectories.

    In interpolation over all times, those that were read among them; in a forecast over the times after those. Where a
    prediction is NaN, the training mean takes its place.

    Args:
        asked: what was asked.
        predicted: predictions for the chosen series, (series, time, feature).
        chosen: their positions.
        trajectories: all trajectories.
    """
    values = asked.values if asked.goal == "forecast" else asked.measured.padded()[1]
    filled = np.where(np.isnan(predicted), asked.units.mean, predicted)
    return float(np.nanmean(((filled - values[chosen]) / trajectories.states.max(axis=(0, 1))) ** 2))


def hopper_summary(scores: pd.DataFrame, published: pd.DataFrame) -> pd.DataFrame:
    """Errors in hundredths, one row per paper and model, one column per task and observed share.

    Args:
        scores: ours, rows of :class:`pathlode.real.results.RealScores`: median and range over replicates.
        published: rows of :class:`PublishedHopper`.
    """
    ours = scores[scores["metric"] == "mse"].assign(paper=HERE, source="")
    ours = ours.assign(observed=ours["data"].str.removeprefix("hopper_").astype(int), hundredths=100 * ours["value"])
    theirs = published.assign(hundredths=100 * published["mse"])
    rows = pd.concat([ours, theirs], ignore_index=True).sort_values(["task", "observed"], ascending=[False, True])
    rows["heading"] = rows["task"] + " " + rows["observed"].astype(str) + " %"
    keys = ["paper", "model", "source"]
    texts = summarise(rows, [*keys, "heading"], {"hundredths": "text"}, digits=3)
    wide = texts.pivot(index=keys, columns="heading", values="text").fillna("–")
    order = list(dict.fromkeys(zip(*(pd.concat([ours, theirs])[key] for key in keys), strict=True)))
    headings = list(dict.fromkeys(rows["heading"]))
    return wide.loc[order].reset_index()[["paper", "model", *headings, "source"]]
