"""All models side by side on the logs of one source."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from pathlode.registry import LOG_MODELS
from pathlode.schedule.real_logs.algoperf import read_algoperf_metrics
from pathlode.schedule.real_logs.artefacts import LogForecasts
from pathlode.schedule.real_logs.multipowerlaw import read_multipowerlaw
from pathlode.schedule.real_logs.questions import Posed, held_out_groups, held_out_schedules, held_out_settings
from pathlode.schedule.real_logs.scores import forecast_scores


def predict_logs(
    source: str, folder: Path, settings: Mapping[str, Any], models: Sequence[str], shares: Sequence[float]
) -> LogForecasts:
    """How well each model predicts the rest of held-out runs.

    Args:
        source: ``multipowerlaw`` or ``algoperf``.
        folder: folder of its files.
        settings: the source's, as in the configuration.
        models: names in :data:`pathlode.registry.LOG_MODELS`.
        shares: shares of the runs that are seen.
    """
    posed = _POSED[source](folder, shares, **settings)
    tables = [forecast_scores(source, name, LOG_MODELS[name](), posed).table for name in models]
    return LogForecasts(pd.concat(tables, ignore_index=True))


def _multipowerlaw(
    folder: Path,
    shares: Sequence[float],
    sizes: Sequence[int],
    past: Sequence[str],
    held_out: Mapping[str, Sequence[str]],
) -> list[Posed]:
    names = [*past, *(name for members in held_out.values() for name in members)]
    runs = [run for size in sizes for run in read_multipowerlaw(folder, size, names)]
    return list(held_out_schedules(runs, past, held_out, shares))


def _algoperf(
    folder: Path, shares: Sequence[float], workloads: Sequence[str], studies: int, past_studies: int
) -> list[Posed]:
    runs = [run for name in workloads for run in read_algoperf_metrics(folder, name, range(studies))]
    past = [run for name in workloads for run in read_algoperf_metrics(folder, name, range(past_studies))]
    return [*held_out_settings(runs, shares), *held_out_groups(runs, past, shares)]


_POSED: dict[str, Callable[..., list[Posed]]] = {"multipowerlaw": _multipowerlaw, "algoperf": _algoperf}
