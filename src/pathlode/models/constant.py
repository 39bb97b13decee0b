"""A baseline without training: mean and last value."""

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from pathlode.core.shapes import Times, Values
from pathlode.models.contract import Prediction, SequenceModel

if TYPE_CHECKING:
    from pathlode.core.solve import Adaptive, FixedStep


class Constant(SequenceModel):
    """x(t) is the mean of a trajectory's observations until the last of them, and the last observed value from then on.

    The baseline learns nothing: a trained model that does worse has learnt nothing useful. All members agree.

    Args:
        config: only the number of features has an effect.
        seeds: one stacked member per seed.
    """

    def forward(
        self,
        times: Times,
        values: Values,
        query: Times | None = None,
        *,
        noise: Tensor | None = None,
        solver: "FixedStep | Adaptive | None" = None,
        estimate_error: bool = False,
        check: bool = True,
    ) -> Prediction:
        times, values = self._stack(times, values, check)
        query = self._asked(query, times, check)
        seen = (query <= times[..., -1:])[..., None]
        return Prediction(values=torch.where(seen, values.mean(dim=2, keepdim=True), values[:, :, -1:]))
