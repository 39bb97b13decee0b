"""What a latent ODE makes of beats: the whole window from whatever was recorded of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pathlode.core.nmse import nmse
from pathlode.core.solve import Adaptive
from pathlode.ecg.beats import Beats
from pathlode.ecg.conditions import TIMES, Condition, millivolts
from pathlode.ecg.records import CLASSES
from pathlode.ecg.results import BeatExamples
from pathlode.models.contract import SequenceModel

if TYPE_CHECKING:
    import pandas as pd

_AT_ONCE = 200
"""Beats that are reconstructed at once: bounds the memory."""


@dataclass(frozen=True)
class ReconstructedBeats:
    """Beats to reconstruct, of every class, and how they are recorded.

    Args:
        beats: all beats.
        some: positions of those to reconstruct, by class, as :func:`pathlode.ecg.splits.some_of_each_class` gives them.
        conditions: by name.
        solver: of the latent ODEs.
    """

    beats: Beats
    some: Mapping[str, NDArray[np.int64]]
    conditions: Mapping[str, Condition]
    solver: Adaptive

    @property
    def chosen(self) -> NDArray[np.int64]:
        """Positions of all of them, class after class, (beat,)."""
        return np.concatenate(list(self.some.values()))

    @property
    def shown(self) -> NDArray[np.int64]:
        """Which of the chosen beats are examples: the middle one of each class, (class,)."""
        middle = [mine[len(mine) // 2] for mine in self.some.values()]
        return np.flatnonzero(np.isin(self.chosen, middle))

    @property
    def truth(self) -> Tensor:
        """Millivolts as recorded, (beat, POINTS)."""
        return millivolts(self.beats, self.chosen)

    def by(self, model: SequenceModel) -> Tensor:
        """Reconstructions of a latent ODE, (condition, member, beat, POINTS)."""
        truth = self.truth
        return torch.stack([reconstruct(model, truth, each, self.solver) for each in self.conditions.values()])

    def errors(self, reconstructed: Tensor, seeds: Sequence[int], **labels: str) -> "pd.DataFrame":
        """Rows of :class:`pathlode.ecg.results.ReconstructionErrors`, with labels as first columns after the source.

        Args:
            reconstructed: what :meth:`by` gives.
            seeds: of the members.
            labels: columns that are the same in all rows.
        """
        import pandas as pd

        classes, truth = self.beats.classes[self.chosen], self.truth
        tables = []
        for (name, condition), predicted in zip(self.conditions.items(), reconstructed, strict=True):
            table = errors_by_class(predicted, truth, classes, seeds)
            facts = {"source": self.beats.source, **labels, "condition": name, "rate_hz": condition.rate}
            tables.append(pd.DataFrame(facts, index=table.index).join(table))
        return pd.concat(tables)

    def examples(self, reconstructed: Mapping[str, Tensor]) -> BeatExamples:
        """The examples, with the reconstructions that :meth:`by` gives, by latent ODE."""
        shown, truth = self.shown, self.truth
        seen = np.stack([on_the_whole_window(*each.observe(truth, seed=0))[shown] for each in self.conditions.values()])
        own = {name: given[:, :, shown].numpy() for name, given in reconstructed.items()}
        return BeatExamples(list(self.some), list(self.conditions), TIMES.numpy(), truth[shown].numpy(), seen, own)


def on_the_whole_window(times: Tensor, values: Tensor) -> NDArray[np.float32]:
    """Millivolts at the whole window's samples, (beat, POINTS), NaN at those that were not recorded.

    Args:
        times: seconds from the R peak, (beat, time), among :data:`pathlode.ecg.conditions.TIMES`.
        values: millivolts, (beat, time, 1).
    """
    whole = torch.full((len(times), len(TIMES)), torch.nan)
    placed = whole.scatter(1, torch.searchsorted(TIMES, times.contiguous()), values[..., 0])
    result: NDArray[np.float32] = placed.numpy()
    return result


@torch.no_grad()
def reconstruct(model: SequenceModel, beats: Tensor, condition: Condition, solver: Adaptive) -> Tensor:
    """Millivolts at 360 Hz, (member, beat, POINTS), from what is recorded of beats (beat, POINTS) under a condition."""
    times, values = condition.observe(beats, seed=0)
    parts = zip(times.split(_AT_ONCE), values.split(_AT_ONCE), strict=True)
    predicted = [model(t, x, TIMES.expand(len(t), -1), solver=solver).values[..., 0] for t, x in parts]
    return torch.cat(predicted, dim=1)


def errors_by_class(
    predicted: Tensor, truth: Tensor, classes: NDArray[np.int8], seeds: Sequence[int]
) -> "pd.DataFrame":
    """NMSE of reconstructions, one row a class and member: the squared error over the variance of the class's samples.

    Args:
        predicted: millivolts, (member, beat, POINTS).
        truth: the same as recorded, (beat, POINTS).
        classes: index of each beat's class.
        seeds: of the members.

    Returns:
        class, n, seed, nmse.
    """
    import pandas as pd

    tables = []
    for label in np.unique(classes):
        mine = torch.from_numpy(classes == label)
        error = nmse(predicted[:, mine, :, None], truth[mine, :, None])
        facts = {"class": CLASSES[label], "n": int(mine.sum())}
        tables.append(pd.DataFrame(facts | {"seed": list(seeds), "nmse": error.tolist()}))
    return pd.concat(tables, ignore_index=True)
