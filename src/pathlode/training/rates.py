"""How the learning rate changes in the course of a training."""

from collections.abc import Callable

from torch.optim import Optimizer
from torch.optim.lr_scheduler import ConstantLR, LRScheduler, OneCycleLR


def _one_cycle(optimiser: Optimizer, peak: float, steps: int, warmup: float) -> LRScheduler:
    """From 1/25 of the peak to the peak in the warm-up, then to 1/25,000 of it, along cosines (Smith & Topin 2018)."""
    return OneCycleLR(
        optimiser,
        max_lr=peak,
        total_steps=steps + 1,
        pct_start=warmup,
        cycle_momentum=False,
        div_factor=25.0,
        final_div_factor=1000.0,
    )


def _constant(optimiser: Optimizer, peak: float, steps: int, warmup: float) -> LRScheduler:
    """The peak from the first step to the last."""
    return ConstantLR(optimiser, factor=1.0, total_iters=0)


RATES: dict[str, Callable[[Optimizer, float, int, float], LRScheduler]] = {
    "one_cycle": _one_cycle,
    "constant": _constant,
}
"""Schedules of the learning rate by name: optimiser, peak rate, steps, warm-up's share of the steps -> schedule."""
