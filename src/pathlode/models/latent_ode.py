"""The latent ODE: encode an irregular time series into z0, integrate a learned ODE from it, decode the solution."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.functional import pad

from pathlode.core.context import Context
from pathlode.core.decoders.contract import Decoder
from pathlode.core.fields.context import FieldContext
from pathlode.core.shapes import Latent, Starts, State, States, Times, Values
from pathlode.core.solve import Adaptive, FixedStep
from pathlode.core.stacked import StackedMLP
from pathlode.models.encoded import EncodedModel
from pathlode.models.field_model import FieldModel
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

    def _decode(
        self,
        z0: Latent,
        around: FieldContext,
        start: Tensor,
        query: Times,
        solver: FixedStep | Adaptive | None = None,
        estimate_error: bool = False,
        backward: bool = False,
        check: bool = True,
    ) -> tuple[States, Values, Tensor, Values | None]:
        """States, values, field evaluations and estimated error of the values at the query times.

        The values are in the precision of the model's units.

        Args:
            z0: latent vectors, (member, batch, latent), at ``start``.
            around: what the field is told besides h and τ.
            start: τ at z0, (batch,) or (member, batch).
            query: τ, (batch, time) or (member, batch, time); not before ``start`` without ``backward``.
            solver: as in :func:`pathlode.core.solve.solve`.
            estimate_error: whether to estimate the solver's error in the values.
            backward: whether τ may lie before ``start``.
            check: whether to validate the query times.
        """
        solution = self._solve(self._initial_state(z0), around, start, query, solver, estimate_error, backward, check)
        error = None
        if solution.error is not None:
            error = self.hidden_to_data.error(solution.states, solution.error) * self.std
        values = self.hidden_to_data.in_units(solution.states, self.mean, self.std)
        return solution.states, values, solution.evaluations, error

    def forward(
        self,
        times: Times,
        values: Values,
        query: Times | None = None,
        *,
        context: Context | None = None,
        noise: Tensor | None = None,
        solver: FixedStep | Adaptive | None = None,
        estimate_error: bool = False,
        backward: bool = False,
        check: bool = True,
    ) -> Prediction:
        given = self._stack(times, values, check, context)
        start, query = self._model_times(given.start, self._asked(query, given, check, backward))
        encoding = self.encoded(given)
        z0 = self.sample(encoding, noise)
        around = self._around(z0, given.start, given.context)
        states, predicted, evaluations, error = self._decode(
            z0, around, start, query, solver, estimate_error, backward, check=False
        )
        return Prediction(
            values=predicted.to(given.values.dtype),
            encoding=encoding,
            z0=z0,
            states=states,
            path=self.hidden_to_latent(states),
            start=start,
            times=query,
            context=around,
            outcome=self.outcome(z0),
            evaluations=evaluations,
            values_error=error,
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
        around = self._around(z0, start, given)
        return self._decode(z0, around, *self._model_times(start, query), solver)[1].to(query.dtype)

    def latent_at_start(self, z0: Latent) -> Latent:
        return self.hidden_to_latent(self._initial_state(z0))
