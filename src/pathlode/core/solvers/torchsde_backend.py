"""torchsde for stacks of SDEs with drawn increments, each trajectory with steps of its own size.

torchsde integrates a whole batch along one grid of times. Each trajectory's time is therefore counted in its own steps of size
h: with t = t_0 + h s, the equation dy = f(y) dt + g dW becomes dy = h f(y) ds + √h g dB, where B is a Brownian motion in s. It
has a standard normal increment per step. These increments are given, so they can come from any random stream.

Cost: of reversible Heun two evaluations of the drift at the start, and one per step; of Heun two per step.
"""

from collections.abc import Callable, Sequence
from typing import Any

import torch
import torchsde
from torch import Tensor, nn

from pathlode.core.shapes import State

Drift = Callable[[Tensor, State], State]
"""f as a function of the number of steps taken, a scalar, and the state, (member, row, state)."""


def integrate_with_torchsde(
    drift: Drift,
    diffusion: Callable[[], Tensor],
    y0: State,
    step: Tensor,
    draws: Tensor,
    learnt: Sequence[Tensor] | None = None,
    method: str = "reversible_heun",
) -> Tensor:
    """The solution of dy = f(y) dt + g dW after every step, the start included, (step + 1, member, row, state).

    The methods are reversible Heun and Heun, both of strong order 1 for a diffusion that does not depend on the state. The
    equations of Itô and of Stratonovich are then the same. Where a solution decays, errors of reversible Heun grow at the same
    rate. Heun forgets its errors, for two evaluations a step.

    Args:
        drift: f, per unit of time.
        diffusion: gives g, per root of a unit of time, which is broadcast against the state.
        y0: state at the start, (member, row, state).
        step: h, the size of the steps, (member, row, 1).
        draws: standard normal increments, (step, member, row, state).
        learnt: the tensors besides y0 that drift and diffusion depend on, whose gradients are then found by undoing the steps
            of reversible Heun, without memory of what they computed; None for back-propagation through the steps.
        method: ``reversible_heun`` or ``heun``.

    Source: Kidger et al. 2021, Efficient and accurate gradients for neural SDEs (https://arxiv.org/abs/2105.13493).
    """
    steps, shape = len(draws), y0.shape
    sde = _Counted(drift, diffusion, step, shape)
    count = torch.arange(steps + 1, dtype=y0.dtype, device=y0.device)
    settings: dict[str, Any] = {"bm": DrawnBrownian(draws.flatten(1, 2)), "dt": 1.0, "method": method}
    start = y0.flatten(0, 1)
    if learnt is None:
        found = torchsde.sdeint(sde, start, count, **settings)
    else:
        settings |= {"method": "reversible_heun", "adjoint_method": "adjoint_reversible_heun"}
        settings |= {"adjoint_params": tuple(learnt)}
        found = torchsde.sdeint_adjoint(sde, start, count, **settings)
    return found.view(steps + 1, *shape)


class DrawnBrownian(torchsde.BaseBrownian):  # type: ignore[misc]
    """A Brownian motion with given increments, between consecutive whole numbers.

    Args:
        draws: the increments, (step, row, state).
    """

    def __init__(self, draws: Tensor) -> None:
        self._draws = draws

    def __call__(self, ta: Any, tb: Any = None, return_U: bool = False, return_A: bool = False) -> Tensor:
        return self._draws[round(float(ta))]

    def __repr__(self) -> str:
        return f"DrawnBrownian of shape {tuple(self._draws.shape)}"

    @property
    def dtype(self) -> torch.dtype:
        return self._draws.dtype

    @property
    def device(self) -> torch.device:
        return self._draws.device

    @property
    def shape(self) -> torch.Size:
        return self._draws.shape[1:]

    @property
    def levy_area_approximation(self) -> str:
        return "none"


class _Counted(nn.Module):
    """The equation in numbers of steps, as torchsde reads it: members and rows are one axis."""

    noise_type = "diagonal"
    sde_type = "stratonovich"

    def __init__(self, drift: Drift, diffusion: Callable[[], Tensor], step: Tensor, shape: torch.Size) -> None:
        super().__init__()
        self._drift, self._diffusion, self._step, self._shape = drift, diffusion, step, shape

    def f_and_g(self, count: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        f = self._step * self._drift(count, y.view(self._shape))
        g = (self._step.sqrt() * self._diffusion()).expand(self._shape)
        return f.flatten(0, 1), g.flatten(0, 1)
