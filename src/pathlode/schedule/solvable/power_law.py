"""Linear regression on features with a power-law spectrum, one batch at a time."""

from typing import ClassVar

import torch
from torch import Tensor

from pathlode.schedule.solvable.quadratic import Quadratic

FEATURE_COUNT = 100
BATCH = 8
LABEL_NOISE = 0.3


class PowerLaw(Quadratic):
    """Online SGD on Gaussian features: c_k ← (1 - η λ_k)² c_k + η²/B [λ_k² c_k + λ_k (Σ_j λ_j c_j + σ²)].

    c_k is the expected squared error of weight k, and λ_k = k^-1.5 the variance of feature k of 100. The true weights have the
    squares 1/k, and the labels noise with σ = 0.3. The loss is Σ λ_k c_k / 2, without that of the noise. A run has 300 batches
    of 8, and rates of at most 1.2. The fourth moments of Gaussian features make the recursion exact.

    Source: Lin et al. 2024, Scaling laws in linear regression (https://arxiv.org/abs/2406.08466), for the setting; the numbers
    are ours.
    """

    steps: ClassVar[int] = 300
    largest: ClassVar[float] = 1.2

    def __init__(self) -> None:
        number = torch.arange(1, FEATURE_COUNT + 1, dtype=self.dtype)
        variance = number**-1.5
        of_batch = variance / BATCH
        super().__init__(variance, 1 / number, of_batch * LABEL_NOISE**2, own=of_batch * variance, shared=2 * of_batch)

    def draw(self, generator: torch.Generator) -> Tensor:
        """Features and noise of the label of each example of a batch, standard normal, (example, feature + 1)."""
        return torch.randn(BATCH, FEATURE_COUNT + 1, generator=generator, dtype=self.dtype)

    def gradient(self, weights: Tensor, drawn: Tensor) -> Tensor:
        root, normal, noise = self.curvature.sqrt(), drawn[..., :-1], LABEL_NOISE * drawn[..., -1:]
        errors = normal @ (root * weights)[..., None] - noise
        return root * (errors.transpose(1, 2) @ normal)[:, 0] / BATCH
