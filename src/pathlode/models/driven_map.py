"""What maps in closed form have in common: they are driven by the observations, and then by their own predictions."""

from abc import abstractmethod
from collections.abc import Sequence

import torch
from torch import Tensor

from pathlode.core.series import TimeSeries
from pathlode.core.shapes import State, States
from pathlode.models.observations import Observations, Query
from pathlode.models.on_grid import OnGrid
from pathlode.models.prediction import Prediction


class DrivenMap(OnGrid):
    """A map from one point of the grid to the next, fitted by least squares to all neighbouring points of the training data.

    Up to the last observation of a series, the prediction at each point is that from the observation at the point before. From
    then on the map is iterated. Grid, arguments, attributes and errors are those of
    :class:`pathlode.models.on_grid.OnGrid`.

    Cost: a loop in Python over the points of the grid, for all members and series at once.
    """

    @abstractmethod
    def rest(self, batch: int) -> State:
        """The internal state before the first observation, (member, batch, state)."""

    @abstractmethod
    def moved(self, state: State, x: State, seen: Tensor) -> State:
        """The internal state at the next point.

        Args:
            state: at the point before the present one, (member, batch, state).
            x: the observation at the present point, or else its prediction, (member, batch, feature), in standard deviations.
            seen: whether it is an observation, (member, batch, 1).
        """

    @abstractmethod
    def read(self, state: State) -> State:
        """The prediction from the internal state, (member, batch, feature)."""

    @abstractmethod
    def fit_to(self, observed: States, inside: Tensor) -> None:
        """Fits the map to observations on the grid, (member, batch, point, feature), where they lie inside their series."""

    @torch.no_grad()
    def fit(self, series: TimeSeries, owners: Sequence[int] | None = None) -> None:
        super().fit(series, owners)
        own = slice(None) if owners is None else list(owners)
        times, values = (part[own] if series.sets else part for part in (series.times, series.values))
        self.fit_to(*self._on_grid(self._stack(times, values, check=False)))

    def predicted(self, given: Observations, query: Query) -> Prediction:
        observed, inside = self._on_grid(given)
        x, seen, state = observed[:, :, 0], inside[:, :, 0], self.rest(observed.shape[1])
        path = [x]
        for point in range(1, self._points(query.times, given)):
            state = self.moved(state, x, seen)
            x = self.read(state)
            path.append(x)
            seen = inside[:, :, point] if point < inside.shape[2] else torch.zeros_like(seen)
            if point < inside.shape[2]:
                x = observed[:, :, point].where(seen, x)
        return Prediction(values=self._between(torch.stack(path, dim=2), query.times, given))


def ridge(gram: Tensor, products: Tensor, number: Tensor, share: float) -> Tensor:
    """(G / n + λ I)^{-1} P / n: least squares with a penalty λ of squared coefficients, for all members.

    Args:
        gram: G = Σ u uᵀ of the inputs u, (member, input, input).
        products: P = Σ u vᵀ of inputs and outputs v, (member, input, output).
        number: n, how many there are, (member, 1, 1).
        share: λ.
    """
    unit = torch.eye(gram.shape[-1], dtype=gram.dtype, device=gram.device)
    return torch.linalg.solve(gram / number + share * unit, products / number)
