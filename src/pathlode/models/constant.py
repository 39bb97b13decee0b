"""The least that a model can do: mean and last value."""

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from pathlode.core.shapes import Times, Values
from pathlode.models.contract import Prediction, SequenceModel

if TYPE_CHECKING:
    from pathlode.core.solve import Adaptive, FixedStep


class Constant(SequenceModel):
    """x(t) = mean of a trajectory's observations up to the last of them, and the last observed value from then on.

    Nothing is learnt: a model that does worse has learnt nothing of use. All members agree.

    Args:
        config: of which only the number of features has an effect.
        seeds: one stacked member a seed.
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
