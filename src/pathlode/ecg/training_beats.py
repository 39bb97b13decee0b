"""Training data of latent ODEs of heartbeats."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from pathlode.core.observed import Observed
from pathlode.core.series import TimeSeries
from pathlode.ecg.beats import Beats
from pathlode.ecg.conditions import TIMES, millivolts
from pathlode.ecg.splits import BeatSplit, spread_evenly


def observed_beats(beats: Beats, splits: Sequence[BeatSplit], most: int) -> Observed:
    """Whole beats at 360 Hz, without their classes: one set for each split, for one member of a stack.

    Sets have equally many beats. Of larger ones, as many as the smallest has are taken, spread evenly over them.

    Args:
        beats: all beats.
        splits: the members' splits into training and validation.
        most: largest number of validation beats.
    """
    return Observed(
        _sets(beats, [split.train for split in splits], "training beats"),
        _sets(beats, [split.some_validation(most) for split in splits], "validation beats"),
    )


def _sets(beats: Beats, chosen: Sequence[NDArray[np.int64]], name: str) -> TimeSeries:
    count = min(map(len, chosen))
    values = torch.stack([millivolts(beats, spread_evenly(each, count)) for each in chosen])
    return TimeSeries(TIMES.expand_as(values), values[..., None], name)
