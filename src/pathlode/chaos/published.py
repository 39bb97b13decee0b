"""Forecasts of chaotic flows that others published."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from pathlode.artefacts import COMMITTED, TableFile


@dataclass(frozen=True)
class PublishedForecasts(TableFile):
    """Scores of forecasts that others published, one row per paper, method, flow and setting."""

    columns: ClassVar[Mapping[str, str]] = {
        "paper": "authors and year",
        "method": "the method, in our words",
        "flow": "name of the flow in dysts",
        "measure": "smape, from 0 to 200",
        "value": "value of the measure",
        "setting": "what was forecast",
        "source": "where the number stands; of a repository, with its commit",
    }
    remedy: ClassVar[str] = COMMITTED


def published_forecasts(scores: pd.DataFrame) -> pd.DataFrame:
    """Published scores as text, three digits each: a row per method and setting, a column per measure, the least error first.

    Args:
        scores: rows of :class:`PublishedForecasts`.
    """
    by = ["paper", "flow", "method", "setting", "source"]
    wide = scores.sort_values("value").pivot(index=by, columns="measure", values="value")
    order = pd.MultiIndex.from_frame(scores.sort_values("value")[by]).unique()
    texts = wide.loc[order].map(lambda value: "–" if pd.isna(value) else f"{value:.3g}").reset_index()
    return texts[["flow", "method", *wide.columns, "setting", "paper", "source"]].rename(columns={"smape": "sMAPE"})
