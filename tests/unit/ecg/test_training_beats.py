import numpy as np
import pytest
import torch

from pathlode.ecg.conditions import TIMES
from pathlode.ecg.splits import BeatSplit
from pathlode.ecg.splitters import random_split
from pathlode.ecg.training_beats import observed_beats


def test_every_member_is_given_whole_beats_of_its_split(beats):
    splits = [random_split(beats, seed) for seed in (0, 1)]
    data = observed_beats(beats, splits, most=10)
    assert data.training.values.shape == (2, len(splits[0].train), 280, 1)
    for member, split in enumerate(splits):
        own = data.training.values[member, 3, :, 0].numpy()
        assert own == pytest.approx(beats.microvolts[split.train[3]] / 1000)
    assert torch.equal(data.training.times[1, 5], TIMES)
    assert (data.validation.sets, len(data.validation)) == (2, 10)
    assert not torch.equal(data.validation.values[0], data.validation.values[1])


def test_larger_sets_are_thinned_evenly(beats):
    validation = np.arange(40, 50)
    splits = [BeatSplit(np.arange(count), validation, validation) for count in (5, 9)]
    values = observed_beats(beats, splits, most=3).training.values
    assert values.shape[:2] == (2, 5)
    for place, position in enumerate([0, 2, 4, 6, 8]):
        assert values[1, place, :, 0].numpy() == pytest.approx(beats.microvolts[position] / 1000)
