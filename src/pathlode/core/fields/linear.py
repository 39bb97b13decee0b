"""A linear vector field, as in Koopman models."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from pathlode.core.fields.contract import VectorField
from pathlode.core.shapes import Latent, State
from pathlode.core.stacked import uniform_parameter


class LinearField(VectorField):
    """dh/dτ = A h, whose solution is h(τ) = exp(A τ) h(0).

    This is the generator of a Koopman model: encoder and initial state map the observations nonlinearly to coordinates that
    move linearly. With the decoder ``linear`` every feature is a sum of exponentials, oscillations and their products with
    polynomials in τ, whose rates are the eigenvalues of A. Solvers integrate it as any other field.

    A starts antisymmetric, with entries uniform in ±1/√state. So the norm of h first neither grows nor decays, however long
    the window is. There is no compiled march: plain PyTorch takes the steps. It has no ``width`` and no ``depth``.

    Source: Lusch, Kutz & Brunton 2018, Deep learning for universal linear embeddings of nonlinear dynamics
    (https://doi.org/10.1038/s41467-018-07210-0). The start of A is our choice.
    """

    def __init__(
        self, generators: Sequence[torch.Generator], state: int, width: int, depth: int, latent: int = 0
    ) -> None:
        super().__init__(generators, state, width, depth, latent)
        drawn = uniform_parameter(generators, (state, state), state**-0.5).detach().triu(1)
        self.matrix = nn.Parameter(drawn - drawn.mT)

    def forward(self, h: State, time: Tensor | None = None, context: Latent | None = None) -> State:
        return torch.einsum("mij,mbj->mbi", self.matrix, h)

    def weights(self) -> list[Tensor]:
        return [self.matrix.mT[:, None]]
