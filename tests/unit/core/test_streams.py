"""Streams of one seed share no numbers: with each other, with weights, or with another seed's."""

import itertools

import torch

from pathlode.core.streams import stream


def test_streams_of_seeds_and_purposes_share_no_numbers():
    given = [torch.Generator().manual_seed(seed) for seed in (0, 1)]
    mixed = [stream(seed, purpose) for seed in (0, 1, 2**32, 2**64 - 1) for purpose in (1, 2, 3)]
    drawn = [torch.rand(4, generator=generator, dtype=torch.float64) for generator in (*given, *mixed)]
    for one, other in itertools.combinations(drawn, 2):
        assert not torch.isin(one, other).any()


def test_a_stream_is_the_same_each_time_also_of_a_negative_seed():
    for seed in (5, -1):
        torch.testing.assert_close(
            torch.rand(3, generator=stream(seed, 1)), torch.rand(3, generator=stream(seed, 1)), rtol=0, atol=0
        )
