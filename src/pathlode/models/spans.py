"""The parts of a series' time that a latent SDE is integrated over, in steps."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from pathlode.core.shapes import States, Times
from pathlode.core.solve import Adaptive, FixedStep
from pathlode.errors import SolverError

WINDOW_STEPS = 40
"""Steps in the observed window, and in as long a time after it, if the solver names no number."""


@dataclass(frozen=True)
class Span:
    """A part of every trajectory's time, in equal steps.

    Attributes:
        begin: τ at which it begins, (member, row, 1).
        step: size of its steps, (member, row, 1).
        count: their number.
    """

    begin: Tensor
    step: Tensor
    count: int

    def repeated(self, paths: int) -> "Span":
        """That of several paths of each trajectory."""
        return Span(self.begin.repeat(1, paths, 1), self.step.repeat(1, paths, 1), self.count)

    def read(self, nodes: Tensor, times: Times) -> States:
        """States at times τ, (member, row, time): on straight lines between those after each step, (step + 1, member, row,
        state)."""
        position = ((times - self.begin) / self.step.clamp_min(torch.finfo(times.dtype).tiny)).clamp(0, self.count)
        index = position.floor().clamp_max(self.count - 1)
        place = index.long()[..., None].expand(*index.shape, nodes.shape[-1])
        along = nodes.movedim(0, 2)
        return torch.lerp(along.gather(2, place), along.gather(2, place + 1), (position - index)[..., None])


@dataclass(frozen=True)
class Spans:
    """The observed window, and the time after it."""

    inside: Span
    beyond: Span


def spans_of(window: Tensor, asked: Times, solver: FixedStep | Adaptive | None) -> Spans:
    """The steps of an integration up to the last time that is asked.

    Args:
        window: duration of every trajectory's observed window in τ, (member, batch, 1).
        asked: τ, (member, batch, time).
        solver: as in :class:`pathlode.models.latent_sde.LatentSDE`.
    """
    rest = (asked.amax(dim=-1, keepdim=True) - window).clamp_min(0)
    if isinstance(solver, FixedStep):
        steps, step = solver.steps, rest / solver.steps
        count = steps if bool(rest.any()) else 0
    else:
        steps, step = WINDOW_STEPS, window.clamp_min(1.0) / WINDOW_STEPS
        count = math.ceil(float((rest / step).max()))
    return Spans(Span(torch.zeros_like(window), window / steps, steps), Span(window, step, count))


def refuse_divergence(nodes: Tensor, where: str) -> None:
    """Refuses states after each step, (step + 1, member, row, state), that are not finite.

    Raises:
        SolverError: naming the first step at fault.
    """
    lost = ~nodes.isfinite().flatten(1).all(dim=1)
    if lost.any():
        raise SolverError(
            f"the latent SDE diverged at step {int(lost.nonzero()[0])} of {len(nodes) - 1} {where}: lower the learning rate of "
            "its training, or raise the solver's steps"
        )
