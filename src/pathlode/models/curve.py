"""A curve in time without an ODE, to test whether the ODE is needed."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from pathlode.core.context import Context
from pathlode.core.shapes import Latent, Starts, Times, Values
from pathlode.core.stacked import StackedMLP
from pathlode.models.encoded import EncodedModel
from pathlode.models.prediction import Prediction

if TYPE_CHECKING:
    from pathlode.core.solve import Adaptive, FixedStep


class Curve(EncodedModel):
    """x(t) = MLP(z0, τ), with τ = (t - t_1) / time_unit the model's time since the first observation t_1.

    The encoder and z0 are those of :class:`pathlode.models.latent_ode.LatentODE`. A network then maps z0 and time to the
    values without constraint: there is no state whose present determines its future, no latent path, and no solver.

    Args:
        config: sizes and parts.
        seeds: one stacked member per seed.

    Source: ours, as a rival without dynamics.
    """

    offers = frozenset({"training", "latent", "posterior"})

    def add_parts(self, generators: Sequence[torch.Generator]) -> None:
        config = self.config
        sizes = (config.latent + 1, *[config.width] * config.depth, config.features)
        self.latent_to_data = StackedMLP(generators, sizes)

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
        encoding = self.encoded(given)
        z0 = self.sample(encoding, noise)
        predicted = self._decode(z0, given.start, query).to(given.values.dtype)
        return Prediction(values=predicted, encoding=encoding, z0=z0, outcome=self.outcome(z0))

    def values_from(
        self,
        z0: Latent,
        start: Starts,
        query: Times,
        solver: "FixedStep | Adaptive | None" = None,
        *,
        context: Context | None = None,
    ) -> Values:
        return self._decode(z0, start, query).to(query.dtype)

    def _decode(self, z0: Latent, start: Starts, query: Times) -> Values:
        along = z0[:, :, None].expand(*query.shape, z0.shape[-1])
        elapsed = self._elapsed(query, start)[..., None]
        return self.mean + self.std * self.latent_to_data(torch.cat([along, elapsed], dim=-1))
