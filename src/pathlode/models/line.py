"""A straight line through each series."""

from typing import TYPE_CHECKING

from torch import Tensor

from pathlode.core.context import Context
from pathlode.core.shapes import Times, Values
from pathlode.models.contract import SequenceModel
from pathlode.models.prediction import Prediction

if TYPE_CHECKING:
    from pathlode.core.solve import Adaptive, FixedStep


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
        origin = given.start[..., None]
        elapsed, asked = ((part - origin)[..., None].to(given.values) for part in (given.times, query))
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
