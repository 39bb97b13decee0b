"""Export of a trained encoder to a file that runs without this package."""

import json
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.export import Dim

from pathlode.core.masks import padded
from pathlode.files import writing
from pathlode.models.contract import SequenceModel
from pathlode.models.observations import Observations


class OneEncoder(nn.Module):
    """The encoder of one member of a stack, as a function of one batch.

    Args:
        model: a stack.
        member: the member's index.
        missing: whether values may be NaN, and series padded with NaN; complete series are read faster without.
    """

    def __init__(self, model: SequenceModel, member: int, missing: bool = False) -> None:
        super().__init__()
        self.model, self.missing = model.member(member), missing

    def forward(self, times: Tensor, values: Tensor) -> Tensor:
        """z0, (batch, latent), from increasing times (batch, time) and values (batch, time, feature), unchecked."""
        times, values = times[None], values[None]
        given = Observations(padded(times), values, ~values.isnan()) if self.missing else Observations(times, values)
        return self.model.encoded(given).z0[0]


def export_encoder(model: SequenceModel, member: int, path: Path, missing: bool = False, **extra: Any) -> None:
    """Writes a member's encoder as a program of ``torch.export``, for any batch and any number of observations from two on.

    ``torch.export.load(path).module()(times, values)`` then gives z0 in the model's precision. Times and values are in that of
    its training data.

    Args:
        model: a stack with the encoder ``interpolation``. Recurrent encoders are unrolled in time, which fixes the number of
            observations.
        member: the member's index.
        path: file to write, by convention ``.pt2``.
        missing: whether the program also reads missing values and padding, as NaN; complete series are read faster without.
        extra: plain values to store with it, each as ``<name>.json`` among the ``extra_files`` of ``torch.export.load``.
    """
    features = model.config.features
    example = torch.arange(12).reshape(3, 4).to(model.mean), torch.zeros(3, 4, features).to(model.mean)
    axes = {0: Dim("batch", min=1), 1: Dim("time", min=2)}
    program = torch.export.export(OneEncoder(model, member, missing).eval(), example, dynamic_shapes=(axes, axes))
    with writing(path) as temporary:
        torch.export.save(program, temporary, extra_files={f"{name}.json": json.dumps(extra[name]) for name in extra})
