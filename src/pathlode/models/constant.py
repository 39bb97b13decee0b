"""A baseline without training: mean and last value."""

import torch

from pathlode.core.shapes import Mask, Values
from pathlode.models.contract import SequenceModel
from pathlode.models.observations import Observations, Query
from pathlode.models.prediction import Prediction


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

    def predicted(self, given: Observations, query: Query) -> Prediction:
        if given.mask is None:
            within = (query.times <= given.last)[..., None]
            mean, last = given.values.mean(dim=2, keepdim=True), given.values[:, :, -1:]
        else:
            end = given.times[..., None].where(given.mask, -torch.inf).amax(dim=2, keepdim=True)  # of each feature
            within = query.times[..., None] <= end
            mean, last = self._mean_and_last(given.values, given.mask)
        return Prediction(values=torch.where(within, mean, last))

    def _mean_and_last(self, values: Values, mask: Mask) -> tuple[Values, Values]:
        """Of each trajectory's observations, each (member, batch, 1, feature)."""
        number = mask.sum(dim=2, keepdim=True)
        mean = values.where(mask, 0.0).sum(dim=2, keepdim=True) / number
        places = torch.arange(mask.shape[2], device=mask.device)[:, None].where(mask, 0).amax(dim=2, keepdim=True)
        unknown = self.mean.to(values.dtype)
        return mean.where(number > 0, unknown), values.gather(2, places).where(number > 0, unknown)
