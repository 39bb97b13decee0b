"""The almost-linear recurrent network."""

from collections.abc import Sequence

import torch
from torch import nn

from pathlode.core.shapes import State, Values
from pathlode.core.stacked import StackedLinear, uniform_parameter
from pathlode.models.map_model import MapModel
from pathlode.models.settings import ModelConfig


class ALRNN(MapModel):
    """z' = a ⊙ z + W φ(z) + c, with φ = max(0, ·) of the last ``width`` components of z and the identity of the others.

    The state has ``hidden`` components. The first of them are what is observed; the others start as a linear function of the
    first observation. The signs of the rectified components say in which of 2^width regions a state is, and in each the map is
    affine: :meth:`symbols` are a code of an orbit. Few rectified components make few regions.

    a starts in [0.9, 1) and W in ±1/hidden, so that a step is first a short one; this start is our choice.

    Args:
        config: ``features``, ``hidden``, and ``width`` as said; a width beyond ``hidden`` rectifies all.
        seeds: one stacked member per seed.

    Raises:
        ConfigError: if ``hidden`` is less than ``features``.

    Source: Brenner et al. 2024, Almost-linear RNNs yield highly interpretable symbolic codes in dynamical systems
    reconstruction (https://arxiv.org/abs/2410.14240). Grid and forcing are those of
    :class:`pathlode.models.map_model.MapModel`.
    """

    def __init__(self, config: ModelConfig, seeds: Sequence[int] = (0,)) -> None:
        super().__init__(config, seeds)
        state, others = config.hidden, config.hidden - config.features
        generators = [torch.Generator().manual_seed(seed) for seed in seeds]
        self.decay = nn.Parameter(0.95 + uniform_parameter(generators, (1, state), 0.05).detach())
        self.mixing = StackedLinear(generators, state, state, bound=1 / state)
        self.unseen = StackedLinear(generators, config.features, others) if others else None
        self.rectified = min(config.width, state)

    def step(self, z: State) -> State:
        plain = z[..., : -self.rectified]
        return self.decay * z + self.mixing(torch.cat([plain, z[..., -self.rectified :].relu()], dim=-1))

    def first_state(self, x: State) -> State:
        return x if self.unseen is None else torch.cat([x, self.unseen(x)], dim=-1)

    @torch.no_grad()
    def coded(self, x: Values, points: int) -> tuple[Values, torch.Tensor]:
        """Free orbits from observations x, (member, batch, feature), in the data's unit: what they predict at so many points of
        the grid, (member, batch, point, feature), and the regions of their states, (member, batch, point)."""
        path = [self.first_state(((x[:, :, None] - self.mean) / self.std)[:, :, 0].to(self.dtype))]
        for _ in range(1, points):
            path.append(self.step(path[-1]))
        z = torch.stack(path, dim=2)
        return self.mean + self.std * z[..., : self.config.features], self.symbols(z)

    def symbols(self, z: torch.Tensor) -> torch.Tensor:
        """The region of each state, (..., state) -> (...): a number below 2^width with a bit for each rectified component above
        0."""
        above = (z[..., -self.rectified :] > 0).long()
        return (above << torch.arange(self.rectified, device=z.device)).sum(dim=-1)
