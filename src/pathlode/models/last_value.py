"""Persistence: the last observed value."""

import torch

from pathlode.core.filling import last_observed
from pathlode.models.contract import SequenceModel
from pathlode.models.observations import Observations, Query
from pathlode.models.prediction import Prediction


class LastValue(SequenceModel):
    """x(t) = the last value that was observed at t or before it.

    Each feature has its own observations. Before the first of them it is predicted by that first one, and a feature without any
    by its mean over the training data. Nothing is learnt, and all members agree.

    Args:
        config: only the number of features has an effect.
        seeds: one stacked member per seed.

    Source: ours, as the forecast that is hardest to beat over short times.
    """

    @property
    def reads_gaps(self) -> bool:
        return True

    def predicted(self, given: Observations, query: Query) -> Prediction:
        known = given.values
        if given.mask is not None:
            when, before = last_observed(given.times, known, given.mask)
            later, after = last_observed(given.times, known, given.mask, reverse=True)
            mean = self.mean.to(known.dtype).expand(known.shape)
            known = before.where(when.isfinite(), after.where(later.isfinite(), mean))
        places = torch.searchsorted(given.times.contiguous(), query.times.contiguous(), right=True) - 1
        places = places.clamp_min(0)[..., None].expand(*query.times.shape, known.shape[-1])
        return Prediction(values=known.gather(2, places))
