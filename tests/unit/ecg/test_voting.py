import numpy as np
import pytest

from pathlode.ecg.conditions import Condition, millivolts
from pathlode.ecg.splitters import random_split
from pathlode.ecg.voting import Vote, majority
from pathlode.errors import ConfigError


def test_encodings_that_vote_are_of_different_parts_of_one_recording(beats):
    votes = Vote(["half"], encodings=3, share=0.5)
    recorded = Condition(missing=0.5, noise=0.1).observe(millivolts(beats, random_split(beats, 0).test), 0)
    parts = list(votes.parts(*recorded))
    assert len({times.numpy().tobytes() for times, _ in parts}) == 3
    for times, values in parts:
        assert times.shape == (len(recorded[0]), 70)
        for beat in (0, 5):
            pairs = set(zip(recorded[0][beat].tolist(), recorded[1][beat, :, 0].tolist(), strict=True))
            assert set(zip(times[beat].tolist(), values[beat, :, 0].tolist(), strict=True)) < pairs
    with pytest.raises(ConfigError, match="vote is 0 encodings of a share of 0.7"):
        Vote(["half"], encodings=0)


def test_the_majority_wins_and_a_tie_goes_to_the_larger_mean():
    one = [[0.6, 0.4], [0.9, 0.1], [0.3, 0.7]]
    two = [[0.6, 0.4], [0.4, 0.6], [0.3, 0.7]]
    three = [[0.0, 1.0], [0.4, 0.6], [0.6, 0.4]]
    predicted, mean = majority(np.array([one, two, three], dtype=np.float32))
    assert predicted.tolist() == [0, 1, 1]
    assert mean[0] == pytest.approx([0.4, 0.6])
    predicted, _ = majority(np.array([[[0.9, 0.1]], [[0.4, 0.6]]], dtype=np.float32))
    assert predicted.tolist() == [0]
