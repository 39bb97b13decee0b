"""A vector field whose network's inputs pass gates that training can close."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import softplus
from torch.special import log_ndtr

from pathlode.core.fields.context import FieldContext
from pathlode.core.fields.contract import VectorField
from pathlode.core.shapes import Latent, State
from pathlode.core.stacked import StackedMLP

TEMPERATURE = 2 / 3
"""Temperature β of the gates' distribution."""
LOW, HIGH = -0.1, 1.1
"""Ends γ and ζ to which a gate is stretched before it is cut to [0, 1]."""
CLOSED_INPUTS, CLOSED_UNITS = 0.2, 0.5
"""Probability with which a gate of h, and one of a hidden unit, would be closed at the start if it were not stretched."""


class GatedField(VectorField):
    """dh/dτ = s · tanh(MLP(h)) as :class:`pathlode.core.fields.bounded.BoundedField`, but each input of each layer is
    multiplied by a gate z in [0, 1], which is exactly 0 or 1 with probabilities above 0.

    A gate follows the hard concrete distribution: z = min(1, max(0, s (ζ - γ) + γ)) with s = σ((ln u - ln(1 - u) + ln α) / β),
    u uniform in (0, 1), β = 2/3, γ = -0.1, ζ = 1.1 and ln α learnt for each gate. It is open with probability
    P(z > 0) = σ(ln α - β ln(-γ / ζ)), :meth:`open_probabilities`.

    A model that gives draws (:attr:`pathlode.core.fields.context.FieldContext.draws`), as
    :class:`pathlode.models.observed_ode.ObservedODE` does in training, has gates of each trajectory's own, which are the same
    along its path. Without draws, as in predictions and in every other model, they are min(1, max(0, σ(ln α) (ζ - γ) + γ)).

    Cost: a multiplication more for every input of a layer. There is no compiled march: plain PyTorch takes the steps.

    Source: Louizos, Welling & Kingma 2018, Learning sparse neural networks through L0 regularization
    (https://arxiv.org/abs/1712.01312), with the start and the gates of inputs as in the code of Aliee et al. 2022, Sparsity in
    continuous-depth neural networks (https://arxiv.org/abs/2210.14672), which samples anew at each evaluation of the field.
    """

    def __init__(
        self, generators: Sequence[torch.Generator], state: int, width: int, depth: int, latent: int = 0
    ) -> None:
        super().__init__(generators, state, width, depth, latent)
        self.scale = nn.Parameter(torch.ones(len(generators), 1, 1))
        self.mlp = StackedMLP(generators, (state, *[width] * depth, state))
        self.sizes = [state, *[width] * depth]
        closed = [CLOSED_INPUTS, *[CLOSED_UNITS] * depth]
        self.log_alphas = nn.ParameterList(
            torch.full((len(generators), 1, size), math.log((1 - share) / share))
            for size, share in zip(self.sizes, closed, strict=True)
        )

    @property
    def draws(self) -> int:
        return sum(self.sizes)

    def forward(self, h: State, time: Tensor | None = None, context: Latent | None = None) -> State:
        return self.through(h, [_cut(log_alpha.sigmoid()) for log_alpha in self.log_alphas])

    def through(self, h: State, gates: Sequence[Tensor]) -> State:
        """dh/dτ at h, (member, batch, state), with these gates of each layer's inputs, (member, batch or 1, input)."""
        *hidden, output = zip(self.mlp.layers, gates, strict=True)
        for layer, gate in hidden:
            h = softplus(layer(h * gate))
        last, gate = output
        return self.scale * last(h * gate).tanh()

    def sampled(self, draws: Tensor) -> list[Tensor]:
        """Gates of each layer's inputs, (member, batch, input), from standard normal draws, (member, batch, draws)."""
        logits = (log_ndtr(draws) - log_ndtr(-draws)).split(
            self.sizes, dim=-1
        )  # of u, the draw's distribution function
        return [
            _cut(((logit + log_alpha) / TEMPERATURE).sigmoid())
            for logit, log_alpha in zip(logits, self.log_alphas, strict=True)
        ]

    def open_probabilities(self) -> list[Tensor]:
        """P(z > 0) of the gates of each layer's inputs, (member, 1, input)."""
        shift = TEMPERATURE * math.log(-LOW / HIGH)
        return [(log_alpha - shift).sigmoid() for log_alpha in self.log_alphas]

    def weights(self) -> list[Tensor]:
        return self.mlp.weights()

    def autonomous(self, context: FieldContext) -> nn.Module:
        return self if context.draws is None else _WithGates(self, self.sampled(context.draws))


class _WithGates(nn.Module):
    """The field with the gates of each trajectory."""

    def __init__(self, field: GatedField, gates: Sequence[Tensor]) -> None:
        super().__init__()
        self.field, self.gates = field, gates

    def parameters(self, recurse: bool = True) -> Iterator[Any]:
        """Those of the field's network, and the gates: methods that go back along the path need gradients of all of them.

        The gates' own parameters are not among them: the field depends on these by the gates alone, which were sampled before.
        """
        yield self.field.scale
        yield from self.field.mlp.parameters(recurse)
        yield from self.gates

    def forward(self, h: State) -> State:
        return self.field.through(h, self.gates)


def _cut(share: Tensor) -> Tensor:
    """A share in (0, 1) stretched to (γ, ζ) and cut to [0, 1]."""
    return (share * (HIGH - LOW) + LOW).clamp(0, 1)
