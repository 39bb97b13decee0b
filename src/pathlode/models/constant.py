"""A baseline without training: mean and last value."""

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from pathlode.core.context import Context
from pathlode.core.shapes import Mask, Times, Values
from pathlode.models.contract import SequenceModel
from pathlode.models.prediction import Prediction

if TYPE_CHECKING:
    from pathlode.core.solve import Adaptive, FixedStep


class Constant(SequenceModel):
    """x(t) = the mean of a trajectory's observations until the last of them, and the last observed value from then on.

    Each feature has its own observations. One without any is predicted by its mean over the training data.

    The baseline learns nothing: a trained model that does worse has learnt nothing useful. All members agree.

    Args:
        config: only the number of features has an effect.
        seeds: one stacked member per seed.

    Source: ours, as the least that a model must beat.
    """

    @property
    def reads_gaps(self) -> bool:
        return True

    def forward(
        self,
        times: Times,
        values: Values,
        query: Times | None = None,
        *,
        context: Context | None = None,
        noise: Tensor | None = None,
        solver: "FixedStep | Adaptive | None" = None,
        estimate_error: bool = False,
        backward: bool = False,
        check: bool = True,
    ) -> Prediction:
        given = self._stack(times, values, check, context)
        query = self._asked(query, given, check, backward)
        if given.mask is None:
            within = (query <= given.last)[..., None]
            mean, last = given.values.mean(dim=2, keepdim=True), given.values[:, :, -1:]
        else:
            end = given.times[..., None].where(given.mask, -torch.inf).amax(dim=2, keepdim=True)  # of each feature
            within = query[..., None] <= end
            mean, last = self._mean_and_last(given.values, given.mask)
        return Prediction(values=torch.where(within, mean, last))

    def _mean_and_last(self, values: Values, mask: Mask) -> tuple[Values, Values]:
        """Of each trajectory's observations, each (member, batch, 1, feature)."""
        number = mask.sum(dim=2, keepdim=True)
        mean = values.where(mask, 0.0).sum(dim=2, keepdim=True) / number
        places = torch.arange(mask.shape[2], device=mask.device)[:, None].where(mask, 0).amax(dim=2, keepdim=True)
        unknown = self.mean.to(values.dtype)
        return mean.where(number > 0, unknown), values.gather(2, places).where(number > 0, unknown)
