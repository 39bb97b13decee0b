"""Training data of latent ODEs of heartbeats."""

from pathlode.core.series import Observed, TimeSeries
from pathlode.ecg.beats import Beats
from pathlode.ecg.conditions import Condition, millivolts
from pathlode.ecg.splits import BeatSplit


def observed_beats(beats: Beats, split: BeatSplit, most: int) -> Observed:
    """Whole beats at 360 Hz, without their classes.

    Args:
        beats: all beats.
        split: their split into training and validation.
        most: largest number of validation beats.
    """
    training, validation = (
        TimeSeries(*Condition().observe(millivolts(beats, chosen), seed=0), name)
        for name, chosen in (("training beats", split.train), ("validation beats", split.some_validation(most)))
    )
    return Observed(training, validation)
