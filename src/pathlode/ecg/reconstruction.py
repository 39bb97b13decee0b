"""What a latent ODE makes of beats: the whole window from whatever was recorded of it."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import Tensor

from pathlode.ecg.beats import Beats
from pathlode.ecg.conditions import TIMES, Condition, millivolts
from pathlode.ecg.records import CLASSES
from pathlode.metrics import nmse
from pathlode.model import LatentODE
from pathlode.solve import Adaptive

AT_ONCE = 200
"""Beats that are reconstructed at once: bounds the memory."""


def some_of_each_class(beats: Beats, chosen: NDArray[np.int64], count: int) -> dict[str, NDArray[np.int64]]:
    """At most ``count`` of the chosen beats of each class, spread evenly over them; classes without beats are left out."""
    some = {}
    for label, name in enumerate(CLASSES):
        mine = chosen[beats.classes[chosen] == label]
        if len(mine):
            some[name] = mine[np.linspace(0, len(mine) - 1, min(count, len(mine))).round().astype(int)]
    return some


@torch.no_grad()
def reconstruct(model: LatentODE, beats: Tensor, condition: Condition, solver: Adaptive) -> Tensor:
    """Millivolts at 360 Hz, (member, beat, POINTS), from what is recorded of beats (beat, POINTS) under a condition."""
    times, values = condition.observe(beats, seed=0)
    parts = zip(times.split(AT_ONCE), values.split(AT_ONCE), strict=True)
    predicted = [model(t, x, TIMES.expand(len(t), -1), solver=solver).values[..., 0] for t, x in parts]
    return torch.cat(predicted, dim=1)


def errors_by_class(
    model: LatentODE,
    beats: Beats,
    some: Mapping[str, NDArray[np.int64]],
    conditions: Mapping[str, Condition],
    solver: Adaptive,
) -> pd.DataFrame:
    """NMSE of the reconstructions, one row a condition, class and member: the squared error over the variance of the class's
    samples.

    Args:
        model: a stack.
        beats: all beats.
        some: positions of those that are reconstructed, by class.
        conditions: by name.
        solver: the adaptive solver.

    Returns:
        condition, rate_hz, class, n, seed, nmse.
    """
    tables = []
    for name, condition in conditions.items():
        for label, chosen in some.items():
            truth = millivolts(beats, chosen)
            error = nmse(reconstruct(model, truth, condition, solver)[..., None], truth[..., None])
            facts = {"condition": name, "rate_hz": condition.rate, "class": label, "n": len(chosen)}
            tables.append(pd.DataFrame(facts | {"seed": list(model.seeds), "nmse": error.tolist()}))
    return pd.concat(tables, ignore_index=True)
