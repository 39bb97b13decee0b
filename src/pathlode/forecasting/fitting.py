"""The fit of a forecaster: an ensemble of models, their noise, and how they compare with predictions without a model."""

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from pathlode import __version__
from pathlode.core.context import Context
from pathlode.core.observed import Observed
from pathlode.core.series import TimeSeries
from pathlode.errors import DivergenceError
from pathlode.files import digest
from pathlode.forecasting import defaults
from pathlode.forecasting.comparison import errors_beside_simple, warn_if_beaten
from pathlode.forecasting.coverage import widths
from pathlode.forecasting.ensemble import Ensemble
from pathlode.forecasting.queries import input_columns
from pathlode.forecasting.weighting import Candidates
from pathlode.models.noise import learn_noise
from pathlode.registry import LOSSES
from pathlode.training.experiment import Experiment

if TYPE_CHECKING:
    from pathlode.forecasting.forecaster import Forecaster

COVERED = 0.9
"""Level at which intervals cover held-out series as stated; at others they do as far as a normal distribution fits."""


def fitted_ensemble(given: "Forecaster", series: TimeSeries, folder: Path) -> Ensemble:
    """The models that are fitted to series; those whose training diverged are left out.

    Args:
        given: the settings.
        series: what was observed.
        folder: folder of checkpoints.

    Raises:
        DataError: if nothing can be learnt from the series.
        DivergenceError: if the training of every member diverged.
    """
    data = defaults.split(series, given.seed)
    identity = _identity(given, series)
    experiment = experiment_of(given, data.training)
    defaults.refuse_unreadable(series, experiment.sizes["static"], experiment.sizes["inputs"])
    defaults.log_unread(experiment)
    weight = _weight(given, experiment, data, folder, identity)
    experiment = replace(experiment, weight=weight, seeds=[given.seed + number for number in range(given.members)])
    found = experiment.run(data, folder, identity, "fitting", given.device, strict=False)
    usable = (~found.diverged).nonzero()[:, 0].tolist()
    if not usable:
        raise DivergenceError("the training of every member diverged: give a smaller learning_rate")
    lowest = torch.stack([row.mse for row in found.history]).nan_to_num(nan=torch.inf).amin(dim=0)
    layout = None if series.layout is None else replace(series.layout, labels=None)
    model = found.model.chosen(usable)
    learn_noise(model, data.validation, level=COVERED)
    compared = errors_beside_simple(model, data.validation)
    warn_if_beaten(compared, data.validation)
    found_widths = widths(model, data.validation, COVERED)
    return Ensemble(model, lowest[usable].tolist(), weight, layout, input_columns(series), compared, found_widths)


def experiment_of(given: "Forecaster", training: TimeSeries) -> Experiment:
    """The training of one member, whose weight is still to be chosen."""
    unit = {"time_unit": given.time_unit or defaults.time_unit(training)}
    sizes = defaults.model_settings(training) | unit | dict(given.model)
    parts = {name: sizes.pop(name) for name in ("field", "decoder", "input") if name in sizes}
    return Experiment(
        seeds=[given.seed],
        sizes=sizes,
        train=defaults.training_settings(training, given.steps) | dict(given.train),
        encoder=given.encoder,
        loss=given.loss,
        learning_rate=given.learning_rate,
        views=given.views,
        **parts,
    )


def _weight(given: "Forecaster", experiment: Experiment, data: Observed, folder: Path, identity: str) -> float:
    if given.weight is not None or not LOSSES[given.loss].penalised:
        return 1.0 if given.weight is None else given.weight
    steps = max(20, given.steps // 3)
    shorter = replace(experiment, train={**experiment.train, "steps": steps, "validate_every": max(1, steps // 5)})
    return Candidates(shorter, seed=given.seed).choose(data, folder, identity, given.device)


def _identity(given: "Forecaster", series: TimeSeries) -> str:
    """Digest of all that the result depends on."""
    known = series.context or Context()
    content = hashlib.sha256()
    for part in (series.times, series.values, known.static, known.input_times, known.inputs):
        if part is not None:
            content.update(part.numpy(force=True).tobytes())
    settings = {name: str(value) for name, value in given.settings.items()}
    return digest({"settings": settings, "data": content.hexdigest(), "version": __version__})
