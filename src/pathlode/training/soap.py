"""The SOAP optimiser for stacked parameters: Adam in the eigenbasis of Shampoo's preconditioner."""

import inspect
from collections.abc import Iterable, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from pathlode.core.kernels import optimise

ADAMS_EPS = 1e-8
"""Keeps a step finite where the gradient has always been zero."""


class SOAP(Optimizer):
    """Adam's rule in a slowly rotating basis, for parameters with a leading ``member`` axis.

    For every member's weight matrix W, with gradient G:

    * L ← γ L + (1 - γ) G Gᵀ and R ← γ R + (1 - γ) Gᵀ G, with orthonormal eigenvectors P and Q; every ``refresh`` steps,
      one step of orthogonal iteration updates P and Q;
    * M ← β₁ M + (1 - β₁) G and V ← β₂ V + (1 - β₂) (Pᵀ G Q)², elementwise;
    * W ← W - η P [Pᵀ M Q / (√V + ε max √V)] Qᵀ, with M and V corrected for their start at zero as in Adam.

    A matrix of one row or column takes Adam's step. Every other matrix does so too, except for ε, until P and Q are first set
    after ``refresh`` steps; V then keeps its values from the old basis, which soon decay. Three things are ours: this start,
    double precision for L and R, and the maximum over the matrix in the denominator. A gradient of low rank has directions that
    contain only rounding errors; without that maximum, these would cause steps of the size of η. Other implementations have no
    member axis and would mix a stack's members.

    Args:
        parameters: each of shape (member, rows, columns).
        lr: learning rate η.
        betas: decay rates β₁ and β₂.
        basis_decay: decay rate γ.
        refresh: steps between two updates of P and Q.
        eps: ε, a fraction.

    Source: Vyas et al. 2024, SOAP: improving and stabilizing Shampoo using Adam (https://arxiv.org/abs/2409.11321).
    """

    def __init__(
        self,
        parameters: Iterable[nn.Parameter],
        lr: float = 1e-2,
        betas: tuple[float, float] = (0.95, 0.95),
        basis_decay: float = 0.95,
        refresh: int = 10,
        eps: float = 1e-5,
    ) -> None:
        settings = {"lr": lr, "betas": betas, "basis_decay": basis_decay, "refresh": refresh, "eps": eps}
        super().__init__(parameters, settings)

    # PyTorch wraps these to keep torch.compile out, and the wrapper's first call imports the compiler: two seconds a process.
    add_param_group = inspect.unwrap(Optimizer.add_param_group)
    zero_grad = inspect.unwrap(Optimizer.zero_grad)
    state_dict = inspect.unwrap(Optimizer.state_dict)

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        """One step for all parameters. A parameter without a gradient counts as having a gradient of zero.

        Matrices of one shape are a block, and all vectors are one. These networks are small, so the number of operations
        determines the cost.
        """
        for group in self.param_groups:
            blocks: dict[tuple[int, ...], list[nn.Parameter]] = {}
            for parameter in group["params"]:
                members, rows, columns = parameter.shape
                blocks.setdefault((rows, columns) if min(rows, columns) > 1 else (members,), []).append(parameter)
            rates = torch.full((members,), group["lr"], device=parameter.device)
            for shape, block in blocks.items():
                gradients = [torch.zeros_like(p) if p.grad is None else p.grad for p in block]
                state = self._state(block, rotated=len(shape) == 2)
                state["steps"] += 1
                if optimise.stackable(*block, *gradients):
                    settings = (group["betas"], group["basis_decay"], group["eps"], ADAMS_EPS)
                    optimise.soap_step(block, gradients, state, rates, *settings)
                else:
                    _plain_step(block, gradients, state, rates, group)
                if len(shape) == 2 and state["steps"] % group["refresh"] == 0:
                    _turn(state, first=state["steps"] == group["refresh"])

    def _state(self, block: Sequence[nn.Parameter], rotated: bool) -> dict[str, Any]:
        """The state of a block, which is kept with its first parameter and starts at zero."""
        state = self.state[block[0]]
        if not state:
            joined = _joined(block, rotated)
            state.update(steps=0, mean=torch.zeros_like(joined), square=torch.zeros_like(joined))
            if rotated:
                count, *sizes = joined.shape
                state["grams"] = [joined.new_zeros(count, n, n, dtype=torch.float64) for n in sizes]
                state["bases"] = [torch.eye(n).to(joined).repeat(count, 1, 1) for n in sizes]
        return state

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """As in PyTorch, which converts every state to the parameters' precision; L and R return to double precision."""
        inspect.unwrap(Optimizer.load_state_dict)(self, state_dict)
        parameters = [parameter for group in self.param_groups for parameter in group["params"]]
        for number, saved in state_dict["state"].items():
            if "grams" in saved:
                device = parameters[number].device
                self.state[parameters[number]]["grams"] = [gram.to(device) for gram in saved["grams"]]


