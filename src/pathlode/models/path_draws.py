"""Draws that fix the paths of an SDE: of a training's stream, or of the members' seeds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from pathlode.core.streams import stream
from pathlode.errors import DataError

PATHS = 16
"""Paths that a prediction is the mean of: half of them are drawn, the others have the same draws with opposite signs. The mean
of a linear SDE is then exact."""
_BLOCK = 64
"""Steps that are drawn at once. The draws of a step do not depend on how many steps follow."""
_PURPOSE = 3
"""Of a member's streams; its training draws from others."""


@dataclass(frozen=True)
class PathDraws:
    """Standard normal draws of paths.

    Attributes:
        start: those of z0, (member, row, latent).
        inside: increments in the observed window, (step, member, row, state).
        beyond: increments after it, (step, member, row, state).
    """

    start: Tensor
    inside: Tensor
    beyond: Tensor

    @classmethod
    def of_noise(cls, noise: Tensor, latent: int, steps: int, state: int) -> "PathDraws":
        """Those in a training's draws, (member, batch, latent + 2 · steps · state), one path for each trajectory.

        Raises:
            DataError: if these are not as many.
        """
        expected = latent + 2 * steps * state
        if noise.shape[-1] != expected:
            raise DataError(
                f"noise has {noise.shape[-1]} draws per trajectory, expected {expected}: as many as model.draws({steps}) says "
                "for a solver of so many steps"
            )
        parts = noise[..., latent:].unflatten(-1, (2, steps, state)).movedim((2, 3), (0, 1))
        return cls(noise[..., :latent], parts[0], parts[1])

    def some(self, paths: slice, batch: int) -> "PathDraws":
        """Those of some of the rows, each for every trajectory of a batch: (..., row · batch, ...)."""
        start = self.start[:, paths, None].expand(-1, -1, batch, -1).flatten(1, 2)
        steps = (
            part[:, :, paths, None].expand(-1, -1, -1, batch, -1).flatten(2, 3) for part in (self.inside, self.beyond)
        )
        return PathDraws(start, *steps)


def drawn_by_seeds(seeds: Sequence[int], latent: int, state: int, inside: int, beyond: int, like: Tensor) -> PathDraws:
    """The draws of :data:`PATHS` paths, which depend on each member's seed alone; all trajectories have the same.

    Args:
        seeds: the members' seeds.
        latent: dimensions of z0.
        state: dimensions of h.
        inside: steps in the window.
        beyond: steps after it.
        like: a tensor of their type and device.
    """
    parts = [_of_seed(seed, latent, state, inside, beyond) for seed in seeds]
    start, *steps = (_both_signs(drawn).to(like) for drawn in zip(*parts, strict=True))
    return PathDraws(start, *(part.movedim(1, 0) for part in steps))


def _of_seed(seed: int, latent: int, state: int, inside: int, beyond: int) -> tuple[Tensor, Tensor, Tensor]:
    """Draws of half of the paths: (path, latent), and twice (step, path, state)."""
    generator, half = stream(seed, _PURPOSE), PATHS // 2

    def drawn(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, dtype=torch.float64)

    start, steps = drawn(half, latent), drawn(inside, half, state)
    blocks = [drawn(_BLOCK, half, state) for _ in range(-(-beyond // _BLOCK))]
    return start, steps, torch.cat([*blocks, steps[:0]])[:beyond]


def _both_signs(drawn: Iterable[Tensor]) -> Tensor:
    """Members stacked, (member, ..., path, size), with the draws of the first half of the paths and their opposites."""
    half = torch.stack(list(drawn))
    return torch.cat([half, -half], dim=-2)
