"""Outcomes of whole series, one class or number each, that train a model's head together with the model."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from pathlode.core.series import TimeSeries
from pathlode.core.shapes import PerMember
from pathlode.core.tables.convert import as_numbers
from pathlode.errors import ConfigError, DataError
from pathlode.models.contract import SequenceModel


@dataclass(frozen=True)
class Outcomes:
    """What whole series are, where it is known. Training adds ``weight`` times the head's loss to the loss of the values.

    The loss of classes is the mean cross-entropy; that of a number y is the mean of ½ ((y - ŷ) / std)², with the standard
    deviation over the training series. The validation error that chooses the best weights gets the same sum. The head reads z0
    alone, so z0 learns to predict the outcome.

    Args:
        training: (series,) or (set, series): numbers, or classes 0, 1, 2 ...; NaN where it is not known.
        validation: the same of the validation series.
        weight: at least 0.

    Raises:
        ConfigError: if the weight is negative.
        DataError: if outcomes are no numbers.
    """

    training: Tensor
    validation: Tensor
    weight: float = 1.0

    def __post_init__(self) -> None:
        if not self.weight >= 0:
            raise ConfigError(f"the weight of the outcomes is {self.weight}, expected at least 0")
        for name in ("training", "validation"):
            object.__setattr__(self, name, as_numbers(getattr(self, name), f"{name} outcomes"))

    def loss(self, model: SequenceModel, predicted: Tensor, known: Tensor) -> PerMember:
        """The weighted loss of the head, (member,).

        Args:
            model: the model, for its units.
            predicted: the output of its head, (member, batch, head), see :class:`pathlode.models.prediction.Prediction`.
            known: outcomes, (batch,) or (member, batch).
        """
        known = known.expand(predicted.shape[:2])
        here = known.isfinite()
        if model.config.head == 1:
            error = (predicted[..., 0] - known) / model.outcome_std[..., 0]
            each = 0.5 * error.where(here, 0.0).square()
        else:
            classes = known.where(here, 0.0).long()
            each = cross_entropy(predicted.movedim(-1, 1), classes, reduction="none").where(here, 0.0)
        return (self.weight * each.sum(dim=1) / here.sum(dim=1).clamp_min(1)).to(predicted.dtype)


def prepared(
    outcomes: Outcomes | None,
    model: SequenceModel,
    training: TimeSeries,
    validation: TimeSeries,
    owners: Sequence[int] | None,
) -> Outcomes | None:
    """Outcomes on the model's device, checked; None for a model without a head. Sets the model's unit of a number.

    Args:
        outcomes: what the series are.
        model: the stack.
        training: training series.
        validation: validation series.
        owners: the index of each member's set of series; None for one set.

    Raises:
        ConfigError: if there are outcomes and no head, or a head and no outcomes.
        DataError: if outcomes do not fit the series, or are no classes of the head, or none is known.
    """
    head = model.config.head
    if outcomes is None and not head:
        return None
    if outcomes is None:
        raise ConfigError(
            "the model has a head, but no outcomes are given: give Trainer(..., outcomes=Outcomes(...)), or set head to 0"
        )
    if not head:
        raise ConfigError("outcomes are given, but the model has no head: set head of ModelConfig")
    if "latent" not in model.offers:
        raise ConfigError(
            f"{type(model).__name__} has no z0, from which a head could predict an outcome: choose another model"
        )
    for series, known in ((training, outcomes.training), (validation, outcomes.validation)):
        _refuse(known, series, head)
    device = model.mean.device
    ours = Outcomes(outcomes.training.to(device), outcomes.validation.to(device), outcomes.weight)
    if head == 1:
        own = ours.training if owners is None else ours.training[torch.tensor(owners)]
        units = _units(own.double().expand(len(model.seeds), -1))
        for name, unit in zip(("outcome_mean", "outcome_std"), units, strict=True):
            setattr(model, name, unit.view(-1, 1, 1))
    return ours


def _units(known: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation of each row, where known; a deviation of 0 is 1."""
    here = known.isfinite()
    number = here.sum(dim=1).clamp_min(1)
    mean = known.where(here, 0.0).sum(dim=1) / number
    std = ((known - mean[:, None]).where(here, 0.0).square().sum(dim=1) / number).sqrt()
    return mean, std.where(std > 0, 1.0)


def _refuse(known: Tensor, series: TimeSeries, head: int) -> None:
    if known.shape != series.times.shape[:-1]:
        raise DataError(
            f"{series.name}: outcomes of shape {tuple(known.shape)} do not fit series of {tuple(series.times.shape[:-1])}, "
            "expected one for each series"
        )
    if not known.isfinite().any() or known.isinf().any():
        raise DataError(
            f"{series.name}: outcomes are infinite, or none is known; expected numbers, and NaN for some at most"
        )
    if head > 1:
        wrong = known.isfinite() & ((known != known.round()) | (known < 0) | (known >= head))
        if wrong.any():
            place = wrong.nonzero()[0].tolist()
            raise DataError(
                f"{series.name}: the outcome of series {place[-1]} is {known[tuple(place)].item():g}, expected a class from 0 "
                f"to {head - 1}: head of ModelConfig is {head}"
            )
