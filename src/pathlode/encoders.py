"""Encoders: from the observations of a trajectory to one hidden vector, for all members of a stack together.

The recurrent ones read from the last observation to the first and return the final hidden state. ``torch.nn.GRU`` and its
siblings cannot run a stack; here the scan over time is compiled in single precision on a CPU (:mod:`pathlode.kernels`). The
tests compare with PyTorch's own layers.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from pathlode import kernels
from pathlode.interpolation import interpolate
from pathlode.shapes import State, Times, Values
from pathlode.stacked import StackedLinear, StackedMLP, uniform_parameter


class Encoder(nn.Module, ABC):
    """What every encoder is made from, and what it returns.

    Args:
        generators: one random generator a member.
        features: measured quantities per observation.
        hidden: size of the hidden vector.
    """

    def __init__(self, generators: Sequence[torch.Generator], features: int, hidden: int) -> None:
        super().__init__()
        self.hidden = hidden

    @abstractmethod
    def forward(self, times: Times, values: Values) -> State:
        """Hidden vector, (member, batch, hidden), from standardised times (member, batch, time) and values."""


class Recurrent(Encoder):
    """A recurrent network over u_i = [t_i, x_i], i = T ... 1, for every member; subclasses define one step."""

    gates: int
    """The recurrence has ``gates · hidden`` pre-activations."""
    carry: int = 1
    """The running state holds ``carry · hidden`` numbers, the hidden state first."""
    compiled_cell: str | None = None
    """The compiled scan of exactly this class's step, a key of :data:`pathlode.kernels.CELLS`; None if there is none."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls.compiled_cell = vars(cls).get("compiled_cell")  # not inherited: a subclass may step differently

    def __init__(self, generators: Sequence[torch.Generator], features: int, hidden: int) -> None:
        super().__init__(generators, features, hidden)
        bound = hidden**-0.5  # as in torch.nn's recurrent layers
        self.input = StackedLinear(generators, features + 1, self.gates * hidden, bound)
        self.recurrent = uniform_parameter(generators, (hidden, self.gates * hidden), bound)

    def forward(self, times: Times, values: Values) -> State:
        """The final hidden state.

        The compiled scan gives no gradient for times and values; where one is wanted, the plain one runs.
        """
        wanted = times.requires_grad or values.requires_grad
        if self.compiled_cell and not wanted and kernels.usable(times, values, *self.parameters()):
            remember = torch.is_grad_enabled()
            return kernels.Scan.apply(self.compiled_cell, remember, times, values, *self.parameters_in_order())
        inputs = self.input(torch.cat([times[..., None], values], dim=-1).transpose(1, 2))
        members, _, batch, _ = inputs.shape
        running = inputs.new_zeros(members, batch, self.carry * self.hidden)
        for gate_inputs in reversed(inputs.unbind(1)):
            running = self.step(gate_inputs, running)
        return running[..., : self.hidden]

    def parameters_in_order(self) -> tuple[nn.Parameter, ...]:
        """Input weight and bias, recurrent weight, and what else the cell has."""
        return (self.input.weight, self.input.bias, self.recurrent)

    @abstractmethod
    def step(self, inputs: Tensor, running: Tensor) -> Tensor:
        """The next running state from W u + b, (member, batch, gates · hidden), and the present running state."""


class RNN(Recurrent):
    """Plain tanh recurrence: h' = tanh(W u + b + U h)  (Elman 1990)."""

    gates = 1
    compiled_cell = "rnn"

    def step(self, inputs: Tensor, running: Tensor) -> Tensor:
        return torch.baddbmm(inputs, running, self.recurrent).tanh()


class GRU(Recurrent):
    """Gated recurrent unit (Cho et al. 2014), as in ``torch.nn.GRU``:

    r = σ(W_r u + b_r + U_r h),  s = σ(W_s u + b_s + U_s h),  n = tanh(W_n u + b_n + r ⊙ (U_n h + c)),
    h' = (1 - s) ⊙ n + s ⊙ h.
    """

    gates = 3
    compiled_cell = "gru"

    def __init__(self, generators: Sequence[torch.Generator], features: int, hidden: int) -> None:
        super().__init__(generators, features, hidden)
        self.candidate_bias = uniform_parameter(generators, (1, hidden), hidden**-0.5)

    def parameters_in_order(self) -> tuple[nn.Parameter, ...]:
        return (*super().parameters_in_order(), self.candidate_bias)

    def step(self, inputs: Tensor, running: Tensor) -> Tensor:
        split = 2 * self.hidden
        gates = torch.baddbmm(inputs[..., :split], running, self.recurrent[..., :split]).sigmoid()
        reset, update = gates.split(self.hidden, dim=-1)
        recalled = torch.baddbmm(self.candidate_bias, running, self.recurrent[..., split:])
        candidate = torch.addcmul(inputs[..., split:], reset, recalled).tanh()
        return torch.lerp(candidate, running, update)


class LSTM(Recurrent):
    """Long short-term memory (Hochreiter & Schmidhuber 1997), as in ``torch.nn.LSTM``:

    i, f, g, o = σ, σ, tanh, σ of (W u + b + U h),  c' = f ⊙ c + i ⊙ g,  h' = o ⊙ tanh(c').
    """

    gates = 4
    carry = 2
    compiled_cell = "lstm"

    def step(self, inputs: Tensor, running: Tensor) -> Tensor:
        hidden, cell = running.split(self.hidden, dim=-1)
        entry, forget, proposal, output = torch.baddbmm(inputs, hidden, self.recurrent).split(self.hidden, dim=-1)
        cell = forget.sigmoid() * cell + entry.sigmoid() * proposal.tanh()
        return torch.cat([output.sigmoid() * cell.tanh(), cell], dim=-1)


class Interpolation(Encoder):
    """The observations, linearly interpolated onto a regular grid, through a perceptron of two layers with softplus.

    What it makes of a trajectory depends little on how often it was sampled, where a recurrent network counts samples.
    The grid spans √3 standard deviations of the training times about their mean, which is the whole window if they are
    spread evenly. Outside the observations the nearest one's value holds.
    """

    POINTS = 140
    """Of the grid: heartbeats, the densest series here, have 280 samples, of which every other holds what matters."""

    def __init__(self, generators: Sequence[torch.Generator], features: int, hidden: int) -> None:
        super().__init__(generators, features, hidden)
        self.mlp = StackedMLP(generators, (self.POINTS * features, hidden, hidden))
        self.grid = nn.Buffer(torch.linspace(-(3**0.5), 3**0.5, self.POINTS))

    def forward(self, times: Times, values: Values) -> State:
        return softplus(self.mlp(interpolate(times, values, self.grid).flatten(2)))
