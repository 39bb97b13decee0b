"""Forecasts of chaotic flows that others published."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from pathlode.artefacts import COMMITTED, TableFile
from pathlode.column_kinds import Text


@dataclass(frozen=True)
class PublishedForecasts(TableFile):
    """Scores of forecasts that others published, one row per paper, method, flow and setting."""

    columns: ClassVar[Mapping[str, str]] = {
        "paper": Text("authors and year"),
        "method": Text("the method, in our words"),
        "flow": Text("name of the flow in dysts"),
        "measure": Text("smape, from 0 to 200"),
        "value": "value of the measure",
        "setting": Text("what was forecast"),
        "source": Text("where the number stands; of a repository, with its commit"),
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
