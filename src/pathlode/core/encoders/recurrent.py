"""Recurrent encoders, which read from the last observation to the first and return the final hidden state.

``torch.nn.GRU`` and its siblings cannot run a stack. Here, in single precision on a CPU, the scan over time is compiled
(:mod:`pathlode.core.kernels`). The tests compare the results with PyTorch's own layers.
"""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from pathlode.core import kernels
from pathlode.core.encoders.contract import Encoder
from pathlode.core.recorded import recorded, recorded_scan
from pathlode.core.shapes import Mask, MaskInTime, State, Times, Values
from pathlode.core.stacked import StackedLinear, uniform_parameter


class Recurrent(Encoder):
    """A recurrent network over u_i = [t_i, x_i], i = T ... 1, for every member; subclasses define one step.

    A time at which nothing was observed is skipped: the state stays as it is. A network made for gaps reads
    u_i = [t_i, x_i, m_i]: m_i is 1 for a feature that was observed at t_i. For one that was not, m_i and x_i are 0, its mean.
    """

    gates: int
    """The recurrence has ``gates · hidden`` pre-activations."""
    carry: int = 1
    """The running state holds ``carry · hidden`` numbers, the hidden state first."""
    compiled_cell: str | None = None
    """Key of this class's compiled scan in :data:`pathlode.core.kernels.CELLS`; None if it has none."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls.compiled_cell = vars(cls).get("compiled_cell")  # not inherited: a subclass may step differently

    def __init__(self, generators: Sequence[torch.Generator], features: int, hidden: int, gaps: bool = False) -> None:
        super().__init__(generators, features, hidden, gaps)
        bound = hidden**-0.5  # as in torch.nn's recurrent layers
        inputs = 1 + features * (2 if gaps else 1)
        self.input = StackedLinear(generators, inputs, self.gates * hidden, bound)
        self.recurrent = uniform_parameter(generators, (hidden, self.gates * hidden), bound)

    def forward(self, times: Times, values: Values, mask: Mask | None = None) -> State:
        """The final hidden state.

        The compiled scan gives no gradient for times and values. If one is required, plain PyTorch runs the scan.
        """
        present = None if mask is None else mask.any(dim=-1)
        if self.reads_gaps:
            seen = torch.ones_like(values) if mask is None else mask.to(values.dtype)
            values = torch.cat([values, seen], dim=-1)
        wanted = times.requires_grad or values.requires_grad
        parameters = self.parameters_in_order()
        if self.compiled_cell and not wanted and kernels.usable(times, values, *parameters):
            return kernels.Scan.apply(self.compiled_cell, torch.is_grad_enabled(), present, times, values, *parameters)
        return self.scan(self.inputs(times, values), present)

    def inputs(self, times: Times, values: Values) -> Tensor:
        """W u + b at every time, (time, member, batch, gates · hidden)."""
        return self.input(torch.cat([times[..., None], values], dim=-1).transpose(1, 2)).movedim(1, 0)

    def scan(self, inputs: Tensor, present: MaskInTime | None) -> State:
        """The final hidden state in plain PyTorch, from what :meth:`step` reads at every time, (time, member, batch, ...)."""
        along = [inputs]
        if present is not None:
            along.append(present.movedim(2, 0)[..., None])
        _, members, batch, _ = along[0].shape
        running = along[0].new_zeros(members, batch, self.carry * self.hidden)
        if recorded():
            final, _ = recorded_scan(
                lambda state, entries: ([self._read(state[0], entries)], []), [running], along, True
            )
            return final[0][..., : self.hidden]
        for entries in reversed(list(zip(*(tensor.unbind() for tensor in along), strict=True))):
            running = self._read(running, entries)
        return running[..., : self.hidden]

    def _read(self, running: Tensor, entries: Sequence[Tensor]) -> Tensor:
        """The running state after one time: its W u + b and, with gaps, whether anything was observed there."""
        after = self.step(entries[0], running)
        return after if len(entries) == 1 else after.where(entries[1], running)

    def parameters_in_order(self) -> tuple[nn.Parameter, ...]:
        """Input weight and bias, recurrent weight, and the cell's further parameters."""
        return (self.input.weight, self.input.bias, self.recurrent)

    @abstractmethod
    def step(self, inputs: Tensor, running: Tensor) -> Tensor:
        """The next running state, from W u + b, (member, batch, gates · hidden), and the current running state."""
