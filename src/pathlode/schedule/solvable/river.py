"""A river valley: steep walls that noise climbs, and a flat bed along which training moves."""

from typing import ClassVar

import torch

from pathlode.schedule.solvable.quadratic import Quadratic

WALLS = 20
"""Number of steep directions."""


class River(Quadratic):
    """A noisy quadratic: e_k ← (1 - η h_k)² e_k + η² c_k with the loss Σ h_k e_k / 2, for the rate η.

    e_k is the expected square of the distance from the minimum along direction k. Twenty walls have curvatures h from 1 to 10
    in equal ratios, e = 1/20 at the start and c = h/40. The bed has h = 0.2, e = 100 and c = 0.05. Large rates move along the
    bed, and small ones at the end let the noise of the walls decay. A run has 400 steps with rates of at most 1.9/10, at which
    every direction is stable. That is long enough for the best peak of each usual schedule to lie below this limit.

    Source: Wen et al. 2024, Understanding warmup-stable-decay learning rates (https://arxiv.org/abs/2410.05192), for the
    picture; the numbers are ours.
    """

    steps: ClassVar[int] = 400
    largest: ClassVar[float] = 0.19

    def __init__(self) -> None:
        walls = torch.logspace(0, 1, WALLS, dtype=self.dtype)
        super().__init__(
            curvature=torch.cat([walls, walls.new_tensor([0.2])]),
            begin=torch.cat([torch.full_like(walls, 1 / WALLS), walls.new_tensor([100.0])]),
            noises=torch.cat([walls / 40, walls.new_tensor([0.05])]),
        )
