"""The data of a training: series to fit, and series that choose the best weights."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlode.core.series import TimeSeries


@dataclass(frozen=True)
class Observed:
    """The data that a stack of models is trained on.

    Attributes:
        training: observations to fit.
        validation: observations that choose the best weights.
        owners: if the series hold several sets, the index of each member's set; by default one set a member, in order.
    """

    training: "TimeSeries"
    validation: "TimeSeries"
    owners: Sequence[int] | None = None
