"""The observed ODE: an ODE of the observed quantities themselves, without encoder and decoder."""

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor

from pathlode.core.fields.contract import VectorField
from pathlode.core.shapes import State, Values
from pathlode.core.solve import FixedStep
from pathlode.errors import ConfigError
from pathlode.models.field_model import FieldModel
from pathlode.models.observations import Observations, Query
from pathlode.models.prediction import Prediction
from pathlode.models.settings import ModelConfig
from pathlode.models.teacher_forcing import drawn_share, drawn_to
from pathlode.parts import needed_of_state


class ObservedODE(FieldModel):
    """dh/dτ = f(h) from the first observation h(τ_1), with h = (x - mean) / std the observed quantities themselves.

    It is a stack of neural ODEs whose state is the data, one per seed:

    * state: h = (x - mean) / std, in standard deviations of the training data;
    * start: h(τ_1) is the first observation, with its noise. A feature that is missing then starts from its first observed
      value, as if it had not changed before; a feature that is never observed starts from the mean;
    * dynamics: dh/dτ = f(h) with τ = (t - t_1) / time_unit, and f any field;
    * prediction: x(t) = mean + std · h(τ).

    What was observed later has no effect on a prediction, and what is not observed at all cannot be part of the state. In
    return, the state's components are the measured quantities. So weights, Jacobians and interventions of the field are about
    these, which in the basis of a latent space they are not: :mod:`pathlode.dynamics.graphs`. The static covariates and inputs
    that the model reads are the context of the field.

    There is no latent vector and no latent path, so losses of a path are refused.

    A solution of a chaotic system leaves the truth soon, whatever the field, and gradients along it grow without bound. With
    ``forcing`` of :class:`pathlode.training.settings.TrainingConfig`, training therefore draws the state to the observations:
    :meth:`pathlode.models.contract.SequenceModel.forced`.

    Args:
        config: ``features`` is also the size of the state.
        seeds: one stacked member per seed.

    Raises:
        ConfigError: if the field does not take a state of this size, or the model is to read inputs or static covariates and
            the field reads none.

    Source: Chen et al. 2018, Neural ordinary differential equations (https://arxiv.org/abs/1806.07366); Aliee, Theis &
    Kilbertus 2021 (https://arxiv.org/abs/2106.12430), who so find which quantity drives which.
    """

    offers = frozenset({"training", "field", "jacobian", "observed", "weights", "gates", "forcing"})

    def __init__(self, config: ModelConfig, seeds: Sequence[int] = (0,)) -> None:
        super().__init__(config, seeds)
        self.field = self.made_field([torch.Generator().manual_seed(seed) for seed in seeds])

    def made_field(self, generators: Sequence[torch.Generator]) -> VectorField:
        """The field of the quantities, with one random generator per member."""
        config = self.config
        needed = needed_of_state(config.field, config.features)
        if needed:
            raise ConfigError(
                f"model.features is {config.features}, but the field {config.field!r} needs {needed}, which in an observed ODE "
                "are the features: choose another field"
            )
        field = self._made_field(generators, config.features)
        if config.static and not field.takes_context:
            raise ConfigError(
                f"model.static is {config.static}, but the field {config.field!r} takes no context, and in an observed ODE "
                "nothing else reads covariates: choose one that does, such as controlled"
            )
        return field

    @property
    def reads_gaps(self) -> bool:
        return True

    def draws(self, steps: int) -> int:
        return self.field.draws

    def predicted(self, given: Observations, query: Query) -> Prediction:
        start, times = self._model_times(given.start, query.times)
        h = self._initial_state(given)
        around = self._around(h[..., :0], given.start, given.context, query.noise)
        found = self._solve(h, around, start, times, query.solver, query.estimate_error, query.backward)
        return Prediction(
            values=(self.mean + self.std * found.states).to(given.values.dtype),
            states=found.states,
            start=start,
            times=times,
            context=around,
            evaluations=found.evaluations,
            values_error=None if found.error is None else self.std * found.error,
        )

    def predicted_forced(self, given: Observations, rate: float, solver: FixedStep, noise: Tensor | None) -> Prediction:
        """Predicts each observation from a state that those before it have drawn to themselves, in training.

        This is generalised teacher forcing at irregular times: h_f ← h_f + (1 - e^{-κΔ}) (x_f - h_f) for each observed feature
        f, with Δ the time since f was last drawn. A prediction at t_i is h before x_i draws it. κ = 0 is the solution itself,
        and κ = ∞ restarts it at each observation (teacher forcing, or multiple shooting). A small change of the state is
        e^{-κΔ} times as large after a drawing. So for a rate κ above the largest Lyapunov exponent, both in units of τ,
        gradients stay bounded on average.

        If the solver takes fewer steps than there are gaps, the state is drawn only where a step ends, at every k-th
        observation for the smallest k with which the steps suffice (sparse forcing). So the cost is that of the solution
        itself, apart from one call of the solver for each drawing.

        Source: Hess et al. 2023, Generalized teacher forcing for learning chaotic dynamics
        (https://arxiv.org/abs/2306.04406); Mikhaeil, Monfared & Durstewitz 2022, On the difficulty of learning chaotic dynamics
        with RNNs (https://arxiv.org/abs/2110.07238), for sparse forcing. The rate in place of a share for each step is ours: a
        share would mean more at dense times than at sparse ones.
        """
        start, query = self._model_times(given.start, given.times)
        h, observed = self._initial_state(given), self._in_units(given)
        around = self._around(h[..., :0], given.start, given.context, noise)
        gaps = query.shape[-1] - 1
        every = -(-gaps // solver.steps)
        steps = replace(solver, steps=max(1, solver.steps // max(1, -(-gaps // every))))
        drawn = start[..., None].expand(h.shape)  # when each feature was
        states = [h[:, :, None]]
        for first in range(0, gaps, every):
            last = min(first + every, gaps)
            begun, ends = query[..., first], query[..., first + 1 : last + 1]
            found = self._solve(h, around, begun, ends, steps, elapsed=begun - start)
            states.append(found.states)
            now = ends[..., -1:].expand(h.shape)
            seen = given.mask[:, :, last] if given.mask is not None else torch.ones_like(h, dtype=torch.bool)
            h = drawn_to(found.states[:, :, -1], observed[:, :, last], seen, drawn_share(rate, now - drawn))
            drawn = now.where(seen, drawn)
        path = torch.cat(states, dim=2)
        predicted = (self.mean + self.std * path).to(given.values.dtype)
        return Prediction(values=predicted, states=path, start=start, times=query, context=around)

    def _in_units(self, given: Observations) -> Values:
        """Observations in the model's units, 0 where nothing was observed."""
        values = ((given.values - self.mean) / self.std).to(self.dtype)
        return values if given.mask is None else values.where(given.mask, 0.0)

    def _initial_state(self, given: Observations) -> State:
        """Each feature's first observation, (member, batch, feature), in the model's units."""
        values = self._in_units(given)
        if given.mask is None:
            return values[:, :, 0]
        first = given.mask.to(torch.uint8).argmax(dim=2, keepdim=True)
        return values.gather(2, first)[:, :, 0]
