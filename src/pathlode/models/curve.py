"""A curve in time without an ODE, to test whether the ODE is needed."""

from collections.abc import Sequence

import torch

from pathlode.core.context import Context
from pathlode.core.shapes import Latent, Starts
from pathlode.core.stacked import StackedMLP
from pathlode.models.encoded import EncodedModel
from pathlode.models.observations import Query
from pathlode.models.prediction import Prediction


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

    def decoded(self, z0: Latent, start: Starts, query: Query, context: Context | None) -> Prediction:
        along = z0[:, :, None].expand(*query.times.shape, z0.shape[-1])
        elapsed = self._elapsed(query.times, start)[..., None]
        return Prediction(values=self.mean + self.std * self.latent_to_data(torch.cat([along, elapsed], dim=-1)))
