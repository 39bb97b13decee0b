"""Vector fields of which an expert knows a part."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import ClassVar

import torch
from torch import Tensor, nn

from pathlode.core.fields.contract import VectorField
from pathlode.core.shapes import Latent, State
from pathlode.core.stacked import StackedMLP


class HybridField(VectorField):
    """dh_e/dτ = f_e(h_e; θ) and dh_m/dτ = s · tanh(MLP(h_e, h_m)) for h = (h_e, h_m).

    The first components, h_e, move by the expert's equations f_e, whose form is known and whose positive constants θ are
    learnt. They do not depend on h_m. The rest, h_m, moves by a learnt field, bounded by \\|s\\|. If the state has no more
    components than the expert's, there is no rest, and only θ is learnt.

    θ is the same for all trajectories, and in units of τ: a rate of θ per τ is θ / time_unit in the data's unit. It is kept as
    its logarithm, so it stays positive. There is no compiled march: plain PyTorch takes the steps.

    A subclass is an expert: it names the number of its variables, its constants and its equations, as
    :class:`pathlode.core.fields.hybrid_oscillator.HybridOscillator` does.

    Source: Qian et al. 2021, Integrating expert ODEs into neural ODEs (https://arxiv.org/abs/2106.02875): the latent
    hybridisation model. Encoder, decoder and loss are not theirs but those of the model that takes the field.
    """

    variables: ClassVar[int]
    """Number of the expert's variables, the size of h_e; the words ``>=`` of the field's line in the registry say it too."""
    constants: ClassVar[Mapping[str, float]]
    """Names of θ, and the values from which they are learnt."""

    def __init__(
        self, generators: Sequence[torch.Generator], state: int, width: int, depth: int, latent: int = 0
    ) -> None:
        super().__init__(generators, state, width, depth, latent)
        start = torch.tensor([*self.constants.values()]).log()
        self.log_constants = nn.Parameter(start.repeat(len(generators), 1, 1))
        self.learns_rest = state > self.variables
        if self.learns_rest:
            self.scale = nn.Parameter(torch.ones(len(generators), 1, 1))
            self.mlp = StackedMLP(generators, (state, *[width] * depth, state - self.variables))

    @staticmethod
    @abstractmethod
    def expert(h: State, constants: Sequence[Tensor]) -> State:
        """f_e at h_e, (member, batch, variable), with each constant as (member, 1, 1)."""

    def learnt(self) -> dict[str, Tensor]:
        """Each constant by its name, (member,)."""
        return dict(zip(self.constants, self.log_constants.detach().exp()[:, 0].unbind(-1), strict=True))

    def forward(self, h: State, time: Tensor | None = None, context: Latent | None = None) -> State:
        constants = self.log_constants.exp().split(1, dim=-1)
        known = self.expert(h[..., : self.variables], constants)
        if not self.learns_rest:
            return known
        return torch.cat([known, self.scale * self.mlp(h).tanh()], dim=-1)
