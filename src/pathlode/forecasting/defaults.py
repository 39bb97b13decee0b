"""Settings that follow from the data."""

import logging
from collections.abc import Mapping
from typing import Any

import torch

from pathlode.core.checks import check_resolution
from pathlode.core.observed import Observed
from pathlode.core.series import TimeSeries
from pathlode.errors import DataError
from pathlode.forecasting.queries import naming
from pathlode.models.context import ContextReader
from pathlode.registry import FIELDS
from pathlode.training.batches import refuse_unusable
from pathlode.training.experiment import Experiment

logger = logging.getLogger(__name__)

FEWEST_SERIES = 4
"""Fewest series to fit: a batch needs two, and two are held out."""
SHARE_HELD_OUT = 0.25
"""Share of the series that are held out for validation."""
MOST_HELD_OUT = 256
"""More series do not make validation noticeably better, but slower."""
WINDOW = 10.0
"""Duration, in units of the model's time, of nearly all series."""
NEARLY_ALL = 0.9
"""Share of the series that last no longer than :data:`WINDOW`."""
LARGEST_BATCH = 32
"""Most series per optimiser step."""


def split(series: TimeSeries, seed: int) -> Observed:
    """Training and validation series, drawn at random.

    Raises:
        DataError: if there are too few series, or nothing can be learnt from them.
    """
    if len(series) < FEWEST_SERIES:
        raise DataError(
            f"{series.name} has {len(series)} series, expected at least {FEWEST_SERIES}, as some are held out: split long "
            "ones, or record more"
        )
    refuse_unusable(series, series)
    empty = series.values.isnan().flatten(0, -2).all(dim=0).nonzero()[:, 0].tolist()
    if empty:
        name = f"feature {empty[0]}" if series.layout is None else f"column {series.layout.values[empty[0]]!r}"
        raise DataError(f"{series.name}: {name} has no value in any series, so it cannot be predicted: leave it out")
    held_out = min(MOST_HELD_OUT, max(2, round(SHARE_HELD_OUT * len(series))))
    order = torch.randperm(len(series), generator=torch.Generator().manual_seed(seed))
    return Observed(series[order[held_out:].sort().values], series[order[:held_out].sort().values])


def time_unit(series: TimeSeries) -> float:
    """The duration of one unit of the model's time: then nearly all series last at most :data:`WINDOW` units."""
    times = series.times.double()
    durations = times.nan_to_num(nan=-torch.inf).amax(dim=-1) - times[:, 0]
    return float(durations[durations > 0].quantile(NEARLY_ALL)) / WINDOW


def model_settings(series: TimeSeries) -> dict[str, Any]:
    """Sizes of the model and what it reads, as in :class:`pathlode.models.settings.ModelConfig`: larger for more features.

    It reads all static covariates and known inputs that the series have. With inputs its field takes a context.
    """
    hidden = min(32, max(10, 2 * series.features))
    sizes = {"hidden": hidden, "latent": hidden, "width": 2 * hidden, "encoder_hidden": 32}
    read = {"gaps": True, "elapsed": True, "static": covariates(series), "inputs": known_inputs(series)}
    return sizes | read | ({"field": "controlled"} if series.inputs is not None else {})


def covariates(series: TimeSeries) -> int:
    """Number of static covariates."""
    return 0 if series.static is None else series.static.shape[-1]


def known_inputs(series: TimeSeries) -> int:
    """Number of known inputs."""
    return 0 if series.inputs is None else series.inputs.features


def refuse_unreadable(series: TimeSeries, static: int, inputs: int) -> None:
    """Refuses series that models cannot read, by their labels, before some of them are held out.

    Args:
        series: to fit.
        static: covariates that the models read.
        inputs: inputs that they read.

    Raises:
        DataError: if two times of a series are equal in single precision, a covariate is missing, or its inputs do not cover
            its times.
    """
    with naming(series):
        check_resolution(series.times, series.times[..., 0], torch.float32)
        ContextReader(1, static, inputs, torch.device("cpu")).check(series.context, series.times)


def log_unread(experiment: Experiment) -> None:
    """Says how static covariates reach the solution if the field does not read them."""
    if experiment.sizes["static"] and not FIELDS[experiment.field].takes_context:
        logger.info(
            "the field %r reads no static covariates: they reach the solution through the encoder and z0; a field that takes a "
            "context, such as controlled, reads them all along, but is slower: model={'field': 'controlled'}",
            experiment.field,
        )


def training_settings(series: TimeSeries, steps: int) -> dict[str, Any]:
    """Settings of the training, as in :class:`pathlode.training.settings.TrainingConfig`."""
    batch = min(LARGEST_BATCH, len(series))
    return {"steps": steps, "batch": batch, "validate_every": max(1, steps // 20), "solver_steps": 8}


DEFAULT_VIEWS: Mapping[str, Any] = {"later": 0.5, "subsets": 0.5, "share": (0.3, 1.0)}
"""What the encoder sees in training. Series begin later, up to their middle, so that a few show many initial states. In every
other step it sees a random part of the observations, so that their number may differ."""
