"""The neural flow: a latent path without an ODE and without a solver."""

from collections.abc import Sequence

import torch

from pathlode.core.context import Context
from pathlode.core.coupling import CouplingFlow
from pathlode.core.decoders.contract import Decoder
from pathlode.core.shapes import Latent, Starts
from pathlode.core.stacked import StackedMLP
from pathlode.models.encoded import EncodedModel
from pathlode.models.observations import Query
from pathlode.models.prediction import Prediction
from pathlode.registry import DECODERS

COUPLING_LAYERS = 4
"""Coupling layers."""


class NeuralFlow(EncodedModel):
    """h(τ) = F(τ, h(0)), with F a coupling flow: :class:`pathlode.core.coupling.CouplingFlow` in place of an ODE's solution.

    Encoder, initial state h(0) = MLP(z0), decoder x(t) = D(h(τ)) and latent path z(t) = E(h(τ)) are those of
    :class:`pathlode.models.latent_ode.LatentODE`, and τ = (t - t_1) / time_unit counts from the first observation. F is
    invertible and F(0, h) = h. All times are evaluated at once. Nothing is integrated, so there is no solver.

    F is not the flow of an autonomous ODE. The state h alone does not determine its future: dh/dτ depends on h and τ. So the
    model has no field that could be chosen, and takes no loss of one, such as the kinetic energy. Before the first observation
    F is evaluated at τ < 0.

    Args:
        config: sizes and parts; ``width`` and ``depth`` are also those of the flow's networks.
        seeds: one stacked member per seed.

    Raises:
        ConfigError: if the state has one dimension: a coupling layer moves one part of it by another.

    Source: Biloš et al. 2021, Neural flows: efficient alternative to neural ODEs (https://arxiv.org/abs/2110.13040).
    """

    offers = frozenset({"training", "latent", "posterior", "path", "decoder"})

    def add_parts(self, generators: Sequence[torch.Generator]) -> None:
        config = self.config
        self.latent_to_hidden = StackedMLP(generators, (config.latent, *[config.width] * config.depth, config.hidden))
        self.flow = CouplingFlow(generators, config.hidden, config.width, config.depth, COUPLING_LAYERS)
        self.hidden_to_data: Decoder = DECODERS[config.decoder](generators, config.hidden, config.features)

    def decoded(self, z0: Latent, start: Starts, query: Query, context: Context | None) -> Prediction:
        states = self.flow(self.latent_to_hidden(z0), self._elapsed(query.times, start))
        values = self.hidden_to_data.in_units(states, self.mean, self.std)
        return Prediction(values=values, path=self.hidden_to_latent(states))

    def latent_at_start(self, z0: Latent) -> Latent:
        return self.hidden_to_latent(self.latent_to_hidden(z0))
