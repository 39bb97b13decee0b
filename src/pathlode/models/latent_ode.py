"""The latent ODE: encode an irregular time series into z0, integrate a learned ODE from it, decode the solution."""

from collections.abc import Sequence

import torch
from torch.nn.functional import pad

from pathlode.core.checks import check_times
from pathlode.core.context import Context
from pathlode.core.decoders.contract import Decoder
from pathlode.core.recorded import recorded
from pathlode.core.shapes import Latent, Starts, State, Times, Values
from pathlode.core.solve import Adaptive, FixedStep
from pathlode.core.stacked import StackedMLP
from pathlode.models.encoded import EncodedModel
from pathlode.models.field_model import FieldModel
from pathlode.models.observations import Query
from pathlode.models.prediction import Prediction
from pathlode.registry import DECODERS


class LatentODE(FieldModel, EncodedModel):
    """x(t) = D(h(τ)) with dh/dτ = f(h) from h(τ_1) = MLP(z0), and z0 from an encoder of the observations.

    It is a stack of latent ODEs, one per seed, that train and predict together.
    With observations (t_i, x_i), i = 1 ... T, and model time τ = t / time_unit:

    * encoder: an RNN over (t_T, x_T) ... (t_1, x_1), then z0 = E(its last state), E linear; if ``encoder_hidden`` is set,
      a linear layer first maps the last state to the size of h;
    * initial state: h(τ_1) = MLP(z0), or (MLP(z0), 0 ... 0) with ``augment``;
    * dynamics: dh/dτ = s · tanh(MLP(h)), :class:`pathlode.core.fields.bounded.BoundedField`, or another field;
    * decoder: x(t) = D(h(τ)), D linear, or another decoder;
    * latent path: z(t) = E(h(τ)), the encoder's own output layer along the solution.

    Args:
        config: sizes and parts.
        seeds: one stacked member per seed; a member's initial weights depend on its own seed alone.

    Source: Sampson & Melchior 2025, sec. 2 (https://arxiv.org/abs/2410.08923).
    """

    offers = frozenset({"training", "latent", "posterior", "path", "field", "jacobian", "decoder"})

    def add_parts(self, generators: Sequence[torch.Generator]) -> None:
        config = self.config
        moved = config.hidden - config.augment
        self.latent_to_hidden = StackedMLP(generators, (config.latent, *[config.width] * config.depth, moved))
        self.field = self._made_field(generators, config.hidden, config.latent)
        self.hidden_to_data: Decoder = DECODERS[config.decoder](generators, config.hidden, config.features)

    def _initial_state(self, z0: Latent) -> State:
        """h at the first observation; its augmented components are 0."""
        moved: State = self.latent_to_hidden(z0)
        return pad(moved, (0, self.config.augment)) if self.config.augment else moved

    def decoded(self, z0: Latent, start: Starts, query: Query, context: Context | None) -> Prediction:
        around = self._around(z0, start, context)
        begun, times = self._model_times(start, query.times)
        h = self._initial_state(z0)
        found = self._solve(h, around, begun, times, query.solver, query.estimate_error, query.backward)
        wrong = None if found.error is None else self.hidden_to_data.error(found.states, found.error)
        return Prediction(
            values=self.hidden_to_data.in_units(found.states, self.mean, self.std),
            states=found.states,
            path=self.hidden_to_latent(found.states),
            start=begun,
            times=times,
            context=around,
            evaluations=found.evaluations,
            values_error=None if wrong is None else wrong * self.std,
        )

    def values_from(
        self,
        z0: Latent,
        start: Starts,
        query: Times,
        solver: FixedStep | Adaptive | None = None,
        *,
        context: Context | None = None,
    ) -> Values:
        given = self._reader.context.read(context, z0.shape[1], check=True)
        self._reader.context.refuse_uncovered(given, query, "query times")
        if not recorded():
            check_times(query, start, observed=False)
        return super().values_from(z0, start, query, solver, context=given)

    def latent_at_start(self, z0: Latent) -> Latent:
        return self.hidden_to_latent(self._initial_state(z0))
