"""Coupling flows in time: invertible maps that are the identity at time 0, for all members of a stack."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from pathlode.core.shapes import State, States, Times
from pathlode.core.stacked import StackedMLP, uniform_parameter

SINES = 8
"""Sines that each layer makes of the time."""
SLOWEST, FASTEST = 0.05, 3.0
"""Angular frequencies of the first and the last of them when training begins, per unit of τ; the others lie between at equal
ratios."""


class CouplingLayer(nn.Module):
    """One part of h is kept and moves the other: y_i = x_i exp(tanh(s_i) φ_i(τ)) + b_i ψ_i(τ), with s and b from a network.

    φ_i(τ) = Σ_k α_ki sin(ω_k τ), k = 1 ... 8, and so is ψ_i, with the same frequencies. Both are 0 at τ = 0. The network reads
    the kept part and the sines.

    A linear φ(τ) = α τ, another choice of the source, has no bound: exp(s φ) then grows or decays exponentially after the
    observed window, and nothing oscillates. Sines have a bound, and those of low frequencies are close to linear over the
    window. tanh keeps the exponential of a large s from overflowing.

    Args:
        generators: one random generator per member.
        kept: dimensions that are kept.
        moved: dimensions that move.
        width: units of each hidden layer.
        depth: hidden layers.
    """

    def __init__(self, generators: Sequence[torch.Generator], kept: int, moved: int, width: int, depth: int) -> None:
        super().__init__()
        grid = SLOWEST * (FASTEST / SLOWEST) ** torch.linspace(0, 1, SINES)
        self.frequencies = nn.Parameter(grid.expand(len(generators), 1, SINES).clone())
        self.amplitudes = uniform_parameter(generators, (SINES, 2 * moved), SINES**-0.5)
        self.network = StackedMLP(generators, (kept + SINES, *[width] * depth, 2 * moved))

    def forward(self, kept: Tensor, moving: Tensor, times: Times, back: bool = False) -> Tensor:
        """The moved part, (member, rows, moved), at τ, (member, rows); with ``back``, x from y."""
        sines = (self.frequencies * times[..., None]).sin()
        growth, drift = (sines @ self.amplitudes).chunk(2, dim=-1)
        scale, shift = self.network(torch.cat([kept, sines], dim=-1)).chunk(2, dim=-1)
        exponent, shift = scale.tanh() * growth, shift * drift
        return (moving - shift) * (-exponent).exp() if back else moving * exponent.exp() + shift


class CouplingFlow(nn.Module):
    """h(τ) = F(τ, h_0): coupling layers that move the first and the second half of h in turn.

    F(0, h_0) = h_0, and F(τ, ·) is invertible for every τ. So states do not merge, as along an ODE. Unlike along an autonomous
    ODE, F(τ + σ, h_0) need not be F(σ, F(τ, h_0)).

    Args:
        generators: one random generator per member.
        state: dimensions of h, at least 2.
        width: units of each hidden layer.
        depth: hidden layers of each layer's network.
        layers: number of layers.

    Cost: ``layers`` networks per state and time, all times at once.
    Source: Biloš et al. 2021, Neural flows (https://arxiv.org/abs/2110.13040).
    """

    def __init__(self, generators: Sequence[torch.Generator], state: int, width: int, depth: int, layers: int) -> None:
        super().__init__()
        self.halves = (state // 2, state - state // 2)
        self.layers = nn.ModuleList()
        for number in range(layers):
            moved = self.halves[number % 2]
            self.layers.append(CouplingLayer(generators, state - moved, moved, width, depth))

    def forward(self, start: State, times: Times) -> States:
        """h at τ since h_0, (member, batch, time, state), from h_0 and τ, (member, batch, time)."""
        shape = (*times.shape, start.shape[-1])
        return self._through(start[:, :, None].expand(shape), times)

    def inverse(self, states: States, times: Times) -> States:
        """h_0 of each state, shaped like the states, (member, batch, time, state), at τ, (member, batch, time)."""
        return self._through(states, times, back=True)

    def _through(self, states: States, times: Times, back: bool = False) -> States:
        rows = times.flatten(1)
        parts = list(states.flatten(1, 2).split(self.halves, dim=-1))
        layers = list(enumerate(self.layers))
        for number, layer in reversed(layers) if back else layers:
            moving, kept = parts[number % 2], parts[1 - number % 2]
            parts[number % 2] = layer(kept, moving, rows, back)
        return torch.cat(parts, dim=-1).view(states.shape)
