import pytest
import torch

from pathlode.ecg.splitters import random_split
from pathlode.ecg.training_beats import observed_beats


def test_a_latent_ode_is_given_whole_beats_of_its_split(beats):
    split = random_split(beats, 0)
    data = observed_beats(beats, split, most=10)
    assert (len(data.training), len(data.validation)) == (len(split.train), 10)
    assert data.training.values[3, :, 0].numpy() == pytest.approx(beats.microvolts[split.train[3]] / 1000)
    other = observed_beats(beats, random_split(beats, 1), most=10)
    assert not torch.equal(data.validation.values, other.validation.values)
