"""Reconstruction of beats by a latent ODE: the whole window from the recorded samples."""

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
    """Beats of every class to reconstruct, and their recording conditions.

    Args:
        beats: all beats.
        some: positions of the beats to reconstruct, by class, from :func:`pathlode.ecg.splits.some_of_each_class`.
        conditions: recording conditions by name.
        solver: solver of the latent ODEs.
    """

    beats: Beats
    some: Mapping[str, NDArray[np.int64]]
    conditions: Mapping[str, Condition]
    solver: Adaptive

    @property
    def chosen(self) -> NDArray[np.int64]:
        """Positions of all beats to reconstruct, class by class, (beat,)."""
        return np.concatenate(list(self.some.values()))

    @property
    def shown(self) -> NDArray[np.int64]:
        """Positions among the chosen beats of the examples: the middle beat of each class, (class,)."""
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
            reconstructed: reconstructions from :meth:`by`.
            seeds: seeds of the members.
            labels: columns with the same value in all rows.
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
        """The examples, with reconstructions from :meth:`by`, by latent ODE."""
        shown, truth = self.shown, self.truth
        seen = np.stack([on_the_whole_window(*each.observe(truth, seed=0))[shown] for each in self.conditions.values()])
        own = {name: given[:, :, shown].numpy() for name, given in reconstructed.items()}
        return BeatExamples(list(self.some), list(self.conditions), TIMES.numpy(), truth[shown].numpy(), seen, own)


def on_the_whole_window(times: Tensor, values: Tensor) -> NDArray[np.float32]:
    """Millivolts at all samples of the window, (beat, POINTS); NaN at samples that were not recorded.

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
    """Millivolts at 360 Hz, (member, beat, POINTS), from beats (beat, POINTS) recorded under a condition."""
    times, values = condition.observe(beats, seed=0)
    parts = zip(times.split(_AT_ONCE), values.split(_AT_ONCE), strict=True)
    predicted = [model(t, x, TIMES.expand(len(t), -1), solver=solver).values[..., 0] for t, x in parts]
    return torch.cat(predicted, dim=1)


def errors_by_class(
    predicted: Tensor, truth: Tensor, classes: NDArray[np.int8], seeds: Sequence[int]
) -> "pd.DataFrame":
    """NMSE of reconstructions, one row per class and member: squared error divided by the variance of the class's samples.

    Args:
        predicted: reconstructed millivolts, (member, beat, POINTS).
        truth: recorded millivolts, (beat, POINTS).
        classes: index of each beat's class.
        seeds: seeds of the members.

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
