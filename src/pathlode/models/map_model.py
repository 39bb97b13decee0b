"""What trained maps have in common: iterates from the first observation, free or drawn to the observations."""

from abc import abstractmethod

import torch
from torch import Tensor

from pathlode.core.shapes import State
from pathlode.core.solve import FixedStep
from pathlode.models.observations import Observations, Query
from pathlode.models.on_grid import OnGrid
from pathlode.models.prediction import Prediction
from pathlode.models.teacher_forcing import drawn_share, drawn_to


class MapModel(OnGrid):
    """z(t_1 + (k + 1) δ) = F(z(t_1 + k δ)), whose first components are what is observed, in standard deviations.

    A subclass gives F by :meth:`step`, and the first state by :meth:`first_state`. Only the first observation has an effect on
    a prediction. Training draws z to the observations with ``forcing`` of
    :class:`pathlode.training.settings.TrainingConfig`. Grid, arguments, attributes and errors are those of
    :class:`pathlode.models.on_grid.OnGrid`.

    Cost: a loop in Python over the points of the grid.
    """

    offers = frozenset({"training", "forcing"})

    @abstractmethod
    def step(self, z: State) -> State:
        """F, (member, batch, state) -> (member, batch, state)."""

    @abstractmethod
    def first_state(self, x: State) -> State:
        """z at the first observation x, (member, batch, feature) -> (member, batch, state); its first components are x."""

    def predicted(self, given: Observations, query: Query) -> Prediction:
        z = self.first_state(self._first(given))
        path = [z]
        for _ in range(1, self._points(query.times, given)):
            path.append(self.step(path[-1]))
        seen = torch.stack(path, dim=2)[..., : self.config.features]
        return Prediction(values=self._between(seen, query.times, given))

    def predicted_forced(self, given: Observations, rate: float, solver: FixedStep, noise: Tensor | None) -> Prediction:
        """As :meth:`pathlode.models.contract.SequenceModel.forced`: after each step, z_f ← z_f + α (x_f - z_f) for all observed
        components f, with α = 1 - e^{-κδ} and δ in units of τ. A prediction is z before that.

        Source: Hess et al. 2023, Generalized teacher forcing for learning chaotic dynamics (https://arxiv.org/abs/2306.04406).
        """
        observed, inside = self._on_grid(given)
        share = drawn_share(rate, self.gap, self.config.time_unit)
        z, features = self.first_state(observed[:, :, 0]), self.config.features
        path = [z[..., :features]]
        for point in range(1, max(observed.shape[2], self._points(given.times, given))):
            z = self.step(z)
            seen = z[..., :features]
            path.append(seen)
            if point < observed.shape[2]:
                drawn = drawn_to(seen, observed[:, :, point], inside[:, :, point], share)
                z = torch.cat([drawn, z[..., features:]], dim=-1)
        return Prediction(values=self._between(torch.stack(path, dim=2), given.times, given))