def _joined(tensors: Sequence[Tensor], rotated: bool) -> Tensor:
    """Matrices joined along ``member``, or vectors along ``columns``."""
    return torch.cat(list(tensors)) if rotated else torch.cat([t.flatten(1) for t in tensors], dim=1)


def _plain_step(
    block: Sequence[nn.Parameter],
    gradients: Sequence[Tensor],
    state: dict[str, Any],
    rates: Tensor,
    group: dict[str, Any],
) -> None:
    """A block's step by operations of PyTorch, the same as :func:`pathlode.core.kernels.optimise.soap_step`."""
    gradient, rotated = _joined(gradients, "bases" in state), "bases" in state
    turned = gradient
    if rotated:
        rows, columns = state["bases"]
        turned = rows.mT @ gradient @ columns
    beta1, beta2 = group["betas"]
    mean, square = state["mean"].lerp_(turned, 1 - beta1), state["square"]  # M is kept as Pᵀ M Q
    square.mul_(beta2).addcmul_(turned, turned, value=1 - beta2)
    root = square.div(1 - beta2 ** state["steps"]).sqrt_()
    if rotated:
        root.add_(root.amax(dim=(1, 2), keepdim=True), alpha=group["eps"])
    step = mean.div(1 - beta1 ** state["steps"]).div_(root.add_(ADAMS_EPS))
    if rotated:
        step = rows @ step @ columns.mT
        wide = gradient.double()
        for gram, product in zip(state["grams"], (wide @ wide.mT, wide.mT @ wide), strict=True):
            gram.lerp_(product, 1 - group["basis_decay"])
        steps = step.split([len(p) for p in block])
    else:
        steps = step.split([p[0].numel() for p in block], dim=1)
    for parameter, part in zip(block, steps, strict=True):
        parameter.sub_(part.view_as(parameter) * rates.view(-1, 1, 1))


def _turn(state: dict[str, Any], first: bool) -> None:
    """Updates P and Q: first by the eigenvectors of L and R, later by one step of orthogonal iteration. They are sorted by
    eigenvalue. V's rows and columns are sorted with them, and M is transformed to the new basis."""
    rows, columns = state["bases"]
    mean = rows @ state["mean"] @ columns.mT
    for side, (gram, basis) in enumerate(zip(state["grams"], state["bases"], strict=True)):
        if first:
            state["bases"][side] = torch.linalg.eigh(gram).eigenvectors.to(basis).contiguous()
            continue
        image = gram @ basis.double()
        order = (basis * image).sum(dim=1).argsort(dim=1, descending=True)  # of the estimated eigenvalues
        image = image.gather(2, order[:, None].expand_as(image))
        state["bases"][side] = torch.linalg.qr(image).Q.to(basis).contiguous()
        along = order.unsqueeze(2 - side).expand_as(state["square"])
        state["square"] = state["square"].gather(1 + side, along)
    rows, columns = state["bases"]
    state["mean"] = rows.mT @ mean @ columns
