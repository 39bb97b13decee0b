"""Kernel extended dynamic mode decomposition: a linear map of Gaussian bumps about observed points."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from pathlode.core.shapes import State, States
from pathlode.errors import ConfigError
from pathlode.models.edmd import EDMD
from pathlode.models.settings import ModelConfig

PAIRS = 8_000
"""Neighbouring points of each member that are fitted, at most: bounds the memory. Unknowns are far fewer."""


class KernelEDMD(EDMD):
    """ψ(x') = ψ(x) K, with ψ(x) = (1, x, exp(-‖x - c_j‖² / 2ℓ²)) about ``hidden`` centres c_j, and K by least squares.

    The centres are observed points, drawn at random, and ℓ is the median of their distances. So K approximates the Koopman
    operator in the space of a Gaussian kernel, with as few of its functions as there are centres (Nyström's approximation),
    beside the constant and the quantities themselves. The rest is as in :class:`pathlode.models.edmd.EDMD`, residuals included.

    Args:
        config: ``features`` and ``hidden`` have an effect; a hundred centres are usual.
        seeds: one stacked member per seed, with centres of its own.

    Raises:
        ConfigError: if ``hidden`` is not below :data:`PAIRS`, as the map of so many functions would not be determined.

    Cost: of fitting, linear systems of as many unknowns as functions, from :data:`PAIRS` neighbouring points.
    Source: Williams, Rowley & Kevrekidis 2015, A kernel-based approach to data-driven Koopman spectral analysis
    (https://arxiv.org/abs/1411.2260); centres: Meanti et al. 2023, Estimating Koopman operators with sketching to provably
    learn large scale dynamical systems (https://arxiv.org/abs/2306.04520).
    """

    def __init__(self, config: ModelConfig, seeds: Sequence[int] = (0,)) -> None:
        super().__init__(config, seeds)
        if config.hidden >= PAIRS:
            raise ConfigError(
                f"model.hidden is {config.hidden}, but the model kernel_edmd is fitted to {PAIRS} neighbouring points at most, "
                "so it has fewer centres: lower it, for example to 100"
            )
        members, size = len(seeds), 1 + config.features + config.hidden
        self.operator = nn.Parameter(torch.zeros(members, size, size), requires_grad=False)
        self.centres = nn.Parameter(torch.zeros(members, config.hidden, config.features), requires_grad=False)
        self.reach = nn.Parameter(torch.ones(members, 1, 1), requires_grad=False)

    def lifted(self, x: State) -> State:
        """ψ(x): 1, the quantities, and the bumps, (member, ..., function) of (member, ..., feature)."""
        rows = x.flatten(1, -2)
        bumps = torch.exp(-(torch.cdist(rows, self.centres.to(rows)) / self.reach).square() / 2)
        functions = torch.cat([torch.ones_like(rows[..., :1]), rows, bumps], dim=-1)
        return functions.unflatten(1, x.shape[1:-1])

    def fit_to(self, observed: States, inside: Tensor) -> None:
        for member, seed in enumerate(self.seeds):
            seen = observed[member][inside[member, ..., 0]]
            order = torch.randperm(len(seen), generator=torch.Generator().manual_seed(seed)).to(seen.device)
            self.centres.data[member] = seen[order[torch.arange(self.config.hidden) % len(seen)]].to(self.dtype)
            apart = torch.pdist(self.centres.data[member])
            self.reach.data[member] = (
                apart.median() if apart.any() else 1.0
            )  # of a single or a constant point any will do
            self.reach.data[member].clamp_min_(torch.finfo(self.dtype).eps)
        super().fit_to(observed, inside)

    def _pairs(self, observed: States, inside: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        kept = max(1, PAIRS // max(1, observed.shape[2] - 1))
        return super()._pairs(observed[:, :kept], inside[:, :kept])
