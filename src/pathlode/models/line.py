"""A straight line through each series."""

from pathlode.models.contract import SequenceModel
from pathlode.models.observations import Observations, Query
from pathlode.models.prediction import Prediction


class Line(SequenceModel):
    """x(t) = a + b (t - t_1), by least squares through a feature's observations of the series that is predicted.

    A feature with one observation is constant, and one without any is predicted by its mean over the training data. Nothing is
    learnt from other series, and all members agree.

    Args:
        config: only the number of features has an effect.
        seeds: one stacked member per seed.

    Source: ours, as the least that an extrapolation must beat.
    """

    @property
    def reads_gaps(self) -> bool:
        return True

    def predicted(self, given: Observations, query: Query) -> Prediction:
        origin = given.start[..., None]
        elapsed, asked = ((part - origin)[..., None].to(given.values) for part in (given.times, query.times))
        seen = given.values.isfinite()
        number = seen.sum(dim=2, keepdim=True).clamp_min(1)
        middle = elapsed.where(seen, 0.0).sum(dim=2, keepdim=True) / number
        level = given.values.where(seen, 0.0).sum(dim=2, keepdim=True) / number
        apart = (elapsed - middle).where(seen, 0.0)
        rise = (apart * (given.values - level).where(seen, 0.0)).sum(dim=2, keepdim=True)
        spread = apart.square().sum(dim=2, keepdim=True)
        slope = (rise / spread).where(spread > 0, 0.0)
        predicted = level + slope * (asked - middle)
        return Prediction(values=predicted.where(seen.any(dim=2, keepdim=True), self.mean.to(predicted)))
