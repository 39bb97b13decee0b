"""Export of a trained encoder to a file that runs without this package."""

import json
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.export import Dim

from pathlode.files import writing
from pathlode.models.contract import SequenceModel


class OneEncoder(nn.Module):
    """The encoder of one member of a stack, as a function of one batch.

    Args:
        model: a stack.
        member: the member's index.
    """

    def __init__(self, model: SequenceModel, member: int) -> None:
        super().__init__()
        self.model = model.member(member)

    def forward(self, times: Tensor, values: Tensor) -> Tensor:
        """z0, (batch, latent), from increasing times (batch, time) and values (batch, time, feature), unchecked."""
        return self.model.encode(times, values, check=False).z0[0]


def export_encoder(model: SequenceModel, member: int, path: Path, **extra: Any) -> None:
    """Writes a member's encoder as a program of ``torch.export``, for any batch and any number of observations from two on.

    ``torch.export.load(path).module()(times, values)`` then gives z0 in single precision.

    Args:
        model: a stack in single precision, with the encoder ``interpolation``. Recurrent encoders are unrolled in time, which
            fixes the number of observations.
        member: the member's index.
        path: file to write, by convention ``.pt2``.
        extra: plain values to store with it, each as ``<name>.json`` among the ``extra_files`` of ``torch.export.load``.
    """
    features = model.config.features
    example = torch.arange(12.0).reshape(3, 4), torch.zeros(3, 4, features)
    axes = {0: Dim("batch", min=1), 1: Dim("time", min=2)}
    program = torch.export.export(OneEncoder(model, member).eval(), example, dynamic_shapes=(axes, axes))
    with writing(path) as temporary:
        torch.export.save(program, temporary, extra_files={f"{name}.json": json.dumps(extra[name]) for name in extra})
