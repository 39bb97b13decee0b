"""Independent random streams of one seed."""

import numpy as np
import torch


def stream(seed: int, purpose: int) -> torch.Generator:
    """Random numbers of a seed for one purpose, a number.

    PyTorch uses the lowest 32 bits of a seed, so adding 2³² would not change them, and adding 1 would make them another
    training's. Weights are drawn from the seed itself.
    """
    mixed = np.random.SeedSequence([seed % 2**64, purpose]).generate_state(1)
    return torch.Generator().manual_seed(int(mixed[0]))
