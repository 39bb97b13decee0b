"""Sharpness of a minimum: the largest curvature of the loss at a network's weights."""

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.nn.attention import SDPBackend, sdpa_kernel

from pathlode.errors import ConfigError, DivergenceError
from pathlode.schedule.tasks.data import Examples


def top_eigenvalue(
    network: nn.Module,
    loss_of: Callable[[Tensor, Tensor], Tensor],
    examples: Examples,
    iterations: int = 50,
    tolerance: float = 1e-3,
    seed: int = 0,
) -> float:
    """The eigenvalue of largest magnitude of the Hessian H = ∂²L/∂θ² of a loss, by power iteration.

    From a random unit vector v, ``v ← Hv / |Hv|`` is repeated; the eigenvalue is λ = vᵀHv. The product Hv = ∂(vᵀ∂L/∂θ)/∂θ does
    not require H itself. After k iterations the error of λ is of order (λ₂/λ₁)²ᵏ, with λ₂ the next largest in magnitude. Paper
    [C] takes 50 iterations.

    Args:
        network: its weights that require a gradient are θ; it runs in evaluation mode and is left unchanged.
        loss_of: L from logits and targets; it is a mean, so its curvature does not grow with the number of examples.
        examples: the examples of L, all in one batch on the network's device; the graph of the gradient is kept in memory.
        iterations: largest number of Hessian-vector products, each about twice the cost of a gradient.
        tolerance: the iteration ends when the relative change of λ is smaller.
        seed: seed of the first v.

    Returns:
        λ, which is negative if the curvature of largest magnitude is.

    Raises:
        ConfigError: if ``iterations`` is below 1.
        DivergenceError: if λ is not finite.

    Source: Sampson & Melchior 2025 (https://arxiv.org/abs/2509.23052); Pearlmutter 1994
    (https://doi.org/10.1162/neco.1994.6.1.147), the product; Yao et al. 2020 (https://arxiv.org/abs/1912.07145).
    """
    if iterations < 1:
        raise ConfigError(f"iterations is {iterations}, expected at least 1")
    weights = [parameter for parameter in network.parameters() if parameter.requires_grad]
    gradient = _gradient(network, loss_of, examples, weights)
    generator = torch.Generator().manual_seed(seed)
    vector = _unit([torch.randn(w.shape, generator=generator, dtype=w.dtype).to(w.device) for w in weights])
    eigenvalue = math.inf
    for _ in range(iterations):
        product = torch.autograd.grad(_dot(gradient, vector), weights, retain_graph=True, materialize_grads=True)
        previous, eigenvalue = eigenvalue, float(_dot(vector, product))
        if not math.isfinite(eigenvalue):
            raise DivergenceError("the curvature of the loss is not finite: the network's training has diverged")
        if abs(eigenvalue - previous) <= tolerance * abs(eigenvalue):
            break
        vector = _unit(product)
    return eigenvalue


def _gradient(
    network: nn.Module, loss_of: Callable[[Tensor, Tensor], Tensor], examples: Examples, weights: Sequence[Tensor]
) -> Sequence[Tensor]:
    """∂L/∂θ in evaluation mode, with the graph for a second derivative."""
    modes = {module: module.training for module in network.modules()}
    network.eval()
    try:
        with sdpa_kernel(SDPBackend.MATH):  # the fused kernels of attention have no second derivative
            loss = loss_of(network(examples.inputs), examples.targets)
        return torch.autograd.grad(loss, weights, create_graph=True)
    finally:
        for module, training in modes.items():
            module.training = training


def _dot(first: Sequence[Tensor], second: Sequence[Tensor]) -> Tensor:
    return torch.stack([(a * b).sum() for a, b in zip(first, second, strict=True)]).sum()


def _unit(vector: Sequence[Tensor]) -> list[Tensor]:
    """The vector scaled to length 1, or zero if it is zero."""
    length = float(_dot(vector, vector)) ** 0.5
    return [part.detach() / (length or 1.0) for part in vector]
