"""What a latent ODE makes of beats: the whole window from whatever was recorded of it."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import Tensor

from pathlode.core.solve import Adaptive
from pathlode.dynamics.scores import nmse
from pathlode.ecg.beats import Beats
from pathlode.ecg.conditions import TIMES, Condition
from pathlode.ecg.records import CLASSES
from pathlode.models.latent_ode import LatentODE

_AT_ONCE = 200
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
    parts = zip(times.split(_AT_ONCE), values.split(_AT_ONCE), strict=True)
    predicted = [model(t, x, TIMES.expand(len(t), -1), solver=solver).values[..., 0] for t, x in parts]
    return torch.cat(predicted, dim=1)


def errors_by_class(predicted: Tensor, truth: Tensor, classes: NDArray[np.int8], seeds: Sequence[int]) -> pd.DataFrame:
    """NMSE of reconstructions, one row a class and member: the squared error over the variance of the class's samples.

    Args:
        predicted: millivolts, (member, beat, POINTS).
        truth: the same as recorded, (beat, POINTS).
        classes: index of each beat's class.
        seeds: of the members.

    Returns:
        class, n, seed, nmse.
    """
    tables = []
    for label in np.unique(classes):
        mine = torch.from_numpy(classes == label)
        error = nmse(predicted[:, mine, :, None], truth[mine, :, None])
        facts = {"class": CLASSES[label], "n": int(mine.sum())}
        tables.append(pd.DataFrame(facts | {"seed": list(seeds), "nmse": error.tolist()}))
    return pd.concat(tables, ignore_index=True)
