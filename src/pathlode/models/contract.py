"""The interface of models: a stack of models of irregular time series, one per seed."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, NoReturn

import torch
from torch import Tensor, nn

from pathlode.core.context import Context
from pathlode.core.series import TimeSeries
from pathlode.core.shapes import Jacobians, Latent, Starts, States, Times, Values
from pathlode.errors import ConfigError
from pathlode.models.context import ContextReader
from pathlode.models.observations import Observations, Query, Reader
from pathlode.models.prediction import Encoding, Prediction
from pathlode.models.stack import ModelStack
from pathlode.models.units import units_of, units_of_context

if TYPE_CHECKING:
    from pathlode.core.solve import Adaptive, FixedStep  # not all models solve an ODE


class SequenceModel(ModelStack, ABC):
    """A stack of models, one per seed, that are fitted and predict together. Each parameter's first axis is the member.

    A model reads observations of a trajectory and predicts the trajectory at any time from the first time on; on request also
    before it. Missing values are NaN, and so is the padding at the end of a short trajectory
    (:class:`pathlode.core.series.TimeSeries`). The prediction at padding is that for the trajectory's last time.

    Values and times are standardised by the units that :class:`pathlode.models.stack.ModelStack` keeps; :meth:`standardise`
    sets them. They are taken off before numbers are rounded to the type of the weights. So values and times may be large beside
    their differences. Predictions have the type of the values.

    Arguments, attributes and errors are those of :class:`pathlode.models.stack.ModelStack`.
    """

    offers: ClassVar[frozenset[str]] = frozenset()
    """What the model offers, as words of :data:`pathlode.parts.OFFERS`; its line in the registry lists the same words."""

    @property
    def reads_gaps(self) -> bool:
        """Whether some features may be missing at times at which others are observed."""
        return False

    def standardise(self, series: TimeSeries, owners: Sequence[int] | None = None) -> None:
        """Sets each member's mean and standard deviation, of the times and of each feature, from its training data.

        A feature that is constant keeps its unit.

        Args:
            series: one set of trajectories for all members, or several sets.
            owners: the index of each member's set, as in :class:`pathlode.core.observed.Observed`.

        Raises:
            DataError: if the model cannot read the series.
        """
        self.check(series)
        own = slice(None) if owners is None else torch.tensor(owners, device=series.times.device)
        units = units_of(series, self.config.elapsed) | units_of_context(series)
        for name in units.keys() & set(self.unit_names):
            unit = units[name]
            setattr(self, name, unit[own].expand(len(self.seeds), *unit.shape[1:]).to(self.mean.device).clone())
        self.noise, self.leverage = nn.Buffer(torch.zeros_like(self.std)), nn.Buffer(torch.zeros_like(self.std))
        self.dates = series.dates
        self.counts = series.counts

    def check(self, series: TimeSeries) -> None:
        """Refuses series that the model cannot read.

        Raises:
            DataError: if the features are not as many as the model's, times are too close for its floating-point type, or
                values are missing and the model does not read gaps, or context that the model reads is lacking.
        """
        self._reader.check(series)

    def fit(self, series: TimeSeries, owners: Sequence[int] | None = None) -> None:
        """Fits a model without ``training`` to training data in closed form: sets the units and all that the model estimates.

        Raises:
            ConfigError: if the model is trained instead.
        """
        if "training" in self.offers:
            raise ConfigError(f"{type(self).__name__} has no closed form: train it with pathlode.Trainer")
        self.standardise(series, owners)

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
        """Predicts at the query times (by default the observed ones) from the observations.

        Args:
            times: observation times, (batch, time) or (member, batch, time): tensors or arrays of numbers or, as in training,
                of dates.
            values: observations, (batch, time, feature) or (member, batch, time, feature): tensors or arrays.
            query: times to predict at; not before a trajectory's first time without ``backward``.
            context: what else is known of the trajectories, for a model that reads it, as ``series.context``.
            noise: standard normal draws, (member, batch, :meth:`draws`), for a model that samples in training. Without them
                the model predicts from its mean, or the mean of samples that its seeds fix.
            solver: as in :func:`pathlode.core.solve.solve`, for a model with an ODE.
            estimate_error: whether to estimate the solver's error in the values.
            backward: whether query times may lie before a trajectory's first time. A model with an ODE integrates it back
                from there.
            check: whether to validate observations and query times.

        Raises:
            DataError: if observations or query times cannot be used.
        """
        given = self._stack(times, values, check, context)
        asked = self._reader.query(query, given, check, backward)
        return self.predicted(given, Query(asked, noise, solver, estimate_error, backward, check))

    @abstractmethod
    def predicted(self, given: Observations, query: Query) -> Prediction:
        """The prediction of :meth:`forward` from checked observations."""

    def draws(self, steps: int) -> int:
        """Standard normal draws per trajectory and training step; the trainer takes them from the member's own stream.

        Args:
            steps: steps of the solver.
        """
        return 0

    @property
    def parameters_per_member(self) -> int:
        """Number of one member's parameters that a prediction uses."""
        return sum(parameter.numel() for parameter in self.parameters()) // len(self.seeds)

    def encode(self, times: Times, values: Values, check: bool = True, *, context: Context | None = None) -> Encoding:
        """z0 of every trajectory from its observations, with the arguments of :meth:`forward`; for models with ``latent``."""
        return self.encoded(self._stack(times, values, check, context))

    def encoded(self, given: Observations) -> Encoding:
        """z0 of every trajectory from checked observations; for models with ``latent``."""
        self._lacks("latent")

    def outcome(self, z0: Latent) -> Tensor | None:
        """The head's prediction for each trajectory, (member, batch, head): a number or logits of classes; None without one."""
        return None

    def values_from(
        self,
        z0: Latent,
        start: Starts,
        query: Times,
        solver: "FixedStep | Adaptive | None" = None,
        *,
        context: Context | None = None,
    ) -> Values:
        """Predicted observations, (member, batch, time, feature), from latent vectors; for models with ``latent``.

        A model whose predictions depend on more of the observations than z0 predicts from its prior.

        Args:
            z0: latent vectors, (member, batch, latent).
            start: times of the first observations, (member, batch).
            query: times from then on, (member, batch, time).
            solver: as in :meth:`forward`.
            context: as in :meth:`forward`.
        """
        self._lacks("latent")

    def latent_at_start(self, z0: Latent) -> Latent:
        """The latent path's first point for latent vectors z0, (member, batch, latent); for models with ``path``."""
        self._lacks("path")

    def velocity(self, prediction: Prediction) -> States:
        """dh/dτ along a prediction's states, (member, batch, time, state); for models with ``field``."""
        self._lacks("field")

    def jacobian(self, prediction: Prediction) -> Jacobians:
        """∂(dh/dτ)/∂h along a prediction's states, (member, batch, time, state, state); for models with ``jacobian``.

        The first of the two last axes is the component of dh/dτ, the second that of h.
        """
        self._lacks("jacobian")

    def forced(
        self,
        times: Times,
        values: Values,
        rate: float,
        *,
        solver: "FixedStep",
        context: Context | None = None,
        noise: Tensor | None = None,
    ) -> Prediction:
        """Predicts the observations of a training step while they draw the state to themselves; for models with ``forcing``.

        Args:
            times: as in :meth:`forward`, not checked.
            values: as in :meth:`forward`, not checked.
            rate: κ, with which a state that is Δ units of τ old is drawn to an observation x: h ← h + (1 - e^{-κΔ}) (x - h).
            solver: its steps are those from the first time to the last.
            context: as in :meth:`forward`.
            noise: as in :meth:`forward`.
        """
        return self.predicted_forced(self._stack(times, values, False, context), rate, solver, noise)

    def predicted_forced(
        self, given: Observations, rate: float, solver: "FixedStep", noise: Tensor | None
    ) -> Prediction:
        """The prediction of :meth:`forced` from stacked observations; for models with ``forcing``."""
        self._lacks("forcing")

    def _lacks(self, offer: str) -> NoReturn:
        raise ConfigError(f"{type(self).__name__} does not offer {offer!r}: it has {', '.join(sorted(self.offers))}")

    @property
    def _reader(self) -> Reader:
        context = ContextReader(len(self.seeds), self.config.static, self.config.inputs, self.mean.device)
        sizes = len(self.seeds), self.config.features
        return Reader(*sizes, self.dtype, self.reads_gaps, self.dates, self.mean.device, context)

    def _stack(self, times: Times, values: Values, check: bool, context: Context | None = None) -> Observations:
        """Observations with a member axis, checked as in :meth:`pathlode.models.observations.Reader.observations`."""
        return self._reader.observations(times, values, check, context)
