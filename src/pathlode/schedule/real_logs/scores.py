"""Scores of forecasts of logged runs, and their means."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from pathlode.schedule.real_logs.artefacts import LogForecasts, RealLogs
from pathlode.schedule.real_logs.contract import LogForecast, LogModel
from pathlode.schedule.real_logs.questions import Posed

LOG_HEADINGS = {"error": "error (%)", "spread": "stated deviation (%)", "covered_90": "inside its 90 % (%)"}
"""Columns of the summary, by those of :class:`pathlode.schedule.real_logs.artefacts.RealLogs`; the numbers are in percent."""


def forecast_scores(source: str, name: str, model: LogModel, posed: Sequence[Posed]) -> LogForecasts:
    """How well a model answers questions, one row for each.

    Args:
        source: whose logs they are.
        name: name of the model.
        model: the model.
        posed: the questions with their answers.
    """
    found = model.answer([each.question for each in posed])
    rows = [{"source": source, "model": name} | _score(*pair) for pair in zip(posed, found, strict=True)]
    return LogForecasts(pd.DataFrame(rows)[list(LogForecasts.columns)])


def _score(posed: Posed, forecast: LogForecast) -> dict[str, object]:
    errors = forecast.mean - posed.truth
    covered = (forecast.low <= posed.truth) & (posed.truth <= forecast.high)
    return {
        "held_out": posed.held_out,
        "group": posed.question.seen.group,
        "run": posed.question.seen.name,
        "seen": posed.share,
        "error": float(errors[-1]),
        "spread": float(forecast.spread[-1]),
        "covered": int(covered[-1]),
        "rest": float(np.sqrt(np.mean(errors**2))),
        "rest_covered": float(np.mean(covered)),
    }


def mean_scores(forecasts: pd.DataFrame) -> RealLogs:
    """Means over runs, in the order of the forecasts.

    Args:
        forecasts: rows of :class:`pathlode.schedule.real_logs.artefacts.LogForecasts`.
    """
    sized = forecasts.assign(error=forecasts["error"].abs(), covered_90=forecasts["covered"])
    keys = ["source", "held_out", "model", "seen"]
    return RealLogs(sized.groupby(keys, sort=False)[["error", "spread", "covered_90"]].mean().reset_index())


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """The means for readers, in percent: one row per source, held-out part and model, one column per score and seen share.

    Args:
        table: rows of :class:`pathlode.schedule.real_logs.artefacts.RealLogs`.
    """
    keys = ["source", "held_out", "model"]
    percent = table.assign(**{column: 100 * table[column] for column in LOG_HEADINGS})
    wide = percent.pivot(index=keys, columns="seen", values=list(LOG_HEADINGS))
    wide = wide.loc[list(dict.fromkeys(table[keys].itertuples(index=False, name=None)))]
    wide.columns = [
        f"{LOG_HEADINGS[column]}, {share:.0%} seen"
        for column, share in zip(*map(wide.columns.get_level_values, (0, 1)), strict=True)
    ]
    return wide.map(lambda value: "–" if pd.isna(value) else f"{value:.3g}").reset_index()
